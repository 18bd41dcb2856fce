"""Work-done progress, for clients that show it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.lsp.server import ForewordServer

CREATE_S = 5.0
"""A client that takes longer to make room for progress gets none."""

Report = Callable[[str, int | None], None]
"""A message, and the percentage that is done (or None)."""


@asynccontextmanager
async def work_done(
    server: ForewordServer,
    title: str,
    cancel: Callable[[], object],
    token: types.ProgressToken | None = None,
) -> AsyncIterator[Report]:
    """Show some work until its block ends; `token` is the client's own, where it gave one."""
    shown = token if token is not None else await _create(server)
    if shown is None:
        yield lambda *_: None
        return

    def send(value: object) -> None:
        server.progress(types.ProgressParams(shown, value))

    send(types.WorkDoneProgressBegin(title, cancellable=True, percentage=0))
    server.show_work(shown, cancel)
    last: list[tuple[str, int | None]] = [("", 0)]

    def report(message: str, percentage: int | None) -> None:
        """Only what is news: an answer comes in hundreds of pieces."""
        if (message, percentage) != last[0]:
            last[0] = (message, percentage)
            send(types.WorkDoneProgressReport(cancellable=True, message=message, percentage=percentage))

    try:
        yield report
    finally:
        server.hide_work(shown)
        send(types.WorkDoneProgressEnd())


async def _create(server: ForewordServer) -> types.ProgressToken | None:
    if not server.client.shows_progress:
        return None
    token = str(uuid4())
    try:
        async with asyncio.timeout(CREATE_S):
            await server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
    except (TimeoutError, JsonRpcException):
        return None
    return token
