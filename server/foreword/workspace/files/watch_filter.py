"""Which of the files that a watcher tells of count at all: `npm install` or a build beside us is to cost nothing."""

from __future__ import annotations

from collections.abc import Collection

from foreword.core.exclusion import vendored_folder
from foreword.workspace.git.git_listing import those_ignored
from foreword.workspace.git.repository import Repository

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
    return those_ignored(repository, paths) or frozenset()
