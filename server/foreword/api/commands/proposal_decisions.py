"""Proposals that are kept until they are decided: `proposals`.

What a model was paid for stays reachable, whichever front door asked for it. A number names one decision of a proposal:
a hunk, or a file that is created or deleted as a whole; numbers count from 1 over all its files and never change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from foreword.api.command import Body
from foreword.api.parameters import Flag, positional
from foreword.api.printed import Diff, Line, Printed, Table, notice, problem_lines
from foreword.api.workspace import Workspace
from foreword.assist.edits.apply import Outcome, apply_proposal, apply_whole
from foreword.assist.edits.edit import files_json, problems_json
from foreword.assist.edits.proposal import Proposal
from foreword.assist.edits.proposal_parts import (
    PROPOSALS_SCHEMA,
    NumberedHunk,
    Part,
    applied,
    numbered_hunks,
    part_of,
    part_with,
    rejected,
    summary_json,
)
from foreword.assist.edits.proposal_store import (
    KeptProposal,
    folder_uri_of,
    is_for,
    proposals_folder,
    read_proposals,
    short_title,
    write_proposal,
)
from foreword.assist.edits.review import ProposalReview, reverse
from foreword.assist.session.write_journal import noted
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.errors import EditError, Problem, UsageError

SCHEMA = "foreword.proposal/1"
SHORT_ID = 8
"""Characters of an id that people are shown: as a rule enough to name one."""
_NUMBERS = re.compile(r"(?P<first>\d{1,6})(?:-(?P<last>\d{1,6}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsParameters:
    """The parameters of `proposals`."""

    id: Annotated[str, positional("the proposal, or the beginning of its id; without one all are listed")] = (
        ""
    )
    apply: Annotated[bool, Flag("write what is undecided of it to disk")] = False
    reject: Annotated[bool, Flag("decide against what is undecided of it")] = False
    undo: Annotated[bool, Flag("take back what was applied of it")] = False
    hunk: Annotated[
        tuple[str, ...], Flag("with --apply or --reject, only these (may be given several times)", "N[-M]")
    ] = ()
    allow_config: Annotated[
        bool, Flag("with --apply, write files too that change what runs on this machine")
    ] = False


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The proposals of a workspace of which something is undecided, by id, newest first."""

    proposals: tuple[tuple[str, KeptProposal], ...]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.proposals/1`."""
        return {
            "schema": PROPOSALS_SCHEMA,
            "proposals": [summary_json(name, kept) for name, kept in self.proposals],
        }


@dataclass(frozen=True, slots=True)
class ProposalState:
    """A proposal as it is after what was ordered, and what became of that; without an order `outcomes` is None."""

    name: str
    kept: KeptProposal
    outcomes: tuple[Outcome, ...] | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be written."""
        return tuple(problem for outcome in self.outcomes or () for problem in outcome.problems)

    def to_json(self) -> dict[str, Any]:
        """As `foreword.proposal/1`."""
        kept, review = self.kept, self.kept.review
        files = kept.proposal.files
        written = {outcome.path for outcome in self.outcomes or () if outcome.applied}
        edits = [{**shown, "applied": shown["path"] in written} for shown in files_json(kept.proposal)]
        hunks: dict[str, list[str]] = {path: [] for path in files}
        for hunk in numbered_hunks(kept):
            hunks[hunk.path].append(hunk.diff)
        pending = {path: list(left) for path, file in files.items() if (left := review.pending(file))}
        return {
            "schema": SCHEMA,
            "proposalId": self.name,
            "title": kept.title,
            "at": kept.at,
            "edits": edits,
            "problems": problems_json(self.problems),
            "hunks": hunks,
            "pending": pending,
            "outcome": review.outcome(kept.proposal),
        }


def keep_proposal(
    workspace: Workspace, proposal: Proposal, title: str, name: str = ""
) -> ProposalState | None:
    """Keep a proposal until it is decided; its id is `name` if there is one. None, if there is nothing in it."""
    if not proposal.files:
        return None
    name = name or uuid4().hex
    kept = KeptProposal(proposal, folder_uri_of(workspace.root), short_title(title), workspace.clock())
    write_proposal(_home(workspace), name, kept)
    return ProposalState(name, kept)


def open_proposals(workspace: Workspace) -> ProposalList:
    """The proposals of the workspace of which something is undecided."""
    every = ((name, kept) for name, kept in _kept_here(workspace).items())
    return ProposalList(tuple((name, kept) for name, kept in every if summary_json(name, kept)["files"]))


def find_proposal(workspace: Workspace, name: str) -> ProposalState:
    """A proposal by its id, or by the beginning of one; without any the only one that is undecided.

    Raises:
        UsageError: there is none, or several could be meant.
    """
    every = _kept_here(workspace)
    if not name:
        every = dict(open_proposals(workspace).proposals)
    found = [one for one in every if one == name] or [one for one in every if one.startswith(name)]
    if len(found) == 1:
        return ProposalState(found[0], every[found[0]])
    if not found:
        what = f"no proposal {name}" if name else "no undecided proposal"
        raise UsageError(f"there is {what} of this workspace: `foreword proposals` lists them")
    named = ", ".join(one[:SHORT_ID] for one in found[:5])
    raise UsageError(f"several proposals could be meant ({named}): give more of the id")


def apply_part(
    workspace: Workspace, state: ProposalState, part: Part, *, allow_config: bool = False
) -> ProposalState:
    """The proposal after a part of it was written to disk, where the files still fit, and what became of each file.

    Raises:
        UsageError: it has no such part.
    """
    proposal = part_of(state.kept, part)
    root = workspace.root
    with noted(workspace.places, root, proposal.files):
        outcomes = apply_proposal(root, proposal, allow_config=allow_config)
    return decided(workspace, state, applied(state.kept, outcomes), outcomes)


def reject_part(workspace: Workspace, state: ProposalState, part: Part) -> ProposalState:
    """The proposal after a part of it was decided against.

    Raises:
        UsageError: it has no such part.
    """
    return decided(workspace, state, rejected(state.kept, part), ())


def undo(workspace: Workspace, state: ProposalState) -> ProposalState:
    """The proposal after all that was applied of it was taken back; nothing is, if a file has changed there since.

    Raises:
        UsageError: nothing of it was applied.
    """
    taken_back = reverse(state.kept.proposal, state.kept.review)
    if not taken_back.files:
        raise UsageError("nothing of this proposal was applied, so there is nothing to undo")
    root = workspace.root
    with noted(workspace.places, root, taken_back.files):
        outcomes = apply_whole(root, taken_back)
    if any(outcome.problems for outcome in outcomes):
        return ProposalState(state.name, state.kept, outcomes)
    return decided(workspace, state, ProposalReview(), outcomes)


def proposals(workspace: Workspace, given: ProposalsParameters) -> ProposalList | ProposalState:
    """The undecided proposals, or one of them, shown, applied, rejected or undone.

    Raises:
        UsageError: there is no such proposal or hunk, or several things are ordered at once.
    """
    if sum((given.apply, given.reject, given.undo)) > 1:
        raise UsageError("give one of --apply, --reject and --undo")
    orders = given.apply or given.reject
    if given.hunk and not orders:
        raise UsageError("--hunk goes with --apply or --reject")
    if not (given.id or orders or given.undo):
        return open_proposals(workspace)
    state = find_proposal(workspace, given.id)
    if given.undo:
        return undo(workspace, state)
    if not orders:
        return state
    part = part_with(chosen_hunks(state, given.hunk)) if given.hunk else Part()
    if given.reject:
        return reject_part(workspace, state, part)
    return apply_part(workspace, state, part, allow_config=given.allow_config)


def chosen_hunks(state: ProposalState, written: Sequence[str]) -> list[NumberedHunk]:
    """The hunks of a proposal by their numbers, as `3` or `2-4`.

    Raises:
        UsageError: it has no such hunk.
    """
    every = numbered_hunks(state.kept)
    chosen = dict[int, NumberedHunk]()
    for one in written:
        match = _NUMBERS.fullmatch(one)
        first = int(match["first"]) if match else 0
        last = int(match["last"] or first) if match else 0
        if not 0 < first <= last <= len(every):
            raise UsageError(f"the proposal has no hunk {one}: its hunks are 1 to {len(every)}")
        chosen |= {number: every[number - 1] for number in range(first, last + 1)}
    return list(chosen.values())


def _home(workspace: Workspace) -> Path:
    return proposals_folder(workspace.places.data)


def _kept_here(workspace: Workspace) -> Mapping[str, KeptProposal]:
    """Those of the workspace by id, newest first."""
    root = workspace.root
    return {name: kept for name, kept in read_proposals(_home(workspace)) if is_for(kept, root)}


def decided(
    workspace: Workspace, state: ProposalState, review: ProposalReview, outcomes: tuple[Outcome, ...]
) -> ProposalState:
    """The proposal with this review, which is kept, and with what became of its files."""
    kept = state.kept.having(review)
    write_proposal(_home(workspace), state.name, kept)
    return ProposalState(state.name, kept, outcomes)


def _show(
    found: ProposalList | ProposalState, given: ProposalsParameters, _columns: int
) -> Iterator[Printed]:
    if isinstance(found, ProposalList):
        yield from _show_list(found)
    elif found.outcomes is None:
        yield from show_proposal(found)
    else:
        yield from problem_lines(found.problems)
        yield notice(f"foreword: {outcome_of(found, is_undo=given.undo)}")


def _show_list(found: ProposalList) -> Iterator[Printed]:
    if not found.proposals:
        yield notice("foreword: no proposal is undecided")
        return
    rows = []
    for name, kept in found.proposals:
        files = summary_json(name, kept)["files"]
        n_hunks = sum(one["hunks"] for one in files)
        paths = ", ".join(one["path"] for one in files)
        made = datetime.fromtimestamp(kept.at).astimezone().strftime("%Y-%m-%d %H:%M")
        rows.append((name[:SHORT_ID], made, str(n_hunks), kept.title, paths))
    yield Table(("id", "made", "undecided", "what for", "files"), tuple(rows))
    listed = (one for name, kept in found.proposals for one in summary_json(name, kept)["files"])
    for path in dict.fromkeys(one["path"] for one in listed if "runsHere" in one):
        yield notice(f"foreword: look closely at {path}: {RUNS_HERE}", "yellow")


def show_proposal(found: ProposalState) -> Iterator[Printed]:
    """A proposal hunk by hunk, each under its number; as one diff that applies where nothing is decided yet."""
    kept = found.kept
    yield Line(f"{kept.title} ({kept.review.outcome(kept.proposal)})", "bold")
    path = ""
    for hunk in numbered_hunks(kept):
        if hunk.path != path:
            path = hunk.path
            if kept.proposal.files[path].runs_here:
                yield notice(f"foreword: look closely at {path}: {RUNS_HERE}", "yellow")
        yield Line(f"[{hunk.number}] {path}{_decision(kept, hunk)}", "bold")
        yield Diff(hunk.diff)


def _decision(kept: KeptProposal, hunk: NumberedHunk) -> str:
    if hunk.is_pending:
        return ""
    review = kept.review.of(hunk.path)
    is_rejected = hunk.index in review.rejected
    return " (rejected)" if is_rejected else " (applied)"


def outcome_of(found: ProposalState, *, is_undo: bool = False) -> str:
    """What became of an order, in one line."""
    n_left = sum(hunk.is_pending for hunk in numbered_hunks(found.kept))
    left = f"; {n_left} undecided" if n_left else ""
    if is_undo:
        return "nothing was undone" if found.problems else "undone: the files are as they were before"
    if not found.outcomes:
        return f"rejected{left}"
    n_written = sum(outcome.applied for outcome in found.outcomes)
    n_files = len(found.outcomes)
    return f"{n_written} of {n_files} file{'s' * (n_files > 1)} written{left}"


def _code(found: ProposalList | ProposalState) -> int:
    return EditError.exit_code if isinstance(found, ProposalState) and found.problems else 0


PROPOSALS = Body(ProposalsParameters, proposals, _show, _code)
