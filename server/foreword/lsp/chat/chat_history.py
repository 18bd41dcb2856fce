"""Chats as they are kept: begun, gone on with, read, cut off and listed. Nothing is sent to a model here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from foreword.api.parameters import Arguments
from foreword.assist.chat.chat import Chat, messages_of, title_of, with_choice
from foreword.assist.chat.chat_store import ChatStore
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.session import Session
from foreword.core.errors import UsageError
from foreword.lsp.connection.configuration import open_now
from foreword.lsp.connection.convert import uri_from_path
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.keep_warm_loop import note_intent
from foreword.lsp.features.workspace_folders import folder_of
from foreword.lsp.output.proposals import find_proposal

DEFAULT_LIMIT = 50
MAX_OPEN = 200
"""Chats that count as open at a time: of a client that opens more and closes none, the newest."""

Json = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ChatFolder:
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
        home = await home_of(server, resumed)
        chat, folder, session = home.chat, home.folder, home.opened.session
        await _stored(session, lambda store: store.resume(chat.id, session.clock()))
    else:
        folder = folder_of(server, arguments.text("uri") or arguments.workspace)
        session = (await open_now(server, folder)).session
        chat = Chat(uuid4().hex, session.worktree, title, session.clock())
        # What is open here is never removed when the store makes room for a new chat.
        opened = frozenset(server.chats)
        await _stored(session, lambda store: store.create(chat, opened))
    chat = await _choose(session, chat, arguments)
    # Before keep-warm is told of it: an open chat is one of the signs that it weighs.
    server.chats[chat.id] = None
    for oldest in list(server.chats)[:-MAX_OPEN]:
        del server.chats[oldest]
    note_intent(server, folder)
    return {
        "chatId": chat.id,
        "title": chat.title,
        "turns": chat.n_turns,
        "model": chat.model,
        "effort": chat.effort,
    }


async def chosen(home: ChatFolder, arguments: Arguments) -> Chat:
    """The chat with the model and the effort that a message names; both stay with the chat.

    Raises:
        UsageError: there is no such effort.
    """
    return await _choose(home.opened.session, home.chat, arguments)


async def _choose(session: Session, chat: Chat, arguments: Arguments) -> Chat:
    if not (arguments.has("model") or arguments.has("effort")):
        arguments.know("model", "effort")
        return chat
    model = arguments.text("model").strip() if arguments.has("model") else chat.model
    effort = arguments.text("effort") if arguments.has("effort") else chat.effort
    chat = with_choice(chat, model, effort)
    await _stored(session, lambda store: store.choose(chat.id, chat.model, chat.effort))
    return chat


async def history(server: ForewordServer, arguments: Arguments, *, is_running: bool) -> Json:
    """The last `limit` messages before the message `before`, oldest first; `more` says if there are earlier ones.

    A question that is pending, but not here, was asked by a process that is gone.

    Raises:
        UsageError: there is no such chat or message.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
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
    shown = [_shown(home, await _with_outcomes(server, message)) for message in messages[-limit:]]
    return {"messages": shown, "more": len(messages) > len(shown)}


async def truncate(server: ForewordServer, arguments: Arguments) -> Json:
    """Drop a message and all after it; how many are left.

    Raises:
        UsageError: there is no such chat or message.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
    message_id, session = arguments.text("messageId", needed=True), home.opened.session
    if not await _stored(session, lambda store: store.truncate(home.chat.id, message_id)):
        raise UsageError(f"the chat has no message {message_id}: see its history")
    turns = await _stored(session, lambda store: store.turns(home.chat.id))
    return {"messages": sum(len(messages_of(turn)) for turn in turns)}


async def rename(server: ForewordServer, arguments: Arguments) -> Json:
    """Give a chat another title.

    Raises:
        UsageError: there is no such chat, or no title.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
    title = title_of(arguments.text("title", needed=True))
    if not title:
        raise UsageError('a chat needs a title: give it as "title"')
    await _stored(home.opened.session, lambda store: store.rename(home.chat.id, title))
    return {"chatId": home.chat.id, "title": title}


async def delete(server: ForewordServer, arguments: Arguments) -> Json:
    """Forget a chat for good.

    Raises:
        UsageError: there is no such chat.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
    await _stored(home.opened.session, lambda store: store.remove(home.chat.id))
    server.chats.pop(home.chat.id, None)
    return {"chatId": home.chat.id}


async def export(server: ForewordServer, arguments: Arguments) -> Json:
    """A chat as a Markdown document: what was asked and answered, and the receipts.

    Raises:
        UsageError: there is no such chat.
    """
    home = await home_of(server, arguments.text("chatId", needed=True))
    turns = await _stored(home.opened.session, lambda store: store.turns(home.chat.id))
    messages = [message for turn in turns for message in messages_of(turn)]
    title = home.chat.title or "Chat"
    return {"title": title, "markdown": "\n".join([f"# {title}\n", *map(_markdown, messages)])}


def _markdown(message: Json) -> str:
    who = "You" if message["role"] == "user" else "Foreword"
    summary = (message.get("receipt") or {}).get("summary")
    receipt = f"\n*{summary}*\n" if summary else ""
    return f"## {who}\n\n{message['text'].strip()}\n{receipt}"


async def list_chats(server: ForewordServer, arguments: Arguments) -> Json:
    """The chats of a folder, with `query` those that have its words.

    Raises:
        UsageError: there is no word of which folder.
    """
    folder = folder_of(server, arguments.text("uri") or arguments.workspace)
    session = (await open_now(server, folder)).session
    query = arguments.text("query")
    chats = await _stored(
        session,
        lambda store: store.search(session.worktree, query) if query else store.chats(session.worktree),
    )
    return {
        "chats": [
            {"chatId": chat.id, "title": chat.title, "at": _time(chat.at), "turns": chat.n_turns}
            for chat in chats
        ]
    }


async def home_of(server: ForewordServer, chat_id: str) -> ChatFolder:
    """A chat with the folder that it belongs to.

    Raises:
        UsageError: there is no such chat, or its folder is not open.
    """
    folders = list(server.folders.values())
    if not folders:
        raise UsageError("no folder is open: open one")
    chat: Chat | None = None
    # One store has the chats of all folders: any session finds a chat, only its own folder may show it.
    for folder in folders:
        opened = await open_now(server, folder)
        chat = chat or await _stored(opened.session, lambda store: store.find(chat_id))
        if chat is not None and chat.worktree == opened.session.worktree:
            return ChatFolder(chat, folder, opened)
    if chat is not None:
        raise UsageError(f"the chat {chat_id} belongs to another folder: open its folder first")
    raise UsageError(f"there is no chat {chat_id}: begin one with foreword/chat/open")


def with_uris(root: Path, told: Mapping[str, Any]) -> Json:
    """The same JSON; whatever in its lists has a path gets a URI too, as the client calls its files."""
    return {
        key: [
            with_uris(root, item | ({"uri": uri_from_path(root / item["path"])} if "path" in item else {}))
            # Attachments stay as the client sent them, with its own URIs.
            if isinstance(item, dict) and key != "attachments"
            else item
            for item in value
        ]
        if isinstance(value, list)
        else value
        for key, value in told.items()
    }


async def _stored(session: Session, work: Callable[[ChatStore], Found]) -> Found:
    """What the store of chats gives, asked in a thread: another process may keep it locked for a moment."""

    def run() -> Found:
        with ChatStore(session.places.chats) as store:
            session.report(*store.problems)
            return work(store)

    return await asyncio.to_thread(run)


async def _with_outcomes(server: ForewordServer, message: Json) -> Json:
    """The message; each of its proposals says what became of it, where that is still known."""
    told = []
    for one in message.get("proposals", []):
        kept = await find_proposal(server, one["proposalId"])
        told.append({**one, "outcome": kept.review.outcome(kept.proposal)} if kept else one)
    return {**message, "proposals": told} if told else message


def _shown(home: ChatFolder, message: Json) -> Json:
    return with_uris(home.folder.path, {**message, "at": _time(message["at"])})


def _time(seconds: float | None) -> str | None:
    """A time as in ISO 8601, in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
