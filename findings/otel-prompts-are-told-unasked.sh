#!/usr/bin/env bash
# opentelemetry-instrumentation-anthropic 0.62.4 and openinference-instrumentation-anthropic 3.1.0, anthropic 2.15.0, opentelemetry-sdk 1.45.2.
#
# Guess: spans hold no text of prompts and answers unless `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for it: the conventions want
#   instrumentations not to capture them by default.
# Seen: both put the whole system prompt and question into the spans as they come, and also where that variable says `false`. Each has a
#   variable of its own to stop it.
# Why it matters: a coding assistant's prompt is source code. Who adds an instrumentation to count tokens sends it to the collector.
# In the product: texts are told only where a setting of the user and OpenTelemetry's variable both say so (server/docs/telemetry.md), so an
#   instrumentation beside it tells more than the product does.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check opentelemetry-instrumentation-anthropic==0.62.4 \
  openinference-instrumentation-anthropic==3.1.0 anthropic==2.15.0 opentelemetry-sdk==1.45.2

cat >told.py <<'PYTHON'
import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

ANSWER = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "claude-sample",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


class Api(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
importlib.import_module(sys.argv[1]).AnthropicInstrumentor().instrument(tracer_provider=provider)
client = anthropic.Anthropic(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0)
client.messages.create(
    model="claude-sample", max_tokens=1, system="text of the base", messages=[{"role": "user", "content": "text of the question"}]
)
attributes = str([dict(span.attributes) for span in exporter.get_finished_spans()])
print(f"{sys.argv[1].split('.')[0]}: base {'text of the base' in attributes}, question {'text of the question' in attributes}")
PYTHON

export NO_PROXY=127.0.0.1
for asked in unset false; do
  [[ $asked == unset ]] || export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=$asked
  for name in opentelemetry openinference; do
    echo "$asked, $(venv/bin/python told.py "$name.instrumentation.anthropic" 2>error)"
  done
done | tee said
[[ $(grep -c "base True, question True" said) == 4 ]]
echo "as described"
