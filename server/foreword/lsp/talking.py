"""Carrying out the methods of chat: parameters in, JSON out; the answer of a send is streamed as partial results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from pygls.exceptions import JsonRpcRequestCancelled

from foreword.assist.answering.answering import AnswerEvent, ToolsUsed
from foreword.assist.chat.chat import Chat, messages_of
from foreword.assist.chat.chatting import Said, Speech, Spoken, proposals_json, reply_json
from foreword.assist.chat.store import ChatStore
from foreword.assist.edits.editing import COMPLETE, problems_json
from foreword.assist.edits.proposal import Proposal
from foreword.assist.question.answer import tokens_json
from foreword.assist.session.folder import OpenFolder
from foreword.assist.session.session import Session
from foreword.core.errors import UsageError
from foreword.core.reply import TextDelta, ThinkingDelta, ToolCallStarted
from foreword.core.usage import Usage
from foreword.lsp.arguments import Arguments
from foreword.lsp.asking import documents_in
from foreword.lsp.attaching import read_attachments
from foreword.lsp.configuration import open_now
from foreword.lsp.convert import uri_from_path
from foreword.lsp.edits import lay_edit
from foreword.lsp.folder import Folder
from foreword.lsp.folders import folder_of
from foreword.lsp.keeping import note_answer, note_intent
from foreword.lsp.partials import Partials, tool_lines
from foreword.lsp.progress import Report, work_done
from foreword.lsp.proposals import keep_proposal
from foreword.lsp.server import ForewordServer
from foreword.lsp.trust import require_trust

DEFAULT_LIMIT = 50

Json = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Home:
    """A chat, and the folder that it belongs to."""

    chat: Chat
    folder: Folder
    opened: OpenFolder


async def open_chat(server: ForewordServer, arguments: Arguments) -> Json:
    """A new chat, or an earlier one that is to go on.

    Raises:
        UsageError: there is no such chat, or no word of which folder.
    """
    resumed, title = arguments.text("resumeId"), " ".join(arguments.text("title").split())
    if resumed:
        home = await _home_of(server, resumed)
        chat, folder = home.chat, home.folder
    else:
        folder = folder_of(server, arguments.text("uri") or arguments.workspace)
        session = (await open_now(server, folder)).session
        chat = Chat(uuid4().hex, session.worktree, title, session.clock())
        await _stored(session, lambda store: store.create(chat))
    server.chats.add(chat.id)
    note_intent(server, folder)
    return {"chatId": chat.id, "title": chat.title, "turns": chat.n_turns}


async def send(server: ForewordServer, arguments: Arguments) -> Json:
    """The answer to a message; see `lsp/chat.py` for its shape.

    Raises:
        ForewordError: there is no answer; the message says why.
        JsonRpcRequestCancelled: with what was used until then.
    """
    home = await _home_of(server, arguments.text("chatId", needed=True))
    text, opened = arguments.text("text"), home.opened
    places, attachments = read_attachments(opened.root, arguments.peek("attachments"))
    partials, work = Partials(server, arguments.token("partialResultToken")), arguments.token("workDoneToken")
    session = await opened.current()
    await require_trust(server, opened, session)
    said = Said(text, places, attachments, documents_in(server, opened))
    speech = Speech(session, home.chat, said, opened.run)
    try:
        if work is None:
            spoken = await _heard(home, speech, partials, lambda *_: None)
        else:
            task = asyncio.current_task()
            assert task is not None, "requests run as tasks"  # noqa: S101 - an invariant
            async with work_done(server, "Foreword", task.cancel, work) as report:
                spoken = await _heard(home, speech, partials, report)
        return await _told(server, home, speech, spoken, partials)
    except asyncio.CancelledError:
        raise JsonRpcRequestCancelled("the message was cancelled", data=_cancelled(speech)) from None
    finally:
        note_answer(server, home.folder)


async def history(server: ForewordServer, arguments: Arguments, *, is_running: bool) -> Json:
    """The last `limit` messages before the message `before`, oldest first; `more` says if there are earlier ones.

    A question that is pending, but not here, was asked by a process that is gone.

    Raises:
        UsageError: there is no such chat or message.
    """
    home = await _home_of(server, arguments.text("chatId", needed=True))
    before, limit = arguments.text("before"), arguments.number("limit") or DEFAULT_LIMIT
    turns = await _stored(home.opened.session, lambda store: store.turns(home.chat.id))
    messages = [message for turn in turns for message in messages_of(turn)]
    for message in messages:
        if message["status"] == "pending" and not is_running:
            message["status"] = "interrupted"
    if before:
        ids = [message["id"] for message in messages]
        if before not in ids:
            raise UsageError(f'the chat has no message {before}: leave "before" out for the newest ones')
        messages = messages[: ids.index(before)]
    shown = [_shown(home, message) for message in messages[-limit:]]
    return {"messages": shown, "more": len(messages) > len(shown)}


async def truncate(server: ForewordServer, arguments: Arguments) -> Json:
    """Drop a message and all after it; how many are left.

    Raises:
        UsageError: there is no such chat or message.
    """
    home = await _home_of(server, arguments.text("chatId", needed=True))
    message_id, session = arguments.text("messageId", needed=True), home.opened.session
    if not await _stored(session, lambda store: store.truncate(home.chat.id, message_id)):
        raise UsageError(f"the chat has no message {message_id}: see its history")
    turns = await _stored(session, lambda store: store.turns(home.chat.id))
    return {"messages": sum(len(messages_of(turn)) for turn in turns)}


async def list_chats(server: ForewordServer, arguments: Arguments) -> Json:
    """The chats of a folder.

    Raises:
        UsageError: there is no word of which folder.
    """
    folder = folder_of(server, arguments.text("uri") or arguments.workspace)
    session = (await open_now(server, folder)).session
    chats = await _stored(session, lambda store: store.chats(session.worktree))
    return {
        "chats": [
            {"chatId": chat.id, "title": chat.title, "at": _time(chat.at), "turns": chat.n_turns}
            for chat in chats
        ]
    }


async def _home_of(server: ForewordServer, chat_id: str) -> _Home:
    folders = list(server.folders.values())
    if not folders:
        raise UsageError("no folder is open: open one")
    chat: Chat | None = None
    for folder in folders:
        opened = await open_now(server, folder)
        chat = chat or await _stored(opened.session, lambda store: store.find(chat_id))
        if chat is not None and chat.worktree == opened.session.worktree:
            return _Home(chat, folder, opened)
    if chat is not None:
        raise UsageError(f"the chat {chat_id} belongs to another folder: open its folder first")
    raise UsageError(f"there is no chat {chat_id}: begin one with foreword/chat/open")


async def _stored(session: Session, work: Callable[[ChatStore], Found]) -> Found:
    """What the store of chats gives, asked in a thread: another process may keep it locked for a moment."""

    def run() -> Found:
        with ChatStore(session.places.chats) as store:
            session.report(*store.problems)
            return work(store)

    return await asyncio.to_thread(run)


async def _heard(home: _Home, speech: Speech, partials: Partials, report: Report) -> Spoken:
    shown, n_pieces = speech.proposal, 0
    async with aclosing(speech.events()) as events:
        async for event in events:
            if isinstance(event, Spoken):
                return event
            _note(event, speech, partials, report)
            for text in speech.progress.text[n_pieces:]:
                partials.send("text", text=text)
            n_pieces = len(speech.progress.text)
            if speech.proposal is not shown:
                shown = speech.proposal
                for told in proposals_json(shown, speech.turn.answer_id):
                    partials.send("proposal", **_with_uris(home.folder.path, told))
    raise AssertionError("a speech ends with Spoken or raises")


def _note(event: AnswerEvent, speech: Speech, partials: Partials, report: Report) -> None:
    match event:
        case TextDelta():
            report("answering", None)
        case ThinkingDelta():
            report("thinking", None)
        case ToolCallStarted(name):
            report(name, None)
        case ToolsUsed():
            for name, line in tool_lines(speech.progress.tail[-2]["content"]):
                report(line, None)
                partials.send("tool", name=name, line=line)
        case _:
            pass


async def _told(
    server: ForewordServer, home: _Home, speech: Speech, spoken: Spoken, partials: Partials
) -> Json:
    """The result of a send."""
    reply = reply_json(spoken, speech.turn.answer_id)
    partials.send("receipt", receipt=reply["receipt"])
    result = _with_uris(home.folder.path, reply)
    is_whole = spoken.answer.stop_reason in COMPLETE
    result["proposals"] = [
        told | await _laid(server, home, spoken.proposal, told, is_whole=is_whole)
        for told in result["proposals"]
    ]
    return {"messageId": speech.turn.answer_id, "questionId": speech.turn.question_id, **result}


async def _laid(
    server: ForewordServer, home: _Home, proposal: Proposal, told: Json, *, is_whole: bool
) -> Json:
    """The proposal as an edit of the documents of now; one that breaks off is none to apply."""
    if not proposal.files:
        return {"edit": None}
    keep_proposal(server, home.folder, proposal, home.chat.title or "chat", told["proposalId"])
    if not is_whole:
        return {"edit": None}
    laid = await lay_edit(server, home.opened, proposal, title=home.chat.title)
    return {"edit": laid.edit, "problems": [*told["problems"], *problems_json(laid.problems)]}


def _shown(home: _Home, message: Json) -> Json:
    return _with_uris(home.folder.path, {**message, "at": _time(message["at"])})


def _with_uris(root: Path, told: Mapping[str, Any]) -> Json:
    """The same JSON; whatever in its lists has a path gets a URI too, as the client calls its files."""
    return {
        key: [
            _with_uris(root, item | ({"uri": uri_from_path(root / item["path"])} if "path" in item else {}))
            if isinstance(item, dict) and key != "attachments"
            else item
            for item in value
        ]
        if isinstance(value, list)
        else value
        for key, value in told.items()
    }


def _cancelled(speech: Speech) -> Json:
    """What a cancelled send says: all that was used until then is booked."""
    used = sum(speech.progress.usages, Usage())
    return {
        "questionId": speech.turn.question_id,
        "text": "".join(speech.progress.text),
        "usage": tokens_json(used),
        "receipt": speech.receipt.to_json() if speech.receipt else None,
    }


def _time(seconds: float | None) -> str | None:
    """A time as in ISO 8601, in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
