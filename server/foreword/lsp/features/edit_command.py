"""`foreword.edit` and the edits of code actions: an instruction becomes a proposal, and the proposal an edit.

A proposal is kept, whatever becomes of it, so that it can be looked at and applied later, whole or in part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from foreword.api.commands.questions import Question, propose
from foreword.api.workspace import Event, PartialResult, Stage
from foreword.assist.answering.answer_loop import stage_of
from foreword.assist.edits.draft import DraftEdit, DraftReader
from foreword.assist.edits.edit import EditOutcome
from foreword.assist.edits.proposal import ProposedFile
from foreword.assist.edits.proposal_parts import Part, part_of, rejected
from foreword.assist.edits.proposal_store import KeptProposal, is_for
from foreword.assist.edits.review import ProposalReview, reverse
from foreword.assist.question.task import Task, edits, pointers_of, question_of
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.providers import require_trust
from foreword.assist.session.session import Session
from foreword.core.errors import Problem, UsageError
from foreword.core.reply import TextDelta
from foreword.core.secrets.redaction import shown
from foreword.lsp.connection.configuration import open_now
from foreword.lsp.connection.convert import path_from_uri, uri_from_path
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.command_workspace import documents_in, task_in, workspace_of
from foreword.lsp.features.keep_warm_loop import note_answer
from foreword.lsp.features.workspace_folders import folder_of
from foreword.lsp.output.apply_edit import (
    DeliveryOptions,
    DeliveryOutcome,
    apply_plan,
    deliver,
    tell,
    tell_refused,
)
from foreword.lsp.output.file_consent import agreed
from foreword.lsp.output.progress import Partials, work_done
from foreword.lsp.output.proposals import keep_proposal, note_review, proposal_of
from foreword.lsp.output.workspace_edit import WorkspaceEditPlan, plan_edit


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is to be changed; `title` is for people, the tokens are the client's own for progress and partial results."""

    question: Question
    title: str = ""
    token: types.ProgressToken | None = None
    partial_token: types.ProgressToken | None = None


async def run_instruction(
    server: ForewordServer,
    folder: Folder,
    session: Session,
    instruction: Instruction,
    wishes: DeliveryOptions,
) -> dict[str, Any]:
    """What came of an instruction, as `foreword.edit/1`, with the id of its proposal and whether it is applied.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    opened = _open(folder)
    edited = await _propose(server, folder, session, instruction)
    # Before it is delivered: what the editor refuses can be applied later.
    name = await keep_proposal(
        server, folder, edited.proposal, instruction.title or instruction.question.text
    )
    tell(server, edited.problems)
    # What broke off may be half an edit: it is kept, and not applied.
    if not edited.proposal.files or not edited.is_complete:
        done = DeliveryOutcome(name, edited.proposal, WorkspaceEditPlan(None))
    else:
        done = await deliver(server, opened, name, edited.proposal, wishes)
    told = edited.to_json(done.outcomes)
    told = {**told, "problems": [*told["problems"], *done.problems_json], **done.more_json()}
    return _with_review(folder, proposal_of(server, name), told)


async def run_proposal(
    server: ForewordServer, folder: Folder, name: str, part: Part, wishes: DeliveryOptions
) -> dict[str, Any]:
    """Apply an earlier proposal, or a part of it, to the text of now; what became of it, as `foreword.proposal/1`.

    Raises:
        UsageError: there is no such proposal here, or no such part in it.
    """
    kept = _kept_for(server, folder, name)
    opened = _open(folder)
    proposal = await opened.run(part_of, kept, part)
    done = await deliver(server, opened, name, proposal, wishes)
    return _with_review(folder, proposal_of(server, name), done.to_json())


async def reject_proposal(server: ForewordServer, folder: Folder, name: str, part: Part) -> dict[str, Any]:
    """Note that the user does not want a proposal, or a part of it; what is left, as `foreword.proposal/1`.

    Raises:
        UsageError: there is no such proposal here, or no such part in it.
    """
    kept = _kept_for(server, folder, name)
    await note_review(server, name, rejected(kept, part))
    done = DeliveryOutcome(name, kept.proposal, WorkspaceEditPlan(None))
    return _with_review(folder, proposal_of(server, name), done.to_json())


async def undo_proposal(server: ForewordServer, folder: Folder, name: str) -> dict[str, Any]:
    """Take back what was applied of a proposal: in all of its files, or in none if one has changed there since.

    Raises:
        UsageError: there is no such proposal here, or nothing of it was applied.
    """
    kept = _kept_for(server, folder, name)
    opened = _open(folder)
    undone = reverse(kept.proposal, kept.review)
    if not undone.files:
        raise UsageError("nothing of this proposal was applied, so there is nothing to undo")
    # Who undoes has asked for it: the editor need not ask once more.
    plan = await plan_edit(server, opened, undone, title=f"Undo: {kept.title}", confirm=False)
    problems = plan.problems
    # All files or none: half of an undo would be neither the one state nor the other.
    if plan.edit is not None and not problems:
        problems = (await apply_plan(server, opened, plan, f"Undo: {kept.title}")).problems
    if not problems:
        await note_review(server, name, ProposalReview())
    done = DeliveryOutcome(name, kept.proposal, WorkspaceEditPlan(None), problems=problems)
    return _with_review(folder, proposal_of(server, name), done.to_json()) | {"undone": not problems}


def _kept_for(server: ForewordServer, folder: Folder, name: str) -> KeptProposal:
    kept = proposal_of(server, name)
    if not is_for(kept, _open(folder).root):
        raise UsageError(f'the proposal {name} belongs to {kept.folder_uri}: leave "workspace" out')
    return kept


def _with_review(folder: Folder, kept: KeptProposal, told: dict[str, Any]) -> dict[str, Any]:
    """The JSON with the URI of each file, what is undecided of it, and what became of the whole."""
    files = kept.proposal.files
    edits = [
        {**one, "uri": uri_from_path(folder.path / one["path"]), **_source_json(folder, files[one["path"]])}
        for one in told["edits"]
    ]
    pending = {path: list(left) for path, file in files.items() if (left := kept.review.pending(file))}
    return {**told, "edits": edits, "pending": pending, "outcome": kept.review.outcome(kept.proposal)}


def _source_json(folder: Folder, file: ProposedFile) -> dict[str, str]:
    return {} if file.source is None else {"sourceUri": uri_from_path(folder.path / file.source)}


async def edit_of(server: ForewordServer, title: str, given: Mapping[str, Any]) -> types.WorkspaceEdit | None:
    """The edit of a code action by its `data`; None, and a message to the user, where there is nothing to apply.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    uri = given.get("uri")
    folder = folder_of(server, uri if isinstance(uri, str) and uri.startswith("file:") else None)
    opened = await open_now(server, folder)
    instruction = instruction_of(read_task(opened, given), title=title)
    edited = await _propose(server, folder, await opened.current(), instruction)
    name = await keep_proposal(server, folder, edited.proposal, title)
    is_empty = edited.is_complete and not edited.proposal.files
    words = " ".join(edited.answer.text.split())
    tell(server, (*edited.problems, *((Problem(f"no edit was proposed: {words}"),) if is_empty else ())))
    if is_empty or not edited.is_complete:
        return None
    # Some editors create, rename and delete at once, and show nothing before.
    proposal = await agreed(server, opened, name, edited.proposal)
    plan = await plan_edit(server, opened, proposal, title=title)
    await tell_refused(server, opened, name, plan)
    return plan.edit


def read_task(opened: OpenFolder, given: Mapping[str, Any]) -> Task:
    """The task that a client sent, about a file of this folder.

    Raises:
        UsageError: it is no task that ends in edits, or not about a file here.
    """
    uri = given.get("uri")
    if isinstance(uri, str) and uri and path_from_uri(uri) is None:
        raise UsageError(f"{uri} is no file: save it in the workspace, so that it can be edited there")
    task = task_in(opened, given)
    if not edits(task.kind):
        raise UsageError(f'a task of the kind "{task.kind}" edits nothing: use foreword.ask')
    return task


def instruction_of(
    task: Task, *, title: str = "", use_cache: bool = True, token: types.ProgressToken | None = None
) -> Instruction:
    """A task as an instruction."""
    return Instruction(Question(question_of(task), pointers_of(task), task.kind, use_cache), title, token)


def _open(folder: Folder) -> OpenFolder:
    assert folder.open_folder is not None, "the session is its own"  # noqa: S101 - an invariant
    return folder.open_folder


async def _propose(
    server: ForewordServer, folder: Folder, session: Session, instruction: Instruction
) -> EditOutcome:
    """Let the model work, with progress that can be cancelled."""
    opened, task = _open(folder), asyncio.current_task()
    assert task is not None, "requests run as tasks"  # noqa: S101 - an invariant
    await require_trust(session)
    partials, open_texts = Partials(server, instruction.partial_token), dict(documents_in(server, opened))

    # As the model sees it: a secret is a placeholder in the same line.
    def read(path: str) -> str | None:
        return shown(open_texts[path]) if path in open_texts else None

    drafts = DraftReader(read)
    async with work_done(server, "Foreword", task.cancel, instruction.token) as report:

        def tell_stage(event: Event) -> None:
            if isinstance(event, Stage | PartialResult):
                return
            if stage := stage_of(event):
                report(stage, None)
            if isinstance(event, TextDelta):
                partials.send("text", text=event.text)
            if instruction.partial_token is not None and (draft := drafts.hear(event)):
                partials.send("draft", **_draft_json(folder, draft))

        edited = await propose(workspace_of(server, opened, session, tell_stage), instruction.question)
    note_answer(server, folder, session)
    return edited


def _draft_json(folder: Folder, draft: DraftEdit) -> dict[str, Any]:
    """A draft as a partial result: a range of whole lines, and what has come of the new ones."""
    span = {
        "start": {"line": draft.first, "character": 0},
        "end": {"line": draft.last, "character": 0},
    }
    uri = uri_from_path(folder.path / draft.path)
    return {"number": draft.number, "path": draft.path, "uri": uri, "range": span, "newText": draft.text}
