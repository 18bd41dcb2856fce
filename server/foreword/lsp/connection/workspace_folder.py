"""One workspace folder of the client: opened when it is first needed, refreshed when its files change."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from foreword.assist.session.worker import Coalesce, Worker
from foreword.core.settings import Options

if TYPE_CHECKING:
    from foreword.assist.question.task_files import UserTasks
    from foreword.assist.session.open_workspace import OpenFolder
    from foreword.assist.session.ports import Clock
    from foreword.assist.spending.keep_warm import KeepWarm

CLOSE_S = 0.7
MAX_TOUCHED = 32
"""More changed files than this, of those that count, are found by looking at all of them."""


class Folder:
    """`uri` is as the client writes it, `progress` how much of the index is done: (files done, of how many).

    `told_status` is the last `foreword/status` that the client was sent; `own_tasks` are the user's own, and when they were read.
    """

    def __init__(self, uri: str, path: Path, refresh: Callable[[Folder], Awaitable[None]]) -> None:
        self.uri = uri
        self.path = path
        self.refresh = Coalesce(lambda: refresh(self))
        self.progress = (0, 0)
        self.told_status: Mapping[str, object] = {}
        self.own_tasks: tuple[float, UserTasks] | None = None
        self.on_progress: Callable[[], None] = lambda: None
        self.stop_watching = threading.Event()
        self.open_folder: OpenFolder | None = None
        self.keeping: KeepWarm | None = None
        self.tasks: list[asyncio.Task[None]] = []
        # None at first: before the first look nobody knows what changed.
        self._touched: set[Path] | None = None
        self._worker = Worker(f"workspace {path.name}")
        self._opening = asyncio.Lock()

    async def opened(self, environ: Mapping[str, str], editor: Sequence[Options], clock: Clock) -> OpenFolder:
        """The folder with its session; what it needs is imported only now.

        Raises:
            ForewordError: it can't be opened; the next call tries again.
        """
        # Two requests at once would otherwise open two sessions on one folder.
        async with self._opening:
            if self.open_folder is None:
                await self._worker.run(importlib.import_module, "foreword.assist.session.open_workspace")
                from foreword.assist.session.open_workspace import open_folder  # noqa: PLC0415 - loaded by now

                self.open_folder = await open_folder(
                    self.path, environ, editor, self._worker, self._note_progress, clock=clock
                )
        assert self.open_folder is not None, "it was just opened"  # noqa: S101 - an invariant
        return self.open_folder

    def touch(self, paths: Iterable[Path]) -> None:
        """Some files changed: have the index brought up to date with them."""
        if self._touched is not None:
            self._touched.update(paths)
        self.refresh.ask()

    def rescan(self) -> None:
        """Nobody knows what changed: have all files looked at."""
        self._touched = None
        self.refresh.ask()

    def take_touched(self) -> frozenset[Path] | None:
        """The files that changed since the last call; None if all are to be looked at."""
        touched, self._touched = self._touched, set()
        return None if touched is None else frozenset(touched)

    def note_index(self) -> None:
        """The index is as the last look left it."""
        latest = self.open_folder.latest if self.open_folder else None
        if latest is not None and latest.is_complete:
            self.progress = (latest.report.files, latest.report.files)

    async def close(self) -> None:
        """Stop watching and close the session."""
        self.stop_watching.set()
        for task in self.tasks:
            task.cancel()
        if self.open_folder is not None:
            # This closes the worker too, behind the session that lives in its thread.
            await self.open_folder.close(CLOSE_S)
        else:
            self._worker.close()

    def contains(self, path: Path) -> bool:
        """Whether a path leads into this folder, symlinks above it aside."""
        # Editors name files through the folder as the user opened it, watchers through the real one.
        real = self.open_folder.root if self.open_folder else self.path
        return path.is_relative_to(self.path) or path.is_relative_to(real)

    def _note_progress(self, done: int, total: int) -> None:
        """Pass on whole percents only: a large workspace is indexed in thousands of steps."""
        before, self.progress = self.progress, (done, total)
        if total and (done == total or before[1] != total or 100 * before[0] // total != 100 * done // total):
            self.on_progress()
