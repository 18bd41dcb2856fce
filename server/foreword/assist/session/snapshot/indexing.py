"""The index that is built beside the questions, in a thread of its own.

What is parsed is stored chunk by chunk, so that a question meanwhile uses what is there. A build that was stopped
loses nothing that was stored; the next question begins one that goes on from there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from foreword.core.errors import ForewordError
from foreword.index.build.parse_jobs import Progress

if TYPE_CHECKING:
    from foreword.core.tree import FileTree
    from foreword.index.build.indexed_tree import BuildReport

PATIENCE_S = 2.0
"""How long after its begin a question waits for a build: by then there is a first useful outline."""

WAITED_FILES = 500
"""A build of up to so many files is waited for: it takes a moment."""

JOIN_S = 5.0
STOPPED = "indexing was stopped; the next question goes on with it"


class IndexingStopped(ForewordError):
    """Indexing was stopped on request; the next question goes on with it."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What came of a build; `unreadable` are the files that could not be read, as (path, blob id)."""

    report: BuildReport
    unreadable: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Build:
    """One build: the tree that it is of, and how many files are to be read; `future` is its end.

    `recent` says, as soon as it is known, how much files changed lately.
    """

    tree: FileTree
    n_unread: int
    recent: Mapping[str, float] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    future: Future[BuildOutcome] = field(default_factory=Future)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.future.done()

    @property
    def result(self) -> BuildOutcome | None:
        """What it built; None while it runs, or if it was stopped or failed."""
        done = self.future.done() and self.future.exception() is None
        return self.future.result() if done else None

    def wait(self) -> None:
        """Wait for its end, or a moment if that is far.

        Raises:
            ForewordError: it failed; the message says why.
        """
        left = None if self.n_unread <= WAITED_FILES else max(0.0, self.began + PATIENCE_S - monotonic())
        try:
            self.future.result(left)
        except (TimeoutError, IndexingStopped, CancelledError):
            return


Work = Callable[[Build, Progress], BuildOutcome]
"""Builds an index, telling how far it is; what the teller raises ends it."""


class Indexing:
    """At most one build at a time. Used by the thread that owns the session; `stop` by any.

    questions   begin |..wait..| use what is there              all is there
    thread            |--chunk--|--chunk--|--chunk--|--chunk--|
    """

    def __init__(self, on_progress: Progress) -> None:
        """`on_progress` is called in the thread of the build."""
        self.latest: Build | None = None
        self.opened: frozenset[str] = frozenset()
        self._on_progress = on_progress

    @property
    def running(self) -> Build | None:
        """The build that is under way."""
        return self.latest if self.latest is not None and self.latest.is_running else None

    def begin(self, tree: FileTree, n_unread: int, work: Work) -> Build:
        """Begin a build, or stay with the one that is under way."""
        # One build at a time: two would parse the same files, and the later one looks at what the earlier one
        # stored.
        build = self.running
        if build is None:
            build = self.latest = Build(tree, n_unread)
            # A daemon: a parse that hangs must not keep the process from ending.
            threading.Thread(target=self._run, args=(build, work), name="index", daemon=True).start()
        return build

    def is_unreadable(self, path: str, blob: str) -> bool:
        """Whether the last build found that this version of a file can't be read."""
        built = self.latest.result if self.latest is not None else None
        return built is not None and (path, blob) in built.unreadable

    def stop(self) -> None:
        """Stop the build that is under way."""
        if self.latest is not None:
            self.latest.stop.set()

    def close(self) -> None:
        """Stop, and wait a moment for the end."""
        self.stop()
        if self.latest is not None:
            # An event and not `future.result`, which would raise what the build failed with.
            ended = threading.Event()
            self.latest.future.add_done_callback(lambda _: ended.set())
            ended.wait(JOIN_S)

    def _run(self, build: Build, work: Work) -> None:
        def on_progress(done: int, total: int) -> None:
            if build.stop.is_set():
                # From within the callback, the one place where a build comes by between two chunks.
                raise IndexingStopped(STOPPED)
            self._on_progress(done, total)

        try:
            built = work(build, on_progress)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the build
            build.future.set_exception(error)
        else:
            build.future.set_result(built)
