"""`foreword chat`: its parameters, its start, and the list of chats."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from foreword.api.chat.conversations import Conversations
from foreword.api.chat.live_workspace import LiveWorkspace
from foreword.api.parameters import Flag, positional, settings_of
from foreword.api.printed import Table, notice
from foreword.assist.chat.chat import Chat
from foreword.cli.own import OwnBody
from foreword.cli.plain_text import print_blocks, show_problems
from foreword.core.errors import UsageError
from foreword.core.settings import EFFORTS, PROVIDERS
from foreword.workspace.files.disk import open_root

SHORT_ID = 8
CANCELLED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParameters:
    """The parameters of `chat`."""

    chat: Annotated[str, positional("an earlier chat to go on with, or the beginning of its id")] = ""
    resume: Annotated[bool, Flag("go on with the newest chat")] = False
    list: Annotated[bool, Flag("list the chats of the folder, and end")] = False
    ask_only: Annotated[bool, Flag("answers only: no edits are proposed")] = False
    model: Annotated[str | None, Flag("the model to ask", "ID", setting="model")] = None
    effort: Annotated[
        str | None, Flag("how much the model puts into its answers", choices=EFFORTS, setting="model.effort")
    ] = None
    provider: Annotated[str | None, Flag("who answers", choices=PROVIDERS, setting="provider")] = None
    workspace: Annotated[str, Flag("the folder (default: this one)", "DIR", short="-w")] = "."


def run(given: ChatParameters) -> int:
    """Converse until the user ends it.

    Raises:
        UsageError: there is no terminal, or no such chat.
        WorkspaceError: there is no such folder, or git refuses it.
    """
    root = open_root(given.workspace)
    if not given.list and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "chat needs a terminal: ask one question with `foreword ask`, or many with `foreword batch`"
        )
    try:
        return asyncio.run(_run(root, given))
    except asyncio.CancelledError:
        return CANCELLED


async def _run(root: Path, given: ChatParameters) -> int:
    with _ended_by_signals():
        live = await LiveWorkspace.open(root, os.environ)
        try:
            chats = Conversations(live.workspace)
            if given.list:
                _show(await chats.kept())
                return 0
            earlier = await find_chat(chats, given.chat) if given.chat or given.resume else None
            show_problems(live.workspace.problems)
            from foreword.cli.chat.terminal_chat import TerminalChat  # noqa: PLC0415 - the list needs no prompt

            chat = TerminalChat(live, settings_of(given), may_edit=not given.ask_only)
            return await chat.run(earlier)
        finally:
            await live.close()


async def find_chat(chats: Conversations, name: str) -> Chat:
    """A chat of the workspace by the beginning of its id; the newest one without any.

    Raises:
        UsageError: there is none, or several could be meant.
    """
    kept = await chats.kept()
    found = [chat for chat in kept if chat.id.startswith(name)][: None if name else 1]
    if not found:
        raise UsageError(
            f"there is no chat {name or 'yet'} in this folder: `foreword chat --list` lists them"
        )
    if len(found) > 1:
        raise UsageError(f"several chats begin with {name}: give more of the id")
    return found[0]


def chat_rows(chats: tuple[Chat, ...]) -> Table:
    """Chats as a table for people."""
    rows = tuple(
        (
            chat.id[:SHORT_ID],
            datetime.fromtimestamp(chat.at).astimezone().strftime("%Y-%m-%d %H:%M"),
            str(chat.n_turns),
            chat.title,
        )
        for chat in chats
    )
    return Table(("id", "last", "questions", "title"), rows)


def _show(chats: tuple[Chat, ...]) -> None:
    if chats:
        print_blocks([chat_rows(chats)])
    else:
        print_blocks([notice("foreword: there is no chat in this folder yet")])


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A process that is told to end, or whose terminal is gone, cancels what it does: that is closed and booked."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "called by asyncio.run"  # noqa: S101 - an invariant
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    for number in numbers:
        with suppress(NotImplementedError):  # Windows has no such handlers
            loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in numbers:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)


CHAT = OwnBody(ChatParameters, run)
