"""The untracked files of a large workspace without asking git, as long as nothing was changed that they depend on."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from foreword.assist.session.snapshot.snapshot_cache import keep, kept
from foreword.core.errors import ForewordError
from foreword.workspace.git.untracked_files import UntrackedFiles, is_still_so, note

if TYPE_CHECKING:
    from foreword.assist.session.session import Session
    from foreword.workspace.files.working_tree import SavedFiles

MIN_FILES = 2_000
"""In smaller workspaces git finds the untracked files in a moment."""

FORMAT = 1
"""The number of the format in which the untracked files are kept; another number is another key."""


def known_untracked(session: Session) -> frozenset[str] | None:
    """The untracked files, if they are those that git found before; None if git has to be asked.

    Raises:
        StoreError: the store is locked for too long.
    """
    repository, recall = session.repository, session.recall
    if repository is None or recall.is_outdated:
        return None
    # Only at the first look of a session: later ones go on from what this one found.
    if recall.untracked is None and recall.files is None:
        recall.untracked = _kept(session)
    recall.is_outdated = recall.untracked is None or not is_still_so(recall.untracked, repository)
    return None if recall.untracked is None or recall.is_outdated else recall.untracked.paths


def note_at_end(session: Session, files: SavedFiles, began_ns: int) -> None:
    """Have what a look found that began then noted for the next process, when the session ends: no answer waits for it."""
    if session.recall.is_outdated and len(files.tree.blobs) >= MIN_FILES:
        session.at_end["untracked"] = partial(_note, session, files, began_ns)


def _note(session: Session, files: SavedFiles, began_ns: int) -> None:
    repository, before = session.repository, session.recall.untracked
    if repository is None:
        return
    with suppress(ForewordError):  # it only saves time, and the answer is given
        found = note(repository, files.tracked, files.untracked, began_ns, before)
        if found is not None:
            keep(session, _key(session), _packed(found))


def _packed(found: UntrackedFiles) -> tuple[Any, ...]:
    return found.paths, dict(found.folders), dict(found.rules), dict(found.variables)


def _kept(session: Session) -> UntrackedFiles | None:
    found = kept(session, _key(session))
    return UntrackedFiles(*found) if found is not None else None


def _key(session: Session) -> str:
    return f"untracked:{FORMAT}:{session.worktree}"
