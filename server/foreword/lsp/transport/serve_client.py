"""Serving one client, over any pair of streams, until it says goodbye, goes away, or its process ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from foreword.api.stdio import open_stdio
from foreword.assist.session.ports import REAL_TIME, Time
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.registry import create_server
from foreword.lsp.transport.framing import Reader


class Writer(Protocol):
    """As much of `asyncio.StreamWriter` as is needed."""

    def write(self, data: bytes, /) -> Any:  # noqa: ANN401 - nobody looks at it
        """Send bytes, in order, some time soon."""
        ...

    def close(self) -> Any:  # noqa: ANN401 - nobody looks at it
        """Close the stream: nothing more is sent."""
        ...


async def serve(
    reader: Reader,
    writer: Writer,
    environ: Mapping[str, str] | None = None,
    time: Time = REAL_TIME,
    server: ForewordServer | None = None,
) -> int:
    """Serve one client on a pair of streams; gives the exit code."""
    server = server or create_server(environ, time)
    server.protocol.set_writer(writer)
    try:
        return await until_the_end(server, server.protocol.read(reader))
    finally:
        writer.close()


async def serve_stdio(time: Time = REAL_TIME, server: ForewordServer | None = None) -> int:
    """Serve the client at the other end of standard input and output."""
    reader, writer = open_stdio()
    return await serve(reader, writer, time=time, server=server)


async def until_the_end(server: ForewordServer, reading: Coroutine[Any, Any, None]) -> int:
    """Serve while `reading` hands over messages; gives the exit code."""
    tasks = [asyncio.ensure_future(reading), asyncio.ensure_future(server.ended())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        # Before the folders close: cancelled requests still book what they used.
        await server.protocol.abandon()
        await server.close()
    # The client is gone without `exit`: as an `exit` without `shutdown`, which LSP calls an error.
    return 1 if server.exit_code is None else server.exit_code
