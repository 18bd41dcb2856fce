"""Chat: the only methods of our own.

Their parameters are plain JSON, read and judged here, in `chat_send.py` and in `chat_history.py`.

    foreword/chat/open      {title?, resumeId?, uri?}                     -> {chatId, title, turns}
    foreword/chat/send      {chatId, text, attachments?: [{uri, range?, symbol?}], partialResultToken?, workDoneToken?}
                            -> {messageId, questionId, text, stopReason, citations, proposals, receipt, ...}
    foreword/chat/history   {chatId, before?, limit?}                     -> {messages, more}
    foreword/chat/truncate  {chatId, messageId}                           -> {messages}
    foreword/chat/list      {uri?, query?}                                -> {chats}
    foreword/chat/rename    {chatId, title}                               -> {chatId, title}
    foreword/chat/delete    {chatId}                                      -> {chatId}
    foreword/chat/export    {chatId}                                      -> {title, markdown}
    foreword/chat/close     {chatId}                                      (a notification)

Chats are kept for as long as there is room (`assist/chat/chat_store.py`): closing one stops its answer, and nothing else.
What a chat needs of the core is imported when the first one is opened: this module is on the path to `initialize`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from pygls.exceptions import JsonRpcRequestCancelled

from foreword.api.parameters import Arguments
from foreword.core.errors import UsageError
from foreword.lsp.connection.server import ForewordServer, handle

OPEN = "foreword/chat/open"
SEND = "foreword/chat/send"
HISTORY = "foreword/chat/history"
TRUNCATE = "foreword/chat/truncate"
LIST = "foreword/chat/list"
RENAME = "foreword/chat/rename"
DELETE = "foreword/chat/delete"
EXPORT = "foreword/chat/export"
CLOSE = "foreword/chat/close"


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    chats = Chats()
    handle(server, OPEN, chats.open)
    handle(server, SEND, chats.send)
    handle(server, HISTORY, chats.history)
    handle(server, TRUNCATE, chats.truncate)
    handle(server, LIST, chats.list_all)
    handle(server, RENAME, chats.rename)
    handle(server, DELETE, chats.delete)
    handle(server, EXPORT, chats.export)
    handle(server, CLOSE, chats.close)


class Chats:
    """The answers under way on one connection, one a chat; all else about chats is on disk."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def open(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """Begin a chat, or go on with one: `uri` leads into its folder, where there are several."""
        await _load(server)
        from foreword.lsp.chat.chat_history import open_chat  # noqa: PLC0415 - loaded by now

        return await open_chat(server, Arguments([params]))

    async def send(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """Say something, and stream the answer; one at a time in each chat."""
        arguments = Arguments([params])
        chat_id = arguments.text("chatId", needed=True)
        if chat_id in self._running:
            raise UsageError("an answer of this chat is under way: wait for it, or cancel it")
        task = asyncio.current_task()
        assert task is not None, "requests run as tasks"  # noqa: S101 - an invariant
        # Before the first await: no second message may slip in while the module is imported.
        self._running[chat_id] = task
        try:
            await server.load("foreword.lsp.chat.chat_send")
            from foreword.lsp.chat.chat_send import send  # noqa: PLC0415 - loaded by now

            return await send(server, arguments)
        except asyncio.CancelledError:
            # `send` answers its own cancellation with what was used: one that arrives here came before it.
            raise JsonRpcRequestCancelled("the message was cancelled before it was sent", data={}) from None
        finally:
            del self._running[chat_id]

    async def history(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """The newest messages, or those before one; oldest first."""
        arguments = Arguments([params])
        is_running = arguments.text("chatId", needed=True) in self._running
        await _load(server)
        from foreword.lsp.chat.chat_history import history  # noqa: PLC0415 - loaded by now

        return await history(server, arguments, is_running=is_running)

    async def truncate(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """Drop the message `messageId` and all after it.

        With the id of a question, that question goes too, so that it can be sent again in other words. With the id of
        an answer, its question stays in view, unanswered and never sent again by itself.
        """
        arguments = Arguments([params])
        if arguments.text("chatId", needed=True) in self._running:
            raise UsageError("an answer of this chat is under way: cancel it first")
        await _load(server)
        from foreword.lsp.chat.chat_history import truncate  # noqa: PLC0415 - loaded by now

        return await truncate(server, arguments)

    async def rename(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """Give a chat another title."""
        await _load(server)
        from foreword.lsp.chat.chat_history import rename  # noqa: PLC0415 - loaded by now

        return await rename(server, Arguments([params]))

    async def delete(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """Forget a chat for good."""
        arguments = Arguments([params])
        if arguments.text("chatId", needed=True) in self._running:
            raise UsageError("an answer of this chat is under way: cancel it first")
        await _load(server)
        from foreword.lsp.chat.chat_history import delete  # noqa: PLC0415 - loaded by now

        return await delete(server, arguments)

    async def export(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """A chat as a Markdown document."""
        await _load(server)
        from foreword.lsp.chat.chat_history import export  # noqa: PLC0415 - loaded by now

        return await export(server, Arguments([params]))

    async def list_all(self, server: ForewordServer, params: object) -> Any:  # noqa: ANN401 - any JSON
        """The chats of a folder in which something was said, newest first."""
        await _load(server)
        from foreword.lsp.chat.chat_history import list_chats  # noqa: PLC0415 - loaded by now

        # Every key may be missing here, so the parameters may be too.
        return await list_chats(server, Arguments([params or {}]))

    def close(self, server: ForewordServer, params: object) -> None:
        """Stop the answer that is under way, if there is one; a chat that is not known is closed already."""
        # A notification gets no reply, so there is nobody to tell of wrong parameters.
        chat_id = params.get("chatId") if isinstance(params, dict) else None
        server.chats.pop(str(chat_id), None)
        task = self._running.get(chat_id) if isinstance(chat_id, str) else None
        if task is not None:
            task.cancel()


async def _load(server: ForewordServer) -> None:
    """Import what reads and writes chats."""
    await server.load("foreword.lsp.chat.chat_history")
