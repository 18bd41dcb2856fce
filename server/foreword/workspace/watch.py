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

OnChange = Callable[[tuple[Path, ...]], None]


def watch(root: Path, on_change: OnChange, stop: threading.Event) -> Problem | None:
    """Call `on_change` with the real paths of changed files until `stop` is set; blocks, so give it a thread.

    The problem says why nothing can be watched.
    """
    import watchfiles  # noqa: PLC0415 - only a client that does not watch by itself needs it

    try:
        for changes in watchfiles.watch(
            root,
            watch_filter=lambda _, path: _counts(root, path),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=CHECK_STOP_MS,
            stop_event=stop,
            raise_interrupt=False,
        ):
            on_change(tuple(sorted({_real(path) for _, path in changes})))
    except OSError as error:
        return Problem(
            f"{root} can't be watched ({error.strerror or error}); every question looks at the files anyway"
        )
    return None


def _counts(root: Path, path: str) -> bool:
    """Git's own files change with everything that it does; the working tree tells of all that counts."""
    return ".git" not in Path(path).relative_to(root).parts if path.startswith(str(root)) else True


def _real(path: str) -> Path:
    folder, name = os.path.split(path)
    return Path(os.path.realpath(folder), name)
