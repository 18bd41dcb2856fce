#!/usr/bin/env bash
# mcp 2.3.0 (Python SDK), @modelcontextprotocol/sdk 1.32.2 (npm).
#
# Guess: a server on standard input and output answers what it was asked before its input ended, as a filter in a pipe does.
# Seen: the Python SDK's server drops it when its input ends: a call that takes its time is answered with an error ("Connection closed")
#   or not at all, and exits with 0. The npm SDK's answers.
# Why it matters: `printf ... | server` in a script or a smoke test shows nothing, or an error that looks like one of the tool's.
# In the product: the MCP server is such a one: who scripts it keeps its input open until the answers came; scripts have the command
#   line (`mcp/transport.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mcp==2.3.0
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 >/dev/null

cat >server.py <<'PYTHON'
import asyncio

from mcp.server.mcpserver import MCPServer

server = MCPServer("sample")


@server.tool()
async def slow() -> str:
    await asyncio.sleep(1)
    return "done"


server.run()
PYTHON
cat >server.mjs <<'JS'
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const server = new McpServer({ name: "sample", version: "1" });
server.registerTool("slow", { inputSchema: {} }, async () => {
  await new Promise((done) => setTimeout(done, 1000));
  return { content: [{ type: "text", text: "done" }] };
});
await server.connect(new StdioServerTransport());
JS
cat >asked <<'JSON'
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow","arguments":{}}}
JSON

answered() {
  "$@" <asked | grep '"id": *2' || echo "no answer to the call"
}

echo "Python, input ends: $(answered timeout 60 venv/bin/python server.py)" | tee said
echo "npm, input ends: $(answered timeout 60 node server.mjs)" | tee -a said
held_open() {
  python3 - venv/bin/python server.py <<'PYTHON'
import subprocess
import sys
from pathlib import Path

server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
server.stdin.write(Path("asked").read_text(encoding="utf-8"))
server.stdin.flush()
print(next(line for line in server.stdout if '"id":2' in line), end="")
server.kill()
PYTHON
}
echo "Python, input open: $(held_open)" | tee -a said
grep -q "^Python, input open: .*done" said
grep -q "^npm, input ends: .*done" said
grep -Eq "^Python, input ends: (no answer|.*Connection closed)" said
echo "as described"
