#!/usr/bin/env bash
# mcp 2.3.0 (Python SDK).
#
# Guess: a tool that returns a list gives its client one text with the list, `[]` for an empty one.
# Seen: each item is a block of content of its own, and an empty list is no content at all. An empty dictionary is the text `{}`. Only the
#   structured result has the list.
# Why it matters: a client shows its model the content. "Nothing was found" arrives as nothing, which reads like a tool that failed, and
#   models ask again or make something up.
# In the product: tools return objects that say how fresh they are, never a bare list (`mcp/results.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mcp==2.3.0

cat >server.py <<'PYTHON'
from mcp.server.mcpserver import MCPServer

server = MCPServer("sample")


@server.tool()
def found(n: int) -> list[str]:
    return ["a hit"] * n


@server.tool()
def counted() -> dict[str, int]:
    return {}


server.run()
PYTHON
cat >client.py <<'PYTHON'
import asyncio
import sys

from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client


async def main():
    async with stdio_client(StdioServerParameters(command=sys.executable, args=["server.py"])) as streams:
        async with ClientSession(*streams) as client:
            await client.initialize()
            seen = {}
            for name, arguments in (("found", {"n": 2}), ("found", {"n": 0}), ("counted", {})):
                result = await client.call_tool(name, arguments)
                texts = [block.text for block in result.content]
                seen[name, *arguments.values()] = texts
                print(name, arguments, "content:", texts, "structured:", result.structured_content)
    assert seen == {("found", 2): ["a hit", "a hit"], ("found", 0): [], ("counted",): ["{}"]}


asyncio.run(asyncio.wait_for(main(), 60))
PYTHON

venv/bin/python client.py
echo "as described"
