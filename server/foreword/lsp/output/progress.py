"""Progress of an answer: work-done progress, and the partial results of a chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.lsp.connection.server import ForewordServer

CREATE_S = 5.0
"""Seconds for the answer to `window/workDoneProgress/create`; a client that takes longer gets no progress."""

Report = Callable[[str, int | None], None]
"""A message, and the percentage that is done (or None)."""


@asynccontextmanager
async def work_done(
    server: ForewordServer,
    title: str,
    cancel: Callable[[], object],
    token: types.ProgressToken | None = None,
    *,
    counts: bool = False,
) -> AsyncIterator[Report]:
    """Show some work until its block ends; `token` is the client's own, where it gave one.

    `counts`: percentages are reported. The work does not wait for a client that has yet to make room for progress:
    some are busy with waiting for the work.
    """
    # LSP: without a percentage at the beginning a client may ignore all later ones.
    shown = _Shown(server, title, cancel, percentage=0 if counts else None)
    if token is not None:
        shown.begin(token)
    elif server.client.shows_progress:
        server.spawn(shown.make_room())
    try:
        yield shown.report
    finally:
        shown.end()


class _Shown:
    """Some work as the client shows it, from `begin` to `end`."""

    def __init__(
        self, server: ForewordServer, title: str, cancel: Callable[[], object], percentage: int | None
    ) -> None:
        self._server = server
        self._title = title
        self._cancel = cancel
        self._token: types.ProgressToken | None = None
        self._is_over = False
        self._last: tuple[str, int | None] = ("", percentage)

    async def make_room(self) -> None:
        """Begin with a token of our own, as soon as the client knows it."""
        token = str(uuid4())
        params = types.WorkDoneProgressCreateParams(token)
        try:
            async with asyncio.timeout(CREATE_S):
                await self._server.window_work_done_progress_create_async(params)
        except (TimeoutError, JsonRpcException):
            return
        # The client may have made room only after the work ended: then there is nothing to show.
        if not self._is_over:
            self.begin(token)

    def begin(self, token: types.ProgressToken) -> None:
        """Begin the work-done progress: the client shows it from now on."""
        self._token = token
        self._server.show_work(token, self._cancel)
        message, percentage = self._last
        self._send(
            types.WorkDoneProgressBegin(
                self._title, cancellable=True, message=message or None, percentage=percentage
            )
        )

    def report(self, message: str, percentage: int | None) -> None:
        """Only what is news: an answer comes in hundreds of pieces."""
        if (message, percentage) != self._last:
            self._last = message, percentage
            if self._token is not None:
                self._send(
                    types.WorkDoneProgressReport(cancellable=True, message=message, percentage=percentage)
                )

    def end(self) -> None:
        """The work is over; where there was no room for it yet, it was never shown."""
        self._is_over = True
        if self._token is not None:
            self._server.hide_work(self._token)
            self._send(types.WorkDoneProgressEnd())

    def _send(self, value: object) -> None:
        assert self._token is not None, "sent from begin to end"  # noqa: S101 - an invariant
        self._server.progress(types.ProgressParams(self._token, value))


PartialKind = Literal["text", "tool", "proposal", "draft", "receipt", "result"]


class Partials:
    """Sends partial results under the client's token; without one, none."""

    def __init__(self, server: ForewordServer, token: types.ProgressToken | None) -> None:
        self._server = server
        self._token = token
        self._n_sent = 0

    def send(self, kind: PartialKind, **value: object) -> None:
        """Send the next one."""
        if self._token is not None:
            told = {"kind": kind, "seq": self._n_sent, **value}
            self._server.progress(types.ProgressParams(self._token, told))
            self._n_sent += 1
