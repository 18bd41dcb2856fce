"""A workspace that stays open: its session, and a thread for all slow work on it.

Git, files, parsing and search run in the worker's thread, one after another; streams run on the event loop.
Every question looks at the files again, so that nothing depends on what a watcher saw.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from foreword.assist.configuration import read_settings
from foreword.assist.saved import Saved, look
from foreword.assist.session import Session, open_session
from foreword.assist.worker import Worker
from foreword.core.errors import ForewordError
from foreword.core.settings import Options

P = ParamSpec("P")
T = TypeVar("T")

OnIndex = Callable[[int, int], None]
"""Called on the event loop with the number of files done and the number of files to do."""


class IndexingStopped(ForewordError):
    """Indexing was stopped on request; the next question goes on with it."""


class OpenFolder:
    """Made, used and closed on the event loop; `latest` is the saved state as it was last looked at."""

    def __init__(
        self,
        session: Session,
        stack: ExitStack,
        worker: Worker,
        stop: threading.Event,
        editor: Sequence[Options],
    ) -> None:
        """See `open_folder`."""
        self.session = session
        self.latest: Saved | None = None
        self._stack = stack
        self._worker = worker
        self._stop = stop
        self._editor = tuple(editor)

    @property
    def root(self) -> Path:
        """The folder, with symlinks resolved."""
        return self.session.root

    async def run(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Do slow work in the thread of this folder (an `assist.ports.Runner`)."""
        return await self._worker.run(work, *args, **named)

    async def configure(self, editor: Sequence[Options]) -> Session:
        """Take other settings from the editor."""
        self._editor = tuple(editor)
        return await self.current()

    async def current(self, flags: Mapping[str, object] | None = None) -> Session:
        """The session with the settings as they are now; `flags` hold for the given session alone."""
        return await self.run(self._settle, dict(flags or {}))

    async def look(self) -> Saved:
        """The saved state as it is now.

        Raises:
            IndexingStopped: `stop_indexing` was called meanwhile.
        """
        self._stop.clear()
        self.latest = await self.run(look, self.session)
        return self.latest

    def stop_indexing(self) -> None:
        """Stop the look that is under way."""
        self._stop.set()

    async def close(self, seconds: float) -> None:
        """Close the session, waiting a moment for work that can't be stopped."""
        self._stop.set()
        closing = asyncio.ensure_future(self.run(self._stack.close))
        await asyncio.wait([closing], timeout=seconds)
        self._worker.close()

    def _settle(self, flags: Mapping[str, object]) -> Session:
        session = self.session
        where = (session.root, session.places.config, session.environ)
        session.settings, problems = read_settings(*where, {}, self._editor)
        session.report(*problems)
        if not flags:
            return session
        return replace(session, settings=read_settings(*where, flags, self._editor)[0])


async def open_folder(
    folder: Path, environ: Mapping[str, str], editor: Sequence[Options], worker: Worker, on_index: OnIndex
) -> OpenFolder:
    """Open a workspace in its worker's thread.

    Raises:
        WorkspaceError: there is no such folder, or git refuses it.
        StoreError: Foreword's own data can't be used.
    """
    loop, stop, stack = asyncio.get_running_loop(), threading.Event(), ExitStack()

    def on_progress(done: int, total: int) -> None:
        if stop.is_set():
            raise IndexingStopped("indexing was stopped; the next question goes on with it")
        loop.call_soon_threadsafe(on_index, done, total)

    def begin() -> Session:
        return stack.enter_context(open_session(folder, {}, environ, on_progress=on_progress, editor=editor))

    return OpenFolder(await worker.run(begin), stack, worker, stop, editor)
