#!/usr/bin/env bash
# anthropic 2.15.0 (Python SDK).
#
# Guess: the betas of a client (`default_headers`), of a call (`betas=`) and of its `extra_headers` are one list: the header takes several, and
#   `count_tokens` adds its own to what is there.
# Seen: the last one replaces the others: `betas=` drops those of the client, `extra_headers` drops `betas=`. Nothing says so.
# Why it matters: whoever switches a beta on for all requests, as a company's wrapper does, loses it in just those calls that name another, and the
#   API answers as if it were off: a longer context or an hour in the cache is gone for these.
# In the product: nothing; it sends no betas.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check anthropic==2.15.0

cat >betas.py <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic

ANSWER = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "claude-sample",
    "content": [],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 1},
    "input_tokens": 1,
}
seen = []


class Api(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        seen.append(self.headers["anthropic-beta"])
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
plain = anthropic.Anthropic(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0)
client = plain.with_options(default_headers={"anthropic-beta": "of-the-client"})
ask = {"model": "claude-sample", "messages": [{"role": "user", "content": "x"}]}
more = {"anthropic-beta": "of-the-headers"}
client.messages.create(**ask, max_tokens=1)
client.beta.messages.create(**ask, max_tokens=1, betas=["of-the-call"])
client.beta.messages.create(**ask, max_tokens=1, betas=["of-the-call"], extra_headers=more)
client.beta.messages.count_tokens(**ask, betas=["of-the-call"])
for name, header in zip(("the client's alone", "and betas=", "and extra_headers", "counting, with betas="), seen, strict=True):
    print(f"{name}: {header}")
assert seen == ["of-the-client", "of-the-call", "of-the-headers", "of-the-call,token-counting-2024-11-01"]
PYTHON

NO_PROXY=127.0.0.1 venv/bin/python betas.py
echo "as described"
