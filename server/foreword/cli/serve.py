"""Be a language server: on standard input and output, or for clients of one user over TCP or WebSocket.

Clients of a port show a token, which stands in a file that only the user can read, as `initializationOptions.token`.
Nothing but protocol goes to standard output; the log goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from foreword.cli.gc_tuning import put_survivors_aside
from foreword.cli.plain_text import PlainFormatter
from foreword.lsp.transport.serve_client import serve_stdio

CANCELLED = 130
SWITCH_S = 0.0005
LEVELS = ("debug", "info", "warning", "error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stdio", action="store_true", help="standard input and output (the default)")
    where.add_argument("--tcp", metavar="HOST:PORT", help="listen on a TCP port; port 0 takes a free one")
    where.add_argument("--ws", metavar="HOST:PORT", help="listen for a WebSocket")
    parser.add_argument(
        "--allow-remote", action="store_true", help="listen on addresses that other machines can reach"
    )
    parser.add_argument("--log-level", choices=LEVELS, default="warning", help="how much to log")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the process ends in here."""
    _log(arguments.log_level)
    # The event loop shares the interpreter with threads that look at files and search: it shall not wait 5 ms for each.
    sys.setswitchinterval(SWITCH_S)
    put_survivors_aside()
    try:
        code = asyncio.run(_serve(arguments))
    except KeyboardInterrupt:
        code = CANCELLED
    # All is written and closed. Python's own way out would wait for threads that may still import or wait for git.
    sys.stderr.flush()
    os._exit(code)


async def _serve(arguments: argparse.Namespace) -> int:
    if arguments.tcp is None and arguments.ws is None:
        return await serve_stdio()
    from foreword.lsp.transport.network import parse_address, serve_tcp, serve_websocket  # noqa: PLC0415 - rarely needed

    host, port = parse_address(arguments.tcp or arguments.ws, allow_remote=arguments.allow_remote)
    listen = serve_tcp if arguments.tcp else serve_websocket
    return await listen(host, port, _announce)


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
