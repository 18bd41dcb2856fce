"""A kept proposal on its way to the user: as one edit that the client applies, looked at afterwards, or as a diff to look at.

Some editors leave out an edit of a document that has changed meanwhile, and say "applied" all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.assist.edits.apply import Outcome
from foreword.assist.edits.edit import files_json, problems_json
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.session.open_workspace import OpenFolder
from foreword.core.documents.document import Document
from foreword.core.documents.text import Text, printable
from foreword.core.edits.hunk import render_hunk
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.errors import Problem
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.output.file_consent import agreed
from foreword.lsp.output.proposals import note_review, proposal_of
from foreword.lsp.output.virtual_documents import diff_uri, refused_uri, show_diff
from foreword.lsp.output.workspace_edit import (
    FileState,
    FileStep,
    WorkspaceEditPlan,
    now_of,
    open_documents,
    plan_edit,
)

PATIENCE_S = 2.0
"""Seconds to wait for the last changes of documents: some editors collect them before they send them."""


async def left_out(
    server: ForewordServer, opened: OpenFolder, steps: Sequence[FileStep]
) -> tuple[FileStep, ...]:
    """The steps that the client did not take, although it said so.

    A document that it changes without having told of it is believed to be changed.
    """
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        documents = open_documents(server, opened)
        missing = await opened.run(_missing, opened, tuple(steps), documents)
        # Only of an open document can a change still be on its way.
        waits = any(step.file.path in documents for step in missing)
        left = end - asyncio.get_running_loop().time()
        if not missing or not waits or left <= 0 or not await server.next_change(left):
            break
    documents = open_documents(server, opened)
    missing = await opened.run(_missing, opened, tuple(missing), documents)
    return tuple(step for step in missing if not _is_in(step, documents.get(step.file.path)))


def _missing(
    opened: OpenFolder, steps: Sequence[FileStep], documents: Mapping[str, Document]
) -> tuple[FileStep, ...]:
    """The steps whose outcome is not to be seen."""
    return tuple(step for step in steps if not _is_seen(opened, step, documents))


def _is_seen(opened: OpenFolder, step: FileStep, documents: Mapping[str, Document]) -> bool:
    path = step.file.path
    now = now_of(opened.root, opened.root, path, documents.get(path))
    if step.file.kind == "delete":
        return now.text is None or now.version is not None  # its buffer may stay open
    if step.file.kind in ("create", "rename"):
        # An obstacle means that something is there, though it can't be read.
        return now.text is not None or now.obstacle != ""
    # Open neither before nor now: the editor may hold the change in a buffer that it did not tell of.
    return _content(now) == step.after or (now.version is None and not step.was_open)


def _is_in(step: FileStep, document: Document | None) -> bool:
    """Whether a text that is not quite the wanted one has the change: the user may have typed elsewhere in it."""
    if document is None or step.file.kind != "change" or document.text == step.before:
        return False
    now, before = Text(document.text), printable(step.before or "")
    wanted = replace(step.file, before=Text(step.before or ""), after=printable(step.after or ""), part=None)
    taken_back = ProposedFile(step.file.path, Text(step.after or ""), before)
    is_open = not wanted.resolve(now).resolution.refused
    return not is_open and not taken_back.resolve(now).resolution.refused


def _content(now: FileState) -> str | None:
    return now.text.content if now.text is not None else None


PROPOSAL_SCHEMA = "foreword.proposal/1"
MAX_TOLD = 3
"""Problems in one message; the JSON has them all."""


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """`apply` it or only show it; `preview` its diff; let the editor ask the user to `confirm`.

    `allow_config`: the user was asked about files that change what runs on the machine.
    """

    apply: bool
    preview: bool
    confirm: bool
    allow_config: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a proposal; `problems` are all that keeps it from being true as a whole."""

    name: str
    proposal: Proposal
    plan: WorkspaceEditPlan
    applied_paths: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def applied(self) -> bool:
        """Whether something is applied."""
        return bool(self.applied_paths)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """By file; a file of which some hunks were refused is applied all the same."""
        return tuple(Outcome(path, path in self.applied_paths) for path in self.proposal.files)

    @property
    def problems_json(self) -> list[Mapping[str, Any]]:
        """The problems as JSON."""
        return problems_json(self.problems)

    def to_json(self) -> dict[str, Any]:
        """As `foreword.proposal/1`."""
        applied = {outcome.path for outcome in self.outcomes if outcome.applied}
        shown = [{**file, "applied": file["path"] in applied} for file in files_json(self.proposal)]
        schema = {"schema": PROPOSAL_SCHEMA}
        return {**schema, "edits": shown, "problems": self.problems_json, **self.more_json()}

    def more_json(self) -> dict[str, Any]:
        """What a client needs to go on: the id, the hunks in their order, and the edit unless it is applied."""
        hunks = {
            file.path: [render_hunk(hunk) for hunk in file.hunks] for file in self.proposal.files.values()
        }
        told: dict[str, Any] = {"proposalId": self.name, "applied": self.applied, "hunks": hunks}
        told["fitting"] = {path: list(numbers) for path, numbers in self.plan.fitting.items()}
        if self.plan.edit is not None and not self.applied:
            told["workspaceEdit"] = self.plan.edit
        return told


async def deliver(
    server: ForewordServer, opened: OpenFolder, name: str, proposal: Proposal, wishes: DeliveryOptions
) -> DeliveryOutcome:
    """Bring the kept proposal of this name, or what `proposal` has of it, to the user as the client can.

    Raises:
        StoreError: a diff can't be written for a client that reads files only.
    """
    title = proposal_of(server, name).title
    wanted = proposal
    if wishes.apply and server.client.applies_edits and not wishes.allow_config:
        wanted = await agreed(server, opened, name, proposal, is_seen=True)
    plan = await plan_edit(server, opened, wanted, title=title, confirm=wishes.confirm)
    is_shown = wishes.preview or (wishes.apply and not server.client.applies_edits)
    if is_shown and proposal.files:
        diff = await opened.run(_diff_of, proposal)
        await show_diff(server, diffs_folder(opened), diff_uri(name), diff, take_focus=True)
    if wishes.apply or is_shown:  # a client that only looks has the refusals in the result
        await tell_refused(server, opened, name, plan)
    done = AppliedFiles()
    if wishes.apply and not is_shown and plan.edit is not None:
        done = await apply_plan(server, opened, plan, title)
        await _note_applied(server, name, plan, done.paths)
    tell(server, done.problems)
    held = tuple(_held(path) for path in proposal.files if path not in wanted.files)
    return DeliveryOutcome(name, proposal, plan, done.paths, (*plan.problems, *held, *done.problems))


async def _note_applied(
    server: ForewordServer, name: str, plan: WorkspaceEditPlan, paths: Sequence[str]
) -> None:
    kept = proposal_of(server, name)
    review = kept.review
    for path in paths:
        file = kept.proposal.files[path]
        review = review.applying(
            file, plan.fitting.get(path, range(len(file.hunks))) if file.has_parts else ()
        )
    if paths:
        await note_review(server, name, review)


@dataclass(frozen=True, slots=True)
class AppliedFiles:
    """The files that the client changed as it was asked to, and why it left out the others."""

    paths: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


async def apply_plan(
    server: ForewordServer, opened: OpenFolder, plan: WorkspaceEditPlan, title: str
) -> AppliedFiles:
    """Let the client apply an edit, and look whether it did.

    It is one request, which is one step of undo; for a client that compares the version of one document only, it is
    a request a file.
    """
    assert plan.edit is not None, "there is something to apply"  # noqa: S101 - an invariant
    # One request is one step of undo, so it is split only for a client that would miss a stale document.
    whole = [(plan.edit, plan.steps)]
    requests = [(one.edit, (one,)) for one in plan.steps] if server.client.guards_one_document else whole
    paths, problems = list[str](), list[Problem]()
    for edit, steps in requests:
        problem = await apply_edit(server, edit, title)
        # Some editors say "applied" of what they left out.
        missing = steps if problem else await left_out(server, opened, steps)
        paths += [step.file.path for step in steps if step not in missing]
        problems += [problem] if problem else [_left_out(step.file.path) for step in missing]
    return AppliedFiles(tuple(paths), tuple(dict.fromkeys(problems)))


def _held(path: str) -> Problem:
    return Problem(f"{path} was left out, since {RUNS_HERE}: it is kept, and can be applied by itself", path)


def _left_out(path: str) -> Problem:
    message = f"{path} was not changed: the editor left the change out, as the text had changed meanwhile"
    return Problem(f"{message}; the proposal is kept, so apply it again", path)


async def tell_refused(
    server: ForewordServer, opened: OpenFolder, name: str, plan: WorkspaceEditPlan
) -> None:
    """What was refused, in one message that names the document with its diff."""
    if not plan.refused:
        return
    diff = "".join(_file_diff(refusal.path, refusal.diff) for refusal in plan.refused)
    uri = await show_diff(server, diffs_folder(opened), refused_uri(name), diff)
    first, n_more = plan.refused[0].message, len(plan.refused) - 1
    paths = ", ".join(dict.fromkeys(refusal.path for refusal in plan.refused))
    what = first if not n_more else f"{n_more + 1} changes were not applied, in {paths} ({first})"
    tell(server, [Problem(f"{what}; the diff is {uri}")])


def tell(server: ForewordServer, problems: Sequence[Problem]) -> None:
    """Show problems to the user, as one message."""
    if problems:
        more = f"; and {len(problems) - MAX_TOLD} more" if len(problems) > MAX_TOLD else ""
        text = "; ".join(problem.message for problem in problems[:MAX_TOLD])
        shown = types.ShowMessageParams(types.MessageType.Warning, f"Foreword: {text}{more}")
        server.window_show_message(shown)


def diffs_folder(opened: OpenFolder) -> Path:
    """Where diffs are written for clients that read files only."""
    return opened.session.places.data / "proposals"


async def apply_edit(server: ForewordServer, edit: types.WorkspaceEdit, title: str) -> Problem | None:
    """Ask the client to apply an edit; one that does not says why, and is not asked again."""
    params = types.ApplyWorkspaceEditParams(edit, f"Foreword: {title}" if title else "Foreword")
    try:
        result = await server.workspace_apply_edit_async(params)
    except JsonRpcException as error:
        reason = " ".join(str(error).split())
    else:
        if result.applied:
            return None
        reason = " ".join((result.failure_reason or "it did not say why").split())
    return Problem(
        f"the editor did not apply the proposal ({reason}): it is kept, so apply it again, or ask again"
    )


def _diff_of(proposal: Proposal) -> str:
    return proposal.diff


def _file_diff(path: str, diff: str) -> str:
    return diff if diff.startswith("---") else f"--- a/{path}\n+++ b/{path}\n{diff}"
