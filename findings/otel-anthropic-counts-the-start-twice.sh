#!/usr/bin/env bash
# opentelemetry-instrumentation-anthropic 0.62.4 and openinference-instrumentation-anthropic 3.1.0, anthropic 2.15.0, opentelemetry-sdk 1.45.2.
#
# Guess: two instrumentations of one SDK tell the same output tokens of one streamed answer, those of its last `message_delta`, which counts
#   from the start.
# Seen: the first one adds those of `message_start` to them: of an answer of 5 tokens that starts with 1 it says 6, and with 3 says 8; not
#   streamed it is right. The second one says 5. The prompt with its cached parts is the same in both.
# Why it matters: cost by telemetry does not agree with the bill, and differs between streamed and other answers of the same text.
# In the product: its own spans have the tokens of the receipt (`server/docs/telemetry.md`); a collector that has both sees the difference.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check opentelemetry-instrumentation-anthropic==0.62.4 \
  openinference-instrumentation-anthropic==3.1.0 anthropic==2.15.0 opentelemetry-sdk==1.45.2

cat >counted.py <<'PYTHON'
import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

PROMPT = {"input_tokens": 3, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 50}
MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sample", "content": [], "stop_reason": None}


class Api(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        at_start = asked["max_tokens"]
        text = {"type": "text", "text": "Hello"}
        events = [
            {"type": "message_start", "message": MESSAGE | {"usage": PROMPT | {"output_tokens": at_start}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
        whole = MESSAGE | {"content": [text], "stop_reason": "end_turn", "usage": PROMPT | {"output_tokens": 5}}
        stream = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if asked.get("stream") else "application/json")
        self.end_headers()
        self.wfile.write((stream if asked.get("stream") else json.dumps(whole)).encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
name, prompt, output = sys.argv[1:]
importlib.import_module(name).AnthropicInstrumentor().instrument(tracer_provider=provider)
client = anthropic.Anthropic(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0)
ask = {"model": "claude-sample", "messages": [{"role": "user", "content": "x"}]}
client.messages.create(**ask, max_tokens=1)
for at_start in (1, 3):
    with client.messages.stream(**ask, max_tokens=at_start) as stream:
        stream.until_done()
told = [(span.attributes[prompt], span.attributes[output]) for span in exporter.get_finished_spans()]
print(f"{name.split('.')[0]}: (prompt, output) whole, streamed from 1, streamed from 3:", told)
PYTHON

export NO_PROXY=127.0.0.1
{
  venv/bin/python counted.py opentelemetry.instrumentation.anthropic gen_ai.usage.input_tokens gen_ai.usage.output_tokens
  venv/bin/python counted.py openinference.instrumentation.anthropic llm.token_count.prompt llm.token_count.completion
} 2>error | tee said
grep -q "^opentelemetry: .*\[(953, 5), (953, 6), (953, 8)\]" said
grep -q "^openinference: .*\[(953, 5), (953, 5), (953, 5)\]" said
echo "as described"
