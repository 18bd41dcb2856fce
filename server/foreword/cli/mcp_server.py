"""Be an MCP server: the index for other agents, on standard input and output or over HTTP.

Nothing but protocol goes to standard output. Nothing is sent anywhere, so no key and no trust is needed, but by the tool
`ask`, which is off unless the user switches it on: it needs both, and keeps within the user's limits, for nobody is there to ask.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from foreword.api.local_port import access_token, parse_address
from foreword.api.parameters import Flag
from foreword.api.workspace import Workspace
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.trust_store import stored_trust
from foreword.assist.session.worker import Worker
from foreword.cli.own import OwnBody
from foreword.cli.plain_text import show_problems
from foreword.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class McpParameters:
    """The parameters of `mcp`."""

    workspace: Annotated[str, Flag("the folder (default: this one)", "DIR", short="-w")] = "."
    http: Annotated[
        str | None, Flag("serve over HTTP on this address instead; port 0 takes a free one", "HOST:PORT")
    ] = None
    allow_ask: Annotated[
        bool, Flag("offer the tool `ask` too, which sends questions to your model, within your limits")
    ] = False


def serve_mcp(given: McpParameters) -> int:
    """Serve until the client is gone, or the process is told to end.

    Raises:
        ConfigError: the MCP library is not installed.
        WorkspaceError: there is no such folder, or git refuses it.
    """
    if find_spec("mcp") is None:
        raise ConfigError("`foreword mcp` needs one more package: pip install 'foreword[mcp]'")
    address = parse_address(given.http, allow_remote=False) if given.http else None
    with ExitStack() as stack:
        worker = Worker("foreword mcp")
        stack.callback(worker.close)
        session = stack.enter_context(open_session(given.workspace, {}))
        session.trust = stored_trust(session.places, session.root)
        show_problems(session.problems)
        try:
            asyncio.run(_serve(session, worker, address, asks=given.allow_ask))
        except KeyboardInterrupt:
            return 130
    return 0


async def _serve(session: Session, worker: Worker, address: tuple[str, int] | None, *, asks: bool) -> None:
    from foreword.mcp.transport import serve_http, serve_stdio  # noqa: PLC0415 - an extra, and slow to import

    workspace = Workspace(session.root, os.environ, time.time, lambda: session, run=worker.run)
    if address is None:
        await serve_stdio(workspace, asks=asks)
        return
    host, port = address
    with access_token(f"mcp {host}:{port} {session.root}", os.environ) as token:
        await serve_http(workspace, address, token, _announce, asks=asks)


def _announce(url: str, token: Path) -> None:
    print(
        f"foreword: listening on {url}\nforeword: clients show the token in {token}",
        file=sys.stderr,
        flush=True,
    )


MCP = OwnBody(McpParameters, serve_mcp)
