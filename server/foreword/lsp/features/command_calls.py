"""Carrying out a command of the table: arguments in, the same JSON as the command line's `--json` out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lsprotocol import types

from foreword.api.command import Command
from foreword.api.commands.changes import CommitParameters, write_message
from foreword.api.commands.questions import AskParameters, EditParameters, Question, preview, question_of
from foreword.api.commands.tasks import RunParameters, question_of_task
from foreword.api.parameters import Arguments, read, settings_of
from foreword.api.table import SERVED
from foreword.api.workspace import Event, PartialResult
from foreword.assist.edits.proposal_parts import Part
from foreword.assist.question.attached_media import media_from_json
from foreword.assist.question.names import SCHEMA, complete
from foreword.assist.question.pointers import Pointer
from foreword.assist.question.task import TASK_KEYS, pointers_of
from foreword.assist.question.task import question_of as words_of
from foreword.assist.question.task_files import read_tasks
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.ports import agree
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.core.errors import UsageError
from foreword.lsp.connection.configuration import is_trusted_by_client, open_now
from foreword.lsp.connection.convert import path_from_uri, uri_from_path
from foreword.lsp.connection.readiness import send_status
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.ask_command import AskRequest, ask, completed, read_question
from foreword.lsp.features.command_workspace import documents_in, task_in, workspace_of
from foreword.lsp.features.edit_command import (
    Instruction,
    instruction_of,
    read_task,
    reject_proposal,
    run_instruction,
    run_proposal,
    undo_proposal,
)
from foreword.lsp.features.keep_warm_loop import note_answer
from foreword.lsp.features.workspace_folders import folder_of
from foreword.lsp.output.apply_edit import DeliveryOptions
from foreword.lsp.output.progress import Partials, work_done
from foreword.lsp.output.proposals import find_proposal, proposals_json

MAX_SUGGESTIONS = 20
"""Files, and as many definitions, unless the client says otherwise."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command that is to be run in a folder."""

    server: ForewordServer
    folder: Folder
    opened: OpenFolder
    arguments: Arguments
    token: types.ProgressToken | None


async def run(server: ForewordServer, params: types.ExecuteCommandParams) -> Any:  # noqa: ANN401 - any JSON
    """Run a command in the folder that it names.

    Raises:
        ForewordError: it can't be done; the message says why.
    """
    arguments = Arguments(params.arguments)
    # Loads a proposal of an earlier process, so that its folder is known below.
    await find_proposal(server, str(arguments.peek("proposalId") or ""))
    folder = folder_of(server, arguments.workspace or _home_of(server, arguments))
    opened = await open_now(server, folder)
    call = Call(server, folder, opened, arguments, params.work_done_token)
    command = SERVED[params.command]
    with_editor = WITH_EDITOR.get(command.name)
    return await (with_editor(call) if with_editor else _run(call, command))


async def _run(call: Call, command: Command) -> Any:  # noqa: ANN401 - any JSON
    """Most commands: parameters in, result out. A result that comes in parts sends them under the client's token."""
    assert command.load is not None, "commands without a body are not served"  # noqa: S101 - as the table says
    body, token = command.load(), call.arguments.token("partialResultToken")
    given = read(body.parameters, call.arguments)
    call.arguments.finish()
    partials = Partials(call.server, token)

    def tell(event: Event) -> None:
        if isinstance(event, PartialResult):
            partials.send("result", value=event.value.to_json())

    session = await session_of(call, given)
    result = await body.call(workspace_of(call.server, call.opened, session, tell), given)
    send_status(call.server, call.folder, is_news=False)
    return result.to_json()


async def session_of(call: Call, given: object) -> Session:
    """The session with the settings that the parameters give."""
    session = await call.opened.current(settings_of(given))
    return replace(session, consent=agree) if getattr(given, "yes", False) else session


def _home_of(server: ForewordServer, arguments: Arguments) -> str | None:
    """Where a task or an earlier proposal belongs; None for what does not say."""
    kept = server.proposals.get(str(arguments.peek("proposalId")))
    place = kept.folder_uri if kept else arguments.peek("uri")
    # An untitled document says nothing about a folder.
    return place if isinstance(place, str) and place.startswith("file:") else None


async def _ask(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """A question in words, or a task about a place in a document; the answer may be shown as a document too."""
    arguments = call.arguments
    # A client that knows our methods shows answers in a chat of its own.
    show = arguments.flag("show", default=not call.server.client.knows_our_methods)
    partial_token = arguments.token("partialResultToken")
    task_of = arguments.chosen(TASK_KEYS) if arguments.peek("kind") is not None else None
    media = media_in(arguments)
    given = read(AskParameters, arguments, optional=("question",) if task_of else ())
    arguments.finish()
    session = await session_of(call, given)
    question = with_media(question_of(given.question, given), media)
    if task_of is not None:
        asked_for = read_question(call.server, call.opened, {"instruction": given.question, **task_of})
        task = await completed(call.server, asked_for)
        if task is None:
            return None
        pointers = (*pointers_of(task), *question.pointers)
        question = Question(words_of(task), pointers, task.kind, question.use_cache)
    asked = AskRequest(question, given.dry_run, show, call.token, partial_token)
    return await ask(call.server, call.folder, session, asked)


async def _edit(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """An instruction in words, or a task about a place in a document; or an earlier proposal."""
    arguments = call.arguments
    if arguments.peek("proposalId") is not None:
        return await _proposal(call)
    task_of = arguments.chosen(TASK_KEYS) if arguments.peek("kind") is not None else None
    wishes, partial_token = _wishes(call, confirm=True), arguments.token("partialResultToken")
    media = media_in(arguments)
    given = read(EditParameters, arguments, optional=("instruction",) if task_of else (), skip=IN_WISHES)
    arguments.finish()
    if task_of is not None:
        task = read_task(call.opened, task_of)
        instruction = instruction_of(task, use_cache=not given.no_cache, token=call.token)
    else:
        instruction = Instruction(question_of(given.instruction, given, "edit"), token=call.token)
    question = with_media(instruction.question, media)
    instruction = replace(instruction, question=question, partial_token=partial_token)
    session = await session_of(call, given)
    if given.dry_run:
        return (
            await preview(workspace_of(call.server, call.opened, session), instruction.question)
        ).to_json()
    return await run_instruction(call.server, call.folder, session, instruction, wishes)


async def _proposal(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """An earlier proposal: the user has seen it, so the editor does not ask again unless told to."""
    name, files = call.arguments.text("proposalId"), call.arguments.texts("files")
    part = Part(files, call.arguments.numbers_by_path("hunks"))
    # The hunks were on the user's screen when they were chosen.
    wishes = _wishes(call, confirm=False)
    rejects, undoes = call.arguments.flag("reject"), call.arguments.flag("undo")
    call.arguments.finish()
    if undoes:
        return await undo_proposal(call.server, call.folder, name)
    if rejects:
        return await reject_proposal(call.server, call.folder, name, part)
    return await run_proposal(call.server, call.folder, name, part, wishes)


def media_in(arguments: Arguments) -> tuple[Pointer, ...]:
    """The pictures and PDF files that a client sends with a question, as `attachments`.

    Raises:
        UsageError: one of them is not usable.
    """
    given = arguments.items("attachments")
    if not all(isinstance(one, dict) for one in given):
        raise UsageError('each of "attachments" must be an object with a "kind" and "data"')
    return tuple(Pointer(one.name, media=one) for one in map(media_from_json, given))


def with_media(question: Question, media: tuple[Pointer, ...]) -> Question:
    """The question with what a client sends beside it."""
    return replace(question, pointers=(*question.pointers, *media))


IN_WISHES = ("apply", "allow_config")
"""What `_wishes` reads: edits are applied by default in an editor, where one undo takes them back."""


def _wishes(call: Call, *, confirm: bool) -> DeliveryOptions:
    return DeliveryOptions(
        apply=call.arguments.flag("apply", default=True),
        preview=call.arguments.flag("preview"),
        confirm=call.arguments.flag("confirm", default=confirm),
        allow_config=call.arguments.flag("allowConfig"),
    )


async def _run_task(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """A task of the user's own, about a place in a document if there is one; its edits go to the editor."""
    arguments = call.arguments
    show = arguments.flag("show", default=not call.server.client.knows_our_methods)
    partial_token = arguments.token("partialResultToken")
    place = arguments.chosen(TASK_KEYS) if arguments.peek("uri") is not None else None
    wishes, media = _wishes(call, confirm=True), media_in(arguments)
    given = read(RunParameters, arguments, skip=IN_WISHES)
    arguments.finish()
    session = await session_of(call, given)
    workspace = workspace_of(call.server, call.opened, session)
    granted = session.trust.granted() or is_trusted_by_client(call.server)
    tasks = await call.opened.run(partial(read_tasks, session.root, session.places.config, may_run=granted))
    if not given.name:
        return tasks.to_json()
    task = tasks.get(given.name)
    question = with_media(question_of_task(task, given), media)
    if place is not None:
        about = task_in(call.opened, {"kind": "ask", **place})
        question = replace(question, pointers=(*question.pointers, *pointers_of(about)))
    if given.dry_run:
        return (await preview(workspace, question)).to_json()
    if task.kind == "answer":
        asked = AskRequest(question, is_dry=False, show=show, token=call.token, partial_token=partial_token)
        return await ask(call.server, call.folder, session, asked)
    instruction = Instruction(question, task.description or task.name, call.token, partial_token)
    return await run_instruction(call.server, call.folder, session, instruction, wishes)


async def _commit(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """Only the message: the editor commits."""
    given = read(CommitParameters, call.arguments)
    call.arguments.finish()
    session = await session_of(call, given)
    workspace = workspace_of(call.server, call.opened, session)
    task = asyncio.current_task()
    assert task is not None, "a command runs as a task"  # noqa: S101 - an invariant
    async with work_done(call.server, "Foreword", task.cancel, call.token):
        found = await write_message(workspace, given)
    note_answer(call.server, call.folder, session)
    return found.to_json()


async def _proposals(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """Only the list: the server writes no files, so one is applied through the editor, by `foreword.edit`."""
    call.arguments.finish()
    return await proposals_json(call.server, call.folder)


async def _complete(call: Call) -> Any:  # noqa: ANN401 - any JSON
    query, limit = call.arguments.text("query"), call.arguments.number("limit") or MAX_SUGGESTIONS
    file = path_from_uri(call.arguments.text("uri"))
    call.arguments.finish()
    here = workspace_path(call.opened.root, file) if file is not None else None
    shown = await call.opened.shown(documents_in(call.server, call.opened))
    found = await call.opened.run(complete, shown.index, query, limit, here or "")
    items = [{**one.to_json(), "uri": uri_from_path(call.folder.path / one.path)} for one in found]
    return {"schema": SCHEMA, "items": items}


WITH_EDITOR: Mapping[str, Callable[[Call], Awaitable[Any]]] = {
    "ask": _ask,
    "edit": _edit,
    "run": _run_task,
    "commit": _commit,
    "proposals": _proposals,
    "complete": _complete,
}
"""What takes more than parameters here, or gives more than a result: documents, progress, and edits for the editor."""
