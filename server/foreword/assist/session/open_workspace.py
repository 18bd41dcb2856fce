"""A workspace that stays open: its session, and a thread for all slow work on it.

Git, files and search run in the worker's thread, one after another; streams run on the event loop. The index of many
unseen files is built beside them (`assist/session/snapshot/indexing.py`), so that no question waits for the whole of it.
Every question looks at the files again, so that nothing depends on what a watcher saw.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from foreword.assist.session.ports import Clock
from foreword.assist.session.provider_pool import Pool
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.settings_files import read_settings
from foreword.assist.session.snapshot.indexing import STOPPED, Indexing, IndexingStopped
from foreword.assist.session.snapshot.overlay import as_shown, workspace_path
from foreword.assist.session.snapshot.workspace_snapshot import (
    WorkspaceSnapshot,
    changes_that_count,
    refresh_snapshot,
    take_snapshot,
)
from foreword.assist.session.worker import Worker
from foreword.core.settings import Options

P = ParamSpec("P")
T = TypeVar("T")

OnIndex = Callable[[int, int], None]
"""Called on the event loop with the number of files done and the number of files to do."""


class OpenFolder:
    """Made, used and closed on the event loop; `latest` is the saved state as it was last looked at."""

    def __init__(
        self,
        session: Session,
        stack: ExitStack,
        worker: Worker,
        indexing: Indexing,
        editor: Sequence[Options],
    ) -> None:
        """See `open_folder`."""
        self.session = session
        self.latest: WorkspaceSnapshot | None = None
        self._stack = stack
        self._worker = worker
        self._indexing = indexing
        self._editor = tuple(editor)

    @property
    def root(self) -> Path:
        """The folder, with symlinks resolved."""
        return self.session.root

    async def run(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Do slow work in the thread of this folder (an `assist.session.ports.Runner`)."""
        return await self._worker.run(work, *args, **named)

    async def configure(self, editor: Sequence[Options]) -> Session:
        """Take other settings from the editor."""
        self._editor = tuple(editor)
        return await self.current()

    async def current(self, flags: Mapping[str, object] | None = None) -> Session:
        """The session with the settings as they are now; `flags` hold for the given session alone."""
        return await self.run(self._settle, dict(flags or {}))

    async def look(self) -> WorkspaceSnapshot:
        """The saved state as it is now; while its index is being built, with what is there (see `WorkspaceSnapshot.unread`)."""
        self.latest = await self.run(take_snapshot, self.session)
        return self.latest

    async def shown(self, documents: Iterable[tuple[str, str]]) -> WorkspaceSnapshot:
        """The last look at the files, with the unsaved texts of open documents (path in the workspace, text)."""
        saved = self.latest or await self.look()
        return await self.run(as_shown, saved, self.session.repository, documents)

    async def relevant_paths(self, paths: Iterable[Path]) -> frozenset[str]:
        """Those of some changed files of this machine that may change the index, by their paths in the workspace."""
        inside = {name for path in paths if (name := workspace_path(self.root, path)) is not None}
        return await self.run(changes_that_count, self.session, inside)

    async def refresh(self, paths: Iterable[str]) -> None:
        """Bring the index up to date with some files: quicker than a look, which believes nothing.

        While the index is being built nothing is done: whoever builds it looks at everything in the end.
        """
        if self.latest is not None and self.latest.is_complete:
            self.latest = await self.run(refresh_snapshot, self.session, sorted(paths))

    async def index(self, opened: Iterable[str] = ()) -> WorkspaceSnapshot:
        """The saved state with its whole index; files that are open are read first.

        Raises:
            IndexingStopped: `stop_indexing` was called meanwhile.
        """
        self._indexing.opened = frozenset(opened)
        saved = await self.look()
        while (build := self._indexing.running) is not None or not saved.is_complete:
            if build is None:
                raise IndexingStopped(STOPPED)
            # Whoever waits may be cancelled; the build goes on for the others.
            built = await asyncio.shield(asyncio.wrap_future(build.future))
            saved = await self.look()
            # The build's report names what it parsed; the look's says that all was known.
            if saved.tree.blobs == build.tree.blobs:
                saved = self.latest = replace(saved, report=built.report)
        return saved

    def stop_indexing(self) -> None:
        """Stop the build that is under way."""
        self._indexing.stop()

    async def close(self, seconds: float) -> None:
        """Close the session, waiting a moment for work that can't be stopped."""
        self._indexing.stop()
        if self.session.pool is not None:
            await self.session.pool.aclose()
        closing = asyncio.ensure_future(self.run(self._stack.close))
        # Work in the thread can't be stopped, and an editor does not wait for its server for ever.
        await asyncio.wait([closing], timeout=seconds)
        self._worker.close()

    def _settle(self, flags: Mapping[str, object]) -> Session:
        session = self.session
        where = (session.root, session.places.config, session.environ)
        session.settings, problems = read_settings(*where, {}, self._editor)
        session.report(*problems)
        if not flags:
            return session
        # A copy: flags hold for one request, and the session belongs to all.
        return replace(session, settings=read_settings(*where, flags, self._editor)[0])


async def open_folder(
    folder: Path,
    environ: Mapping[str, str],
    editor: Sequence[Options],
    worker: Worker,
    on_index: OnIndex,
    *,
    clock: Clock = time.time,
) -> OpenFolder:
    """Open a workspace in its worker's thread.

    Raises:
        WorkspaceError: there is no such folder, or git refuses it.
        StoreError: Foreword's own data can't be used.
    """
    loop, stack = asyncio.get_running_loop(), ExitStack()

    def on_progress(done: int, total: int) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody watches any more
            loop.call_soon_threadsafe(on_index, done, total)

    indexing, pool = Indexing(on_progress), Pool()

    # In the worker's thread, which owns the session and its SQLite connections from then on.
    def begin() -> Session:
        session = stack.enter_context(open_session(folder, {}, environ, clock, editor=editor))
        session.indexing, session.pool = indexing, pool
        stack.callback(indexing.close)
        return session

    return OpenFolder(await worker.run(begin), stack, worker, indexing, editor)
