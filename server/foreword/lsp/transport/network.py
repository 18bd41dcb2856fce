"""Serving over TCP or WebSocket: one client, then the end. Loopback only, unless the user says otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from socket import socket
from typing import TYPE_CHECKING, TypeVar

from foreword.core.errors import ConfigError, UsageError
from foreword.lsp.registry import create_server
from foreword.lsp.transport.framing import MAX_BYTES
from foreword.lsp.transport.serve_client import serve, until_the_end

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

Listener = TypeVar("Listener")

LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
OnListen = Callable[[str], None]
"""Called with the address once clients can connect."""


def parse_address(written: str, *, allow_remote: bool) -> tuple[str, int]:
    """`HOST:PORT`, `[IPv6]:PORT`; port 0 takes a free one.

    Raises:
        UsageError: it is no address, or not one of this machine.
    """
    host, colon, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the largest port
        raise UsageError(f"{written!r} is no address: write HOST:PORT, such as 127.0.0.1:7007")
    if host not in LOOPBACK and not allow_remote:
        raise UsageError(
            f"{host} can be reached from other machines, and there is no password: use 127.0.0.1, or --allow-remote"
        )
    return host, int(port)


async def serve_tcp(
    host: str, port: int, on_listen: OnListen, environ: Mapping[str, str] | None = None
) -> int:
    """Serve the first client that connects; gives the exit code."""
    code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    clients: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        result = await serve(reader, writer, environ)
        if not code.done():
            code.set_result(result)

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if clients:
            writer.close()
        else:
            clients.append(asyncio.ensure_future(talk(reader, writer)))

    async with await _listening(asyncio.start_server(connected, host, port)) as listener:
        on_listen(_address(listener.sockets))
        return await code


async def serve_websocket(
    host: str, port: int, on_listen: OnListen, environ: Mapping[str, str] | None = None
) -> int:
    """Serve the first client that connects, one message a frame; gives the exit code.

    Pages in a browser are refused: they say where they come from, and any page could connect to a local port.

    Raises:
        ConfigError: the package for it is not installed.
    """
    try:
        from websockets.asyncio.server import serve as listen  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ConfigError("--ws needs one more package: pip install 'foreword[ws]'") from error
    code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    clients: list[ServerConnection] = []

    async def talk(connection: ServerConnection) -> None:
        if not clients:
            clients.append(connection)
            code.set_result(await _talk(connection, environ))

    listening = listen(talk, host, port, origins=[None], max_size=MAX_BYTES)
    async with await _listening(listening) as listener:
        on_listen(_address(listener.sockets))
        return await code


async def _talk(connection: ServerConnection, environ: Mapping[str, str] | None) -> int:
    server, writer = create_server(environ), _FrameWriter()
    server.protocol.set_writer(writer, include_headers=False)

    async def read() -> None:
        async for body in connection:
            server.protocol.receive(body)

    sending = asyncio.ensure_future(writer.pump(connection))
    try:
        return await until_the_end(server, read())
    finally:
        writer.close()
        await sending


class _FrameWriter:
    """Keeps the frames in order: a send may have to wait for the client."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[str | None] = asyncio.Queue()

    def write(self, data: bytes) -> None:
        self._frames.put_nowait(data.decode())

    def close(self) -> None:
        self._frames.put_nowait(None)

    async def pump(self, connection: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - optional

        with suppress(ConnectionClosed):
            while (frame := await self._frames.get()) is not None:
                await connection.send(frame)


async def _listening(listening: Awaitable[Listener]) -> Listener:
    try:
        return await listening
    except OSError as error:
        raise UsageError(f"can't listen there ({error.strerror}): choose another address or port") from error


def _address(sockets: Iterable[socket]) -> str:
    host, port = next(iter(sockets)).getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
