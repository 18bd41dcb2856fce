"""Watching a folder for changes on disk.

What comes is a hint, never the truth: the kernel's queue can overflow without a word, and one of two names of a
directory is reported when there are symlinks. Whoever answers a question looks at the files themselves.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from foreword.core.errors import Problem

DEBOUNCE_MS = 1_600
STEP_MS = 50
CHECK_STOP_MS = 1_000
"""How long an idle watcher takes at most to see that it should stop."""

QUEUE_FILE = Path("/proc/sys/fs/inotify/max_queued_events")
QUEUE_SIZE = 16_384
"""Linux's default; see inotify(7)."""
EVENTS_A_FILE = 8
"""A written file fills the queue with a few events, of which one change is made: rather too many than too few."""

OnChange = Callable[[tuple[Path, ...]], None]
OnLost = Callable[[Problem], None]


def watch(root: Path, on_change: OnChange, on_lost: OnLost, stop: threading.Event) -> Problem | None:
    """Call `on_change` with the real paths of changed files until `stop` is set; blocks, so give it a thread.

    `on_lost` is called when so much happened at once that changes may have been lost: then only a look at all files
    helps. Folders that were made meanwhile are watched from then on. The problem says why nothing can be watched.
    """
    try:
        while not stop.is_set():
            n_changes = _watch_until_lost(root, on_change, stop)
            if n_changes:
                on_lost(
                    Problem(f"{n_changes:,} changes at once: others may be lost, so all files are looked at")
                )
    except OSError as error:
        return Problem(
            f"{root} can't be watched ({error.strerror or error}); every question looks at the files anyway"
        )
    return None


def _watch_until_lost(root: Path, on_change: OnChange, stop: threading.Event) -> int:
    """Watch until `stop` is set (0), or the kernel's queue may have overflowed: with so many changes."""
    import watchfiles  # noqa: PLC0415 - only a client that does not watch by itself needs it

    n_many = _queue_size() // EVENTS_A_FILE
    for changes in watchfiles.watch(
        root,
        watch_filter=lambda _, path: _counts(root, path),
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        rust_timeout=CHECK_STOP_MS,
        stop_event=stop,
        raise_interrupt=False,
    ):
        if len(changes) >= n_many:
            return len(changes)
        on_change(tuple(sorted({_real(path) for _, path in changes})))
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
    return Path(os.path.realpath(folder), name)
