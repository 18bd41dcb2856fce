#!/usr/bin/env bash
# pygls 2.1.1, vscode-jsonrpc 10.0.0 (npm).
#
# Guess: the header fields of a message are those of HTTP, as the protocol says, so `content-length: 42` is as good as `Content-Length: 42`.
# Seen: vscode-jsonrpc takes both. pygls knows the one spelling alone: a message with another is no message, and nothing says so: the client
#   gets no answer and no error, and the server waits for the next one.
# Why it matters: a client or a proxy over a library for HTTP headers, many of which write lower case, seems to work with one server and
#   gets silence from another.
# In the product: `lsp/transport/framing.py` reads headers itself, among other reasons.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pygls==2.1.1
npm install --silent --no-audit --no-fund vscode-jsonrpc@10.0.0 >/dev/null

cat >server.py <<'PYTHON'
from pygls.lsp.server import LanguageServer

LanguageServer("sample", "1").start_io()
PYTHON
cat >server.cjs <<'JS'
const rpc = require("vscode-jsonrpc/node");
const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(process.stdin), new rpc.StreamMessageWriter(process.stdout));
connection.onRequest("initialize", () => ({ capabilities: {} }));
connection.listen();
JS
cat >client.py <<'PYTHON'
import json
import select
import subprocess
import sys

body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}})
seen = {}
for name, command in (("pygls", [sys.executable, "server.py"]), ("vscode-jsonrpc", ["node", "server.cjs"])):
    for header in ("Content-Length", "content-length"):
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        server.stdin.write(f"{header}: {len(body)}\r\n\r\n{body}".encode())
        server.stdin.flush()
        heard, _, _ = select.select([server.stdout, server.stderr], [], [], 15 if header == "Content-Length" else 5)
        seen[name, header] = ["the answer" if one is server.stdout else "an error" for one in heard] or ["nothing"]
        server.kill()
        server.communicate()
        print(f"{name}, {header}: {seen[name, header][0]}")
assert seen.pop(("pygls", "content-length")) == ["nothing"]
assert all(one == ["the answer"] for one in seen.values())
PYTHON

venv/bin/python client.py
echo "as described"
