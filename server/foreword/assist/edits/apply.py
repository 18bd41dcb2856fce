"""Applying a proposal: each hunk where the file on disk still has its lines, each file written at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.documents.text import Text, decode, encode, encode_edited
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.errors import EditError, Problem, WorkspaceError
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.secrets.redaction import shown
from foreword.workspace.files.atomic_write import is_executable, move_file, remove_file, replace_file
from foreword.workspace.files.disk import read_file


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a proposed file: whether it was written, and what of it could not be.

    `fitting` are the numbers of the hunks that were carried out.
    """

    path: str
    applied: bool
    problems: tuple[Problem, ...] = ()
    fitting: tuple[int, ...] = ()


def apply_proposal(root: Path, proposal: Proposal, *, allow_config: bool = True) -> tuple[Outcome, ...]:
    """Write each file of the proposal that still fits, or those of its hunks that do.

    Without `allow_config` none is written that changes what runs on this machine.
    """
    return tuple(
        _withheld(file) if not allow_config and _runs_here(root, file) else _applied(root, file)
        for file in proposal.files.values()
    )


def _runs_here(root: Path, file: ProposedFile) -> bool:
    return file.runs_here or is_executable(root, file.source or file.path)


def apply_whole(root: Path, proposal: Proposal) -> tuple[Outcome, ...]:
    """Write a proposal only if all of it fits: half of an undo would be neither the one state nor the other."""
    checked = tuple(Outcome(file.path, False, _misfits(root, file)) for file in proposal.files.values())
    return checked if any(one.problems for one in checked) else apply_proposal(root, proposal)


def _misfits(root: Path, file: ProposedFile) -> tuple[Problem, ...]:
    """Why a file of a proposal does not fit to what is on disk now; each write looks again by itself."""
    path = file.source or file.path
    try:
        data = read_file(root, path)
    except WorkspaceError as error:
        return (Problem(str(error), path),)
    if file.before is None:
        is_there = data is not None
        return (Problem(f"there is a file {path} again, so it was left alone", path),) if is_there else ()
    if data is None or len(data) > MAX_FILE_BYTES:
        return (Problem(f"{path} is gone or has become too large, so nothing was changed in it", path),)
    if file.after is None:
        is_same = shown(_decoded(data, file).content) == file.shown_before
        return () if is_same else (Problem(f"{path} has changed since, so it was not deleted", path),)
    return tuple(one.problem(path) for one in file.resolve(_decoded(data, file)).resolution.refused)


def _withheld(file: ProposedFile) -> Outcome:
    problem = Problem(
        f"{file.path} was not written, since {RUNS_HERE}: look at it, then give --allow-config", file.path
    )
    return Outcome(file.path, applied=False, problems=(problem,))


def _applied(root: Path, file: ProposedFile) -> Outcome:
    try:
        data = read_file(root, file.source or file.path) if file.before is not None else None
    except WorkspaceError as error:
        return Outcome(file.path, applied=False, problems=(Problem(str(error), file.path),))
    if file.before is None:
        return _created(root, file)
    # `read_file` cuts behind one byte more than this, so a longer text would not be whole.
    if data is None or len(data) > MAX_FILE_BYTES:
        state = "is gone" if data is None else "has become too large"
        problem = Problem(f"{file.source or file.path} {state}, so nothing was changed in it", file.path)
        return Outcome(file.path, applied=False, problems=(problem,))
    if file.after is None:
        return _removed(root, file, data)
    if file.source is not None:
        # The move first: if it fails, the file is neither changed nor half done.
        not_moved = move_file(root, file.source, file.path, data)
        if not_moved is not None:
            return Outcome(file.path, applied=False, problems=(not_moved,))
    return _edited(root, file, data)


def _edited(root: Path, file: ProposedFile, data: bytes) -> Outcome:
    """The outcome where the file on disk holds `data`: those hunks are written that fit."""
    before = _decoded(data, file)
    found = file.resolve(before)
    resolution = found.resolution
    problems = [refused.problem(file.path) for refused in resolution.refused]
    if resolution.edits:
        try:
            new = encode_edited(before, resolution.text)
        except EditError as error:
            return Outcome(file.path, applied=False, problems=(*problems, Problem(str(error), file.path)))
        not_written = replace_file(root, file.path, data, new)
        if not_written is not None and file.source is not None:
            # All or nothing: a disk that took the new name and not the new text leaves neither.
            moved_back = move_file(root, file.path, file.source, data)
            return Outcome(file.path, applied=False, problems=(*problems, not_written, *_some(moved_back)))
        problems += _some(not_written)
    is_written = len(problems) == len(resolution.refused) < len(file.hunks)
    is_applied = is_written or file.source is not None
    return Outcome(file.path, is_applied, tuple(problems), found.fitting if is_written else ())


def _created(root: Path, file: ProposedFile) -> Outcome:
    try:
        data = encode(Text(file.after or ""))
    except EditError as error:
        return Outcome(file.path, applied=False, problems=(Problem(str(error), file.path),))
    problems = _some(replace_file(root, file.path, None, data))
    return Outcome(file.path, not problems, problems)


def _removed(root: Path, file: ProposedFile, data: bytes) -> Outcome:
    # A deletion has no lines to place: it is done only on exactly what the model saw.
    if shown(_decoded(data, file).content) != file.shown_before:
        stale = Problem(f"{file.path} has changed since, so it was not deleted", file.path)
        return Outcome(file.path, applied=False, problems=(stale,))
    problems = _some(remove_file(root, file.path, data))
    return Outcome(file.path, not problems, problems)


def _decoded(data: bytes, file: ProposedFile) -> Text:
    """The text on disk now, read in the encoding in which the file was read for the proposal."""
    return decode(data, file.before.encoding if file.before is not None else None)


def _some(problem: Problem | None) -> tuple[Problem, ...]:
    return (problem,) if problem is not None else ()
