"""Serving over TCP or WebSocket: clients of one user, who show a token. Loopback only, unless the user says otherwise."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, TypeVar

from foreword.api.local_port import AccessToken, access_token
from foreword.core.errors import ConfigError, UsageError
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.registry import create_server
from foreword.lsp.transport.framing import MAX_BYTES
from foreword.lsp.transport.serve_client import serve, until_the_end

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

Listener = TypeVar("Listener")

OnListen = Callable[[str, Path], None]
"""Called with the address, and the file with the token of the clients, once they can connect."""
PATIENCE_S = 10.0
"""Seconds that a connection may stay without showing the token."""
MAX_WAITING = 16
"""The most connections that have not shown the token yet; a further one is closed at once."""


async def serve_tcp(
    host: str, port: int, on_listen: OnListen, environ: Mapping[str, str] | None = None
) -> int:
    """Serve the clients that connect and show the token, until the last of them is gone; gives its exit code."""
    clients = _Clients(environ)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with clients.client() as server:
            if server is not None:
                await serve(reader, writer, server=server)
            writer.close()

    async with await _listening(asyncio.start_server(talk, host, port)) as listener:
        return await clients.until_the_last(_address(listener.sockets), on_listen)


async def serve_websocket(
    host: str, port: int, on_listen: OnListen, environ: Mapping[str, str] | None = None
) -> int:
    """The same, one message a frame.

    Pages in a browser are refused: they say where they come from, and any page could connect to a local port.

    Raises:
        ConfigError: the package for it is not installed.
    """
    try:
        from websockets.asyncio.server import serve as listen  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ConfigError("--ws needs one more package: pip install 'foreword[ws]'") from error
    clients = _Clients(environ)

    async def talk(connection: ServerConnection) -> None:
        async with clients.client() as server:
            if server is not None:
                await _talk(connection, server)

    # A browser always sends an origin, and any web page can reach a port of this machine.
    # max_size: the package's own limit of 1 MiB is less than a large document.
    listening = listen(talk, host, port, origins=[None], max_size=MAX_BYTES)
    async with await _listening(listening) as listener:
        return await clients.until_the_last(_address(listener.sockets), on_listen)


class _Clients:
    """Those who connected to a port, each with a server of its own: none can end that of another.

    connected --token in time--> admitted --the last one goes--> the end
              --else-----------> closed, and nothing else happens
    """

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._environ = dict(os.environ) if environ is None else environ
        self._token: AccessToken | None = None
        self._n_waiting = 0
        self._n_admitted = 0
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def until_the_last(self, address: str, on_listen: OnListen) -> int:
        """Wait for the last client that was admitted to go."""
        with access_token(address, self._environ) as self._token:
            on_listen(address, self._token.file)
            return await self._code

    @asynccontextmanager
    async def client(self) -> AsyncIterator[ForewordServer | None]:
        """The server of one more client; None where too many have connected and show no token."""
        if self._token is None or self._n_waiting >= MAX_WAITING:
            yield None
            return
        server = create_server(self._environ)
        # Before its first message, whose options must not vouch for anything.
        server.is_on_a_port = True
        patience = asyncio.get_running_loop().call_later(PATIENCE_S, server.end, 1)
        server.protocol.admits = partial(self._admits, patience)
        self._n_waiting += 1
        try:
            yield server
        finally:
            patience.cancel()
            self._left(server)

    def _admits(self, patience: asyncio.TimerHandle, body: bytes | str) -> bool:
        is_admitted = self._token is not None and self._token.admits(body)
        if is_admitted:
            patience.cancel()
            self._n_waiting -= 1
            self._n_admitted += 1
        return is_admitted

    def _left(self, server: ForewordServer) -> None:
        if server.protocol.admits is not None:
            self._n_waiting -= 1
            return
        self._n_admitted -= 1
        # Only behind a client that was admitted: one that showed no token can't end the server.
        if not self._n_admitted and not self._code.done():
            self._code.set_result(1 if server.exit_code is None else server.exit_code)


async def _talk(connection: ServerConnection, server: ForewordServer) -> int:
    writer = _FrameWriter()
    server.protocol.set_writer(writer, include_headers=False)

    async def read() -> None:
        async for body in connection:
            server.protocol.receive(body)

    sending = asyncio.ensure_future(writer.pump(connection))
    try:
        return await until_the_end(server, read())
    finally:
        writer.close()
        # What waits is sent first: the reply to `shutdown` may be among it.
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
