"""Which files are being worked on, as far as it can be told without reading one: by git's history, or by their times."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from foreword.workspace.git.history import churn, head_commit
from foreword.workspace.git.repository import Repository

RECENT_COMMITS = 200
RECENT_FILES = 500


def recently_changed(root: Path, repository: Repository | None, paths: Iterable[str]) -> Mapping[str, float]:
    """The files that changed lately, each with how much that counts: the most recent, or most changed, the most.

    Raises:
        WorkspaceError: git failed.
    """
    head = head_commit(repository) if repository else None
    if repository is not None and head is not None:
        return churn(repository, head, RECENT_COMMITS)
    times = {path: time for path in paths if (time := _modified_at(root, path)) is not None}
    newest = sorted(times, key=lambda path: (-times[path], path))[:RECENT_FILES]
    return {path: 1 - place / RECENT_FILES for place, path in enumerate(newest)}


def _modified_at(root: Path, path: str) -> int | None:
    try:
        return os.lstat(root / path).st_mtime_ns
    except OSError:
        return None
