"""Watching a folder for changes on disk.

What comes is a hint, never the truth: the kernel's queue can overflow without a word, and one of two names of a
directory is reported when there are symlinks. Whoever answers a question looks at the files themselves. Only files that
can count are told: `npm install` or a build beside us is to cost nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from foreword.core.errors import Problem
from foreword.core.exclusion import vendored_folder
from foreword.workspace.git.git_listing import those_ignored
from foreword.workspace.git.repository import Repository

DEBOUNCE_MS = 1_600
STEP_MS = 50
CALM_MS = 1_000
"""Nothing for so long is calm; it is also how long an idle watcher takes at most to see that it should stop."""

QUEUE_FILE = Path("/proc/sys/fs/inotify/max_queued_events")
QUEUE_SIZE = 16_384
"""Linux's default; see inotify(7)."""
EVENTS_A_FILE = 8
"""A written file fills the queue with a few events, of which one change is made: rather too many than too few."""

OnChange = Callable[[tuple[Path, ...]], None]
OnLost = Callable[[Problem], None]


def watch(root: Path, on_change: OnChange, on_lost: OnLost, stop: threading.Event) -> Problem | None:
    """Call `on_change` with the real paths of changed files until `stop` is set; blocks, so give it a thread.

    `on_lost` is called after so much happened at once that changes may have been lost: then only a look at all files
    helps. Folders that were made meanwhile are watched by then. The problem says why nothing can be watched.
    """
    n_changes = 0
    try:
        while not stop.is_set():
            n_changes = _watch_to_the_end_of_a_storm(root, on_change, _telling(on_lost, n_changes), stop)
    except (OSError, RuntimeError) as error:  # the latter is what watchfiles makes of its own errors later on
        return Problem(_failure(root, error))
    return None


def _failure(root: Path, error: OSError | RuntimeError) -> str:
    reason = str((isinstance(error, OSError) and error.strerror) or error)
    if "limit" in reason:
        reason = "it has more folders than may be watched: raise fs.inotify.max_user_watches"
    return f"{root} can't be watched ({reason}); every question looks at the files anyway"


def _telling(on_lost: OnLost, n_changes: int) -> Callable[[], None]:
    """What is to be done as soon as the folder is watched again after so many changes."""
    problem = Problem(f"{n_changes:,} changes at once: others may be lost, so all files are looked at")
    return lambda: on_lost(problem) if n_changes else None


def _watch_to_the_end_of_a_storm(
    root: Path, on_change: OnChange, on_begin: Callable[[], None], stop: threading.Event
) -> int:
    """Watch until `stop` is set (0), or it is calm after so many changes that the kernel's queue may have overflowed.

    `on_begin` is called once, when the folder is being watched.
    """
    import watchfiles  # noqa: PLC0415 - only a client that does not watch by itself needs it

    n_many, n_storm = _queue_size() // EVENTS_A_FILE, 0
    for number, changes in enumerate(
        watchfiles.watch(
            root,
            watch_filter=lambda _, path: _counts(root, path),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=CALM_MS,
            stop_event=stop,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
    ):
        # The first set, with `yield_on_timeout` after CALM_MS at most, comes only once the folder is watched.
        if number == 0:
            on_begin()
        if changes:
            on_change(tuple(sorted({_real(path) for _, path in changes})))
        # The kernel tells nobody here of an overflow, so the number of changes has to stand for one.
        if len(changes) >= n_many:
            n_storm += len(changes)
        elif n_storm:
            return n_storm
    return 0


def _queue_size() -> int:
    try:
        return int(QUEUE_FILE.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return QUEUE_SIZE


def _counts(root: Path, path: str) -> bool:
    """Git's own files change with everything that it does; the working tree tells of all that counts."""
    return ".git" not in Path(path).relative_to(root).parts if path.startswith(str(root)) else True


def _real(path: str) -> Path:
    folder, name = os.path.split(path)
    # The name itself is not resolved: it may be gone, or be a link that changed.
    return Path(os.path.realpath(folder), name)


FEW = 32
"""From more paths on, git is asked about their folders first, of which there are fewer."""


def relevant_paths(repository: Repository | None, paths: Collection[str]) -> frozenset[str]:
    """Those of the changed paths, relative to the workspace, for which something may have to be done.

    The others are in folders that nobody reads, or git ignores them and does not track them. It is two runs of git at
    most, however many paths there are; where git can't say, they count.
    """
    own = frozenset(path for path in paths if not vendored_folder(path))
    if repository is None:
        return own
    if len(own) > FEW:
        ignored = _ignored(repository, {_folder(path) for path in own} - {""})
        own = frozenset(path for path in own if _folder(path) not in ignored)
    return own - _ignored(repository, own)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _ignored(repository: Repository, paths: Collection[str]) -> frozenset[str]:
    """What git ignores; a folder only if nothing in it is tracked."""
    # Where git can't say, nothing counts as ignored: a look too many does no harm.
    return those_ignored(repository, paths) or frozenset()
