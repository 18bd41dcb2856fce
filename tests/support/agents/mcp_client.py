"""An agent that speaks MCP, by the SDK's own client, to `foreword mcp` in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp.client.stdio import stdio_client

from mcp import Client, StdioServerParameters

COMMAND = [sys.executable, "-m", "foreword", "mcp"]


@asynccontextmanager
async def connected(folder: Path, *flags: str, **environ: str) -> AsyncIterator[Client]:
    """A client of a server in a process of its own."""
    arguments = [*COMMAND[1:], "-w", str(folder), *flags]
    server = StdioServerParameters(command=COMMAND[0], args=arguments, env={**os.environ, **environ})
    async with Client(stdio_client(server), read_timeout_seconds=60) as client:
        yield client


async def called(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """What a tool gives, as structured data."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refused(client: Client, tool: str, **arguments: object) -> str:
    """Why a tool gives nothing."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))
