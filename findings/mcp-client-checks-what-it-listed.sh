#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm), mcp 2.3.0 (Python SDK).
#
# Guess: a client checks a tool's structured result against the schema that the tool declares, at each call or never.
# Seen: the npm client checks it only if its user has listed the tools on this connection before; the same call passes before the list
#   and is refused after it. The Python client asks for the list by itself, and refuses both.
# Why it matters: a server whose result does not fit its schema works in a client that knows the tool's name, and fails in one that lists first:
#   its own tests call directly.
# In the product: results and schemas come from the same classes (`mcp/results.py`), and tests list the tools first.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mcp==2.3.0
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 >/dev/null

cat >server.py <<'PYTHON'
import json
import sys

SCHEMA = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
ANSWERS = {
    "initialize": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "sample", "version": "1"},
    },
    "tools/list": {"tools": [{"name": "count", "inputSchema": {"type": "object"}, "outputSchema": SCHEMA}]},
    "tools/call": {"content": [{"type": "text", "text": "many"}], "structuredContent": {"n": "many"}},
}
for line in sys.stdin:
    message = json.loads(line)
    if message.get("method") in ANSWERS:
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": ANSWERS[message["method"]]}
        print(json.dumps(answer), flush=True)
PYTHON
cat >client.mjs <<'JS'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const client = new Client({ name: "sample", version: "1" });
await client.connect(new StdioClientTransport({ command: "python3", args: ["server.py"] }));
for (const when of ["before the list", "after the list"]) {
  await client.callTool({ name: "count", arguments: {} }).then(
    () => console.log(`npm, ${when}: taken`),
    (error) => console.log(`npm, ${when}: refused, ${error.message}`),
  );
  await client.listTools();
}
await client.close();
JS
cat >client.py <<'PYTHON'
import asyncio

from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client


async def main():
    async with stdio_client(StdioServerParameters(command="python3", args=["server.py"])) as streams:
        async with ClientSession(*streams) as client:
            await client.initialize()
            try:
                await client.call_tool("count", {})
                print("Python, before the list: taken")
            except RuntimeError as error:
                print("Python, before the list: refused,", str(error).splitlines()[0])


asyncio.run(asyncio.wait_for(main(), 60))
PYTHON

{ timeout 30 node client.mjs; timeout 60 venv/bin/python client.py; } | tee said
grep -q "^npm, before the list: taken" said
grep -q "^npm, after the list: refused" said
grep -q "^Python, before the list: refused" said
echo "as described"
