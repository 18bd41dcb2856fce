#!/usr/bin/env bash
# anthropic 2.15.0 (Python SDK).
#
# Guess: an `overloaded_error` is an `OverloadedError` with status 529, and a `rate_limit_error` a `RateLimitError` with 429, whether it comes
#   instead of a stream or in it.
# Seen: in a stream both are a plain `APIStatusError` whose `status_code` is 200. What it is stands in the body alone.
# Why it matters: `except OverloadedError`, `except RateLimitError` and `status_code >= 500` let the commonest passing errors of long answers
#   through as something unknown, and a log says "200".
# In the product: `model/messages_api/api_errors.py` goes by the type in the body before the status. That would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check anthropic==2.15.0

cat >errors.py <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic

STATUS = {"overloaded_error": 529, "rate_limit_error": 429}


class Api(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind, in_stream = asked["messages"][0]["content"].split()
        error = json.dumps({"type": "error", "error": {"type": kind, "message": "later"}})
        body = f"event: error\ndata: {error}\n\n" if in_stream == "in" else error
        self.send_response(200 if in_stream == "in" else STATUS[kind])
        self.send_header("content-type", "text/event-stream" if in_stream == "in" else "application/json")
        self.end_headers()
        self.wfile.write(body.encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = anthropic.Anthropic(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0)
seen = {}
for kind in STATUS:
    for place in ("instead", "in"):
        message = {"role": "user", "content": f"{kind} {place}"}
        try:
            with client.messages.stream(model="claude-sample", max_tokens=9, messages=[message]) as stream:
                stream.until_done()
        except anthropic.APIStatusError as error:
            seen[kind, place] = type(error).__name__, error.status_code
            print(f"{kind} {place} a stream: {type(error).__name__}, status {error.status_code}, body {error.body}")
assert seen == {
    ("overloaded_error", "instead"): ("OverloadedError", 529),
    ("overloaded_error", "in"): ("APIStatusError", 200),
    ("rate_limit_error", "instead"): ("RateLimitError", 429),
    ("rate_limit_error", "in"): ("APIStatusError", 200),
}
PYTHON

NO_PROXY=127.0.0.1 venv/bin/python errors.py
echo "as described"
