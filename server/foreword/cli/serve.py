"""Be a language server: on standard input and output, or for clients of one user over TCP or WebSocket.

Clients of a port show a token, which stands in a file that only the user can read, as `initializationOptions.token`.
Nothing but protocol goes to standard output; the log goes to standard error.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Literal

from foreword.api.local_port import parse_address
from foreword.api.parameters import Flag
from foreword.cli.own import OwnBody
from foreword.cli.plain_text import PlainFormatter
from foreword.cli.process import put_survivors_aside, share_arenas
from foreword.core.errors import UsageError
from foreword.lsp.registry import create_server
from foreword.lsp.transport.serve_client import serve_stdio

if TYPE_CHECKING:
    from foreword.assist.session.open_workspace import OpenFolder

CANCELLED = 130
# A tenth of Python's own 5 ms.
SWITCH_S = 0.0005


AFTER_START_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeParameters:
    """The parameters of `serve`."""

    stdio: Annotated[bool, Flag("standard input and output (the default)")] = False
    tcp: Annotated[str | None, Flag("listen on a TCP port; port 0 takes a free one", "HOST:PORT")] = None
    ws: Annotated[str | None, Flag("listen for a WebSocket", "HOST:PORT")] = None
    allow_remote: Annotated[bool, Flag("listen on addresses that other machines can reach")] = False
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Flag("how much to log")] = "warning"


def serve(given: ServeParameters) -> int:
    """Run the command; the process ends in here.

    Raises:
        UsageError: it can't listen in two ways.
    """
    chosen = [name for name in ("stdio", "tcp", "ws") if getattr(given, name)]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[1]} is not allowed with --{chosen[0]}: choose one way to listen")
    _log(given.log_level)
    # The event loop shares the interpreter with threads that look at files and search: it shall not wait 5 ms for each.
    sys.setswitchinterval(SWITCH_S)
    put_survivors_aside()
    try:
        code = asyncio.run(_serve(given))
    except KeyboardInterrupt:
        code = CANCELLED
    # All is written and closed. A thread may still import or wait for git: Python's own way out could wait for a lock
    # that such a thread holds, and never ends then.
    sys.stderr.flush()
    os._exit(code)


async def _serve(given: ServeParameters) -> int:
    if sys.platform == "linux":
        # Not before `initialize` is answered: it takes an import of its own.
        asyncio.get_running_loop().call_later(AFTER_START_S, Thread(target=share_arenas, daemon=True).start)
    address = given.tcp or given.ws
    if address is None:
        server = create_server()
        server.serve_commands = _serve_commands
        return await serve_stdio(server=server)
    from foreword.lsp.transport.network import serve_tcp, serve_websocket  # noqa: PLC0415 - rarely needed

    host, port = parse_address(address, allow_remote=given.allow_remote)
    listen = serve_tcp if given.tcp else serve_websocket
    return await listen(host, port, _announce)


async def _serve_commands(opened: OpenFolder, on_listening: Callable[[Path], None]) -> None:
    # In a thread: it takes a moment to import, and the client is being answered meanwhile.
    await asyncio.to_thread(importlib.import_module, "foreword.cli.command_server")
    from foreword.cli.command_server import serve_commands  # noqa: PLC0415 - loaded by now

    await serve_commands(opened, on_listening)


def _announce(address: str, token: Path) -> None:
    told = f"foreword: listening on {address}\nforeword: clients show the token in {token}"
    print(told, file=sys.stderr, flush=True)


def _log(level: str) -> None:
    """Log to standard error. The protocol's own logger prints every message, text included: for debugging only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    if level != "debug":
        logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)


SERVE = OwnBody(ServeParameters, serve)
