"""`foreword.ask`: a question from an editor, its answer streamed as progress and into a document, and given as JSON.

A code action asks by a task instead of words of the user's own. To ask about something without having said what is
to be known, the user chooses among a few questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lsprotocol import types

from foreword.api.commands.questions import Question, answer, preview
from foreword.api.workspace import Event, PartialResult, Stage, Workspace, ignore
from foreword.assist.answering.answer_loop import stage_of
from foreword.assist.question.answer import Answer
from foreword.assist.question.task import Task, edits
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.providers import require_trust
from foreword.assist.session.session import Session
from foreword.core.errors import ForewordError, UsageError
from foreword.core.reply import TextDelta
from foreword.lsp.chat.attachments import untitled
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.command_workspace import Tell, task_in, workspace_of
from foreword.lsp.features.keep_warm_loop import note_answer
from foreword.lsp.output.progress import Partials, Report, work_done
from foreword.lsp.output.virtual_documents import Page, open_page

QUESTIONS = ("What does it do?", "Who uses it?", "What could go wrong here?")
"""To choose from, in an editor that has no place to write one."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question, and how its answer is shown; the tokens are the client's own, for progress and for the text."""

    question: Question
    is_dry: bool
    show: bool
    token: types.ProgressToken | None
    partial_token: types.ProgressToken | None = None


async def ask(server: ForewordServer, folder: Folder, session: Session, asked: AskRequest) -> dict[str, Any]:
    """The answer as `foreword.answer/1`, or for a dry run the request as `foreword.request/1`.

    Raises:
        ForewordError: there is no answer; the message says why.
    """
    opened = folder.open_folder
    assert opened is not None, "the session is its own"  # noqa: S101 - an invariant
    if asked.is_dry:
        # Before trust is asked for: a dry run sends nothing.
        return (await preview(workspace_of(server, opened, session), asked.question)).to_json()
    await require_trust(session)
    answered = await _shown(server, partial(workspace_of, server, opened, session), asked)
    note_answer(server, folder, session)
    return answered.to_json()


async def _shown(server: ForewordServer, workspace: Callable[[Tell], Workspace], asked: AskRequest) -> Answer:
    task = asyncio.current_task()
    assert task is not None, "a command runs as a task"  # noqa: S101 - an invariant
    partials, question = Partials(server, asked.partial_token), asked.question
    async with work_done(server, "Foreword", task.cancel, asked.token) as report:
        if not asked.show:
            return await answer(workspace(partial(_tell, report, partials, None)), question)
        folder = workspace(ignore).places.data / "chat"
        async with open_page(server, folder, question.text) as page:
            try:
                return await answer(workspace(partial(_tell, report, partials, page)), question)
            except ForewordError as error:
                if page is not None:
                    # The page is open by now, and would stay empty without a word.
                    page.append(f"*{error}*\n")
                raise


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


def _tell(report: Report, partials: Partials, page: Page | None, event: Event) -> None:
    """Show an event: the stage as progress, the text as a partial result and in the page."""
    if isinstance(event, Stage | PartialResult):
        return
    if stage := stage_of(event):
        report(stage, None)
    if isinstance(event, TextDelta):
        partials.send("text", text=event.text)
    if page is None:
        return
    if isinstance(event, TextDelta):
        page.append(event.text)
    elif isinstance(event, Answer):
        note = f"*{event.note}*\n\n" if event.note else ""
        page.append(f"\n\n{note}---\n\n{event.receipt.summary}\n")
