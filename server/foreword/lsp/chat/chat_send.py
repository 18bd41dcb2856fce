"""One message of a chat: parameters in, JSON out; its answer is streamed as partial results."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Any

from pygls.exceptions import JsonRpcRequestCancelled

from foreword.api.chat.tool_steps import tool_steps
from foreword.api.parameters import Arguments
from foreword.assist.answering.answer_loop import AnswerEvent, ToolsUsed, stage_of
from foreword.assist.chat.chat_turn import ChatTurnRun, TurnResult, UserMessage, proposals_json, reply_json
from foreword.assist.edits.edit import problems_json
from foreword.assist.edits.proposal import Proposal
from foreword.assist.question.receipt import tokens_json
from foreword.assist.session.providers import require_trust
from foreword.core.tokens import Usage
from foreword.lsp.chat.attachments import read_attachments, untitled
from foreword.lsp.chat.chat_history import ChatFolder, chosen, home_of, with_uris
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.features.command_workspace import documents_in
from foreword.lsp.features.keep_warm_loop import note_answer
from foreword.lsp.output.progress import Partials, Report, work_done
from foreword.lsp.output.proposals import keep_proposal
from foreword.lsp.output.workspace_edit import plan_edit

Json = dict[str, Any]


async def send(server: ForewordServer, arguments: Arguments) -> Json:
    """The answer to a message; see `lsp/chat/chat_methods.py` for its shape.

    Raises:
        ForewordError: there is no answer; the message says why.
        JsonRpcRequestCancelled: with what was used until then.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
    text, opened = arguments.text("text"), home.opened
    given = arguments.peek("attachments")
    places, attachments = read_attachments(opened.root, given, partial(untitled, server))
    partials, work = Partials(server, arguments.token("partialResultToken")), arguments.token("workDoneToken")
    chat = await chosen(home, arguments)
    session = await opened.current(chat.flags)
    await require_trust(session)
    said = UserMessage(text, places, attachments, documents_in(server, opened))
    speech = ChatTurnRun(session, chat, said, opened.run)
    try:
        if work is None:
            spoken = await _collect(home, speech, partials, lambda *_: None)
        else:
            task = asyncio.current_task()
            assert task is not None, "requests run as tasks"  # noqa: S101 - an invariant
            async with work_done(server, "Foreword", task.cancel, work) as report:
                spoken = await _collect(home, speech, partials, report)
        return await _result(server, home, speech, spoken, partials)
    except asyncio.CancelledError:
        raise JsonRpcRequestCancelled("the message was cancelled", data=_cancelled(speech)) from None
    finally:
        # Also after an error or a cancellation: by then the prefix may be written, and paid for.
        note_answer(server, home.folder, session)


async def _collect(home: ChatFolder, speech: ChatTurnRun, partials: Partials, report: Report) -> TurnResult:
    shown, n_pieces = speech.proposal, 0
    # Closed here: left to the garbage collector, the stream from the model would stay open.
    async with aclosing(speech.events()) as events:
        async for event in events:
            if isinstance(event, TurnResult):
                return event
            _note(event, speech, partials, report)
            for text in speech.progress.text[n_pieces:]:
                partials.send("text", text=text)
            n_pieces = len(speech.progress.text)
            if speech.proposal is not shown:
                shown = speech.proposal
                for told in proposals_json(shown, speech.turn.answer_id):
                    partials.send("proposal", **with_uris(home.folder.path, told))
    raise AssertionError("a speech ends with Spoken or raises")


def _note(event: AnswerEvent, speech: ChatTurnRun, partials: Partials, report: Report) -> None:
    if isinstance(event, ToolsUsed):
        # After a round the tail ends with the assistant's calls and the user's message with their results.
        for step in tool_steps(speech.progress.tail[-2]["content"]):
            report(step.line, None)
            partials.send("tool", name=step.tool, line=step.line)
    elif stage := stage_of(event):
        report(stage, None)


async def _result(
    server: ForewordServer, home: ChatFolder, speech: ChatTurnRun, spoken: TurnResult, partials: Partials
) -> Json:
    """The result of a send."""
    reply = reply_json(spoken, speech.turn.answer_id)
    partials.send("receipt", receipt=reply["receipt"])
    result = with_uris(home.folder.path, reply)
    is_whole = spoken.answer.is_complete
    result["proposals"] = [
        told | await _laid(server, home, spoken.proposal, told, is_whole=is_whole)
        for told in result["proposals"]
    ]
    return {"messageId": speech.turn.answer_id, "questionId": speech.turn.question_id, **result}


async def _laid(
    server: ForewordServer, home: ChatFolder, proposal: Proposal, told: Json, *, is_whole: bool
) -> Json:
    """The proposal as an edit of the documents of now; one that breaks off is none to apply."""
    if not proposal.files:
        return {"edit": None}
    await keep_proposal(server, home.folder, proposal, home.chat.title or "chat", told["proposalId"])
    # Kept above all the same: what broke off can be looked at, and applied by who wants it.
    if not is_whole:
        return {"edit": None}
    plan = await plan_edit(server, home.opened, proposal, title=home.chat.title)
    return {"edit": plan.edit, "problems": [*told["problems"], *problems_json(plan.problems)]}


def _cancelled(speech: ChatTurnRun) -> Json:
    """What a cancelled send says: all that was used until then is booked."""
    used = sum(speech.progress.usages, Usage())
    return {
        "questionId": speech.turn.question_id,
        "text": "".join(speech.progress.text),
        "usage": tokens_json(used),
        "receipt": speech.receipt.to_json() if speech.receipt else None,
    }
