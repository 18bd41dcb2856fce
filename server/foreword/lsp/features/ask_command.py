"""`foreword.ask`: a question from an editor, its answer streamed as progress and into a document, and given as JSON.

A code action asks by a task instead of words of the user's own. To ask about something without having said what is
to be known, the user chooses among a few questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lsprotocol import types

from foreword.assist.answering import ask as core_ask
from foreword.assist.answering.answer_loop import AnswerEvent
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import Pointer
from foreword.assist.question.receipt import receipt_line
from foreword.assist.question.request import Kind
from foreword.assist.question.task import Task, edits
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.providers import require_trust
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.assist.spending.forecast import request_json
from foreword.core.errors import ForewordError, UsageError
from foreword.core.reply import TextDelta
from foreword.lsp.chat.attachments import untitled
from foreword.lsp.chat.partial_results import Partials
from foreword.lsp.connection.convert import path_from_uri
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.answer_stage import stage_of
from foreword.lsp.features.keep_warm_loop import note_answer
from foreword.lsp.features.task_params import task_in
from foreword.lsp.output.progress import Report, work_done
from foreword.lsp.output.virtual_documents import Page, open_page

QUESTIONS = ("What does it do?", "Who uses it?", "What could go wrong here?")
"""To choose from, in an editor that has no place to write one."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, as the command's argument says it; the tokens are the client's own, for progress and for the text."""

    text: str
    pointers: tuple[Pointer, ...]
    kind: Kind
    use_cache: bool
    is_dry: bool
    show: bool
    token: types.ProgressToken | None
    partial_token: types.ProgressToken | None = None


async def ask(server: ForewordServer, folder: Folder, session: Session, question: Question) -> dict[str, Any]:
    """The answer as `foreword.answer/1`, or for a dry run the request as `foreword.request/1`.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    opened = folder.open_folder
    assert opened is not None, "the session is its own"  # noqa: S101 - an invariant
    documents, kind = documents_in(server, opened), question.kind
    how = partial(core_ask.prepare_now, use_cache=question.use_cache, documents=documents, kind=kind)
    if question.is_dry:
        return request_json(
            session, await opened.run(how, session, question.text, question.pointers, keep=False)
        )
    await require_trust(session)
    events = core_ask.ask(
        session,
        question.text,
        question.pointers,
        use_cache=question.use_cache,
        documents=documents,
        run=opened.run,
        kind=kind,
    )
    answer = await _shown(server, session, question, events)
    note_answer(server, folder)
    return answer.to_json()


async def _shown(
    server: ForewordServer, session: Session, question: Question, events: AsyncGenerator[AnswerEvent, None]
) -> Answer:
    task = asyncio.current_task()
    assert task is not None, "a command runs as a task"  # noqa: S101 - an invariant
    partials = Partials(server, question.partial_token)
    async with work_done(server, "Foreword", task.cancel, question.token) as report:
        if not question.show:
            return await _stream(events, report, partials, None)
        async with open_page(server, session.places.data / "chat", question.text) as page:
            return await _stream(events, report, partials, page)


def read_question(server: ForewordServer, opened: OpenFolder, given: Mapping[str, Any]) -> Task:
    """The task that a client sent, to be answered: about a file of this folder, or a document that is no file yet.

    Raises:
        UsageError: it is no such task.
    """
    uri = given.get("uri")
    task = task_in(opened, given, untitled(server, uri) if isinstance(uri, str) else None)
    if edits(task.kind):
        raise UsageError(f'a task of the kind "{task.kind}" ends in edits: use foreword.edit')
    return task


async def completed(server: ForewordServer, task: Task) -> Task | None:
    """The task with something to be asked, chosen by the user if need be; None if the user wants nothing after all.

    Raises:
        UsageError: it does not say what is asked, and the client can't be asked.
    """
    if task.kind != "ask" or task.instruction.strip():
        return task
    if not server.client.answers_questions:
        raise UsageError('say what you want to know: give it as "question"')
    about = f"`{task.symbol}`" if task.symbol else task.path
    chosen = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(
            types.MessageType.Info,
            f"What do you want to know about {about}?",
            [types.MessageActionItem(one) for one in QUESTIONS],
        )
    )
    return replace(task, instruction=chosen.title) if chosen is not None else None


def documents_in(server: ForewordServer, opened: OpenFolder) -> tuple[tuple[str, str], ...]:
    """The open documents of a folder: path in the workspace, and text."""
    found = []
    for document in server.snapshot.documents.values():
        path = path_from_uri(document.uri)
        inside = workspace_path(opened.root, path) if path is not None else None
        if inside is not None:
            found.append((inside, document.text))
    return tuple(found)


async def _stream(
    events: AsyncGenerator[AnswerEvent, None], report: Report, partials: Partials, page: Page | None
) -> Answer:
    try:
        async with aclosing(events):
            async for event in events:
                _show(event, report, page)
                if isinstance(event, TextDelta):
                    partials.send("text", text=event.text)
                if isinstance(event, Answer):
                    return event
    except ForewordError as error:
        if page is not None:
            page.append(f"*{error}*\n")
        raise
    raise AssertionError("ask() ends with an Answer or raises")


def _show(event: AnswerEvent, report: Report, page: Page | None) -> None:
    if stage := stage_of(event):
        report(stage, None)
    if page is None:
        return
    if isinstance(event, TextDelta):
        page.append(event.text)
    elif isinstance(event, Answer):
        note = f"*{event.note}*\n\n" if event.note else ""
        page.append(f"\n\n{note}---\n\n{receipt_line(event)}\n")
