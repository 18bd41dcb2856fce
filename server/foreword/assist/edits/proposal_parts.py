"""A kept proposal in parts: some of its files or hunks, for whoever decides about them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from foreword.assist.edits.apply import Outcome
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.proposal_store import KeptProposal
from foreword.assist.edits.review import ProposalReview, remaining
from foreword.core.edits.hunk import render_hunk
from foreword.core.errors import UsageError

PROPOSALS_SCHEMA = "foreword.proposals/1"


@dataclass(frozen=True, slots=True)
class Part:
    """Of a proposal those files, and those hunks (by path, numbers from 0); all of it if neither is named."""

    files: Sequence[str] = ()
    hunks: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberedHunk:
    """One decision about a proposal: hunk `index` (from 0) of a file, or all of a file without parts.

    `number` counts from 1 over all files, whatever is decided already; `diff` is that of the hunk alone.
    """

    number: int
    path: str
    index: int
    diff: str
    is_pending: bool


def part_of(kept: KeptProposal, part: Part) -> Proposal:
    """The part of a proposal, as a proposal over the text that has what was applied of it before.

    What is decided already is in it only if it is named by its hunks, or if nothing is undecided.

    Raises:
        UsageError: there is no such file or hunk in it.
    """
    proposal = kept.proposal
    wanted = _paths(proposal, part)
    numbers = {path: _numbers(kept, proposal.files[path], part.hunks.get(path)) for path in wanted}
    if not any(numbers.values()) and not part.hunks:
        numbers = {path: tuple(range(max(1, len(proposal.files[path].hunks)))) for path in wanted}
    parts = [_part(kept, proposal.files[path], chosen) for path, chosen in numbers.items() if chosen]
    return Proposal(MappingProxyType({file.path: file for file in parts}))


def rejected(kept: KeptProposal, part: Part) -> ProposalReview:
    """The review of a proposal after a part of it was rejected.

    Raises:
        UsageError: there is no such file or hunk in it.
    """
    part_of(kept, part)
    review = kept.review
    for path in _paths(kept.proposal, part):
        file = kept.proposal.files[path]
        review = review.rejecting(file, part.hunks.get(path, review.pending(file)))
    return review


def applied(kept: KeptProposal, outcomes: Sequence[Outcome]) -> ProposalReview:
    """The review of a proposal after it, or a part of it, was written to disk with these outcomes."""
    review = kept.review
    for outcome in outcomes:
        if outcome.applied:
            file = kept.proposal.files[outcome.path]
            review = review.applying(file, outcome.fitting if file.has_parts else ())
    return review


def numbered_hunks(kept: KeptProposal) -> tuple[NumberedHunk, ...]:
    """All there is to decide about a proposal, in the order of its files and lines."""
    decisions = (one for file in kept.proposal.files.values() for one in _decisions(kept, file))
    return tuple(NumberedHunk(n, *one) for n, one in enumerate(decisions, 1))


def part_with(hunks: Sequence[NumberedHunk]) -> Part:
    """The part of a proposal that consists of these."""
    chosen: dict[str, list[int]] = {}
    for hunk in hunks:
        chosen.setdefault(hunk.path, []).append(hunk.index)
    return Part(hunks=chosen)


def summary_json(name: str, kept: KeptProposal) -> dict[str, Any]:
    """What is undecided of a proposal, as an entry of `foreword.proposals/1`; without files if nothing is."""
    pending = ((file, kept.review.pending(file)) for file in kept.proposal.files.values())
    files = [
        {"path": file.path, "kind": file.kind, "hunks": len(left)}
        | ({"runsHere": True} if file.runs_here else {})
        for file, left in pending
        if left
    ]
    return {"proposalId": name, "title": kept.title, "at": kept.at, "files": files}


def _decisions(kept: KeptProposal, file: ProposedFile) -> Iterator[tuple[str, int, str, bool]]:
    pending = kept.review.pending(file)
    if not file.has_parts:
        yield file.path, 0, file.diff, bool(pending)
        return
    for index, hunk in enumerate(file.hunks):
        yield file.path, index, render_hunk(hunk), index in pending


def _paths(proposal: Proposal, part: Part) -> list[str]:
    """The files that a part is about.

    Raises:
        UsageError: the proposal has no such file.
    """
    wanted = [*dict.fromkeys((*part.files, *part.hunks))] or list(proposal.files)
    missing = next((path for path in wanted if path not in proposal.files), None)
    if missing is not None:
        raise UsageError(f"the proposal has no file {missing}: it has {', '.join(proposal.files)}")
    return wanted


def _numbers(kept: KeptProposal, file: ProposedFile, chosen: Sequence[int] | None) -> tuple[int, ...]:
    return kept.review.pending(file) if chosen is None else tuple(chosen)


def _part(kept: KeptProposal, file: ProposedFile, numbers: Sequence[int]) -> ProposedFile:
    review = kept.review.of(file.path)
    is_all = not review.applied and not review.is_whole and len(numbers) >= len(file.hunks)
    if not file.has_parts and tuple(numbers) in ((), (0,)):
        return file
    return (
        file
        if is_all and sorted(set(numbers)) == [*range(len(file.hunks))]
        else remaining(file, review, numbers)
    )
