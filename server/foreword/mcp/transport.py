"""Serving MCP: on standard input and output, or over HTTP on a port of this machine for clients that show a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from foreword.api.local_port import AccessToken
from foreword.api.workspace import Workspace
from foreword.mcp.tools_server import build_server

PATH = "/mcp"
BACKLOG = 100
UNAUTHORIZED = b"show the token: Authorization: Bearer TOKEN\n"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def serve_stdio(workspace: Workspace, *, asks: bool) -> None:
    """Serve one client on standard input and output, until it closes them; `asks` as for `build_server`."""
    await build_server(workspace, asks=asks).run_stdio_async()


async def serve_http(
    workspace: Workspace,
    address: tuple[str, int],
    token: AccessToken,
    on_listen: Callable[[str, Path], None],
    *,
    asks: bool,
) -> None:
    """Serve clients over streamable HTTP until the process is told to end; `on_listen` hears the URL and the token's file."""
    host, port = address
    built = build_server(workspace, asks=asks)
    app = guarded(built.streamable_http_app(streamable_http_path=PATH, host=host), token)
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning"))
    # Bound here and not by uvicorn: port 0 has become a real one when the URL is told.
    listening = server.config.bind_socket()
    # uvicorn listens only once it has started, and who is told of the address may come before that.
    listening.listen(BACKLOG)
    on_listen(f"http://{host}:{listening.getsockname()[1]}{PATH}", token.file)
    await server.serve(sockets=[listening])


def guarded(app: App, token: AccessToken) -> App:
    """The same application for requests that show the token; all others get 401."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers") or ())
        # ASGI gives headers as bytes; Latin-1 decodes any of them.
        shown = headers.get(b"authorization", b"").decode("latin-1")
        # Other scopes are the lifespan events of uvicorn itself: the application has no WebSocket routes.
        if scope["type"] != "http" or token.is_shown_by(shown):
            await app(scope, receive, send)
            return
        plain = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
        await send({"type": "http.response.start", "status": 401, "headers": plain})
        await send({"type": "http.response.body", "body": UNAUTHORIZED})

    return guard
