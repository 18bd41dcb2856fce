"""Files that were shown once and may not be shown any more: somebody ignored them since, or their names are secret by now.

Of what a file holds each version is judged by itself: what it held before it became a key was none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from foreword.core.exclusion import FILTERED, IGNORED, IGNORED_BY_GIT, reason_in_spite_of_user
from foreword.workspace.files.disk import is_file
from foreword.workspace.git.git_listing import ignored_by_git

if TYPE_CHECKING:
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
    from foreword.workspace.git.repository import Repository

CONFIDENTIAL = frozenset({IGNORED, FILTERED})
"""Reasons that hold for what was sent before, too: a file that is merely too large by now was no mistake to send."""


def withheld_files(
    saved: WorkspaceSnapshot, repository: Repository | None, paths: Iterable[str]
) -> dict[str, str]:
    """Those of some paths that may not be shown any more, with the reason; a file that is merely gone is none."""
    missing = {path for path in paths if path not in saved.index.blobs and path not in saved.unread}
    if not missing:
        return {}
    told = {left.path: left.reason for left in saved.report.left_out if left.path in missing}
    withheld = {path: reason for path in missing if (reason := _reason(saved, path, told.get(path)))}
    rest = missing - withheld.keys() - told.keys()
    # Outside git nothing but a rule keeps a file that is there out of the listing.
    ignored = (
        ignored_by_git(repository, rest)
        if repository
        else {path for path in rest if is_file(saved.root, path)}
    )
    return withheld | dict.fromkeys(ignored, IGNORED_BY_GIT)


def _reason(saved: WorkspaceSnapshot, path: str, told: str | None) -> str | None:
    if (reason := reason_in_spite_of_user(path)) is not None:
        return reason
    if told in CONFIDENTIAL:
        return told
    return IGNORED if saved.rules.ignores(path) else None
