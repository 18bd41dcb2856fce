"""Doing what the command line hands over, in a server that has its workspace open (`api/command_socket.py` says how they talk).

The result is that of the command in a process of its own: what is saved counts and not what an editor has open, the settings are
those without the editor's, and who typed it is trusted and asked as at a shell. Where the server's own settings are others, or
something is wrong with the workspace that a new process would tell again, the command is declined.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foreword.api.command_socket import (
    HANDED_OVER,
    MAX_LINE,
    environment_digest,
    is_private,
    is_same_user,
    socket_path,
)
from foreword.api.parameters import settings_of
from foreword.api.printed import block_to_json, problem_lines
from foreword.api.table import TYPED
from foreword.api.workspace import Event, Stage, Workspace
from foreword.assist.answering.answer_loop import ToolsUsed
from foreword.assist.session.ports import TRUSTED, Consent, agree, gone
from foreword.assist.session.session import Session
from foreword.assist.session.settings_files import read_settings
from foreword.cli.parser import add_json, add_parameters, add_workspace, parser_of, read_parameters
from foreword.core.errors import ForewordError, UsageError
from foreword.core.reply import TextDelta, ThinkingDelta, ToolCallStarted
from foreword.storage.directories import make_private_folder

if TYPE_CHECKING:
    from foreword.api.command import Body
    from foreword.assist.session.open_workspace import OpenFolder

CONNECT_S = 0.25
PATIENCE_S = 5.0
"""Seconds that a client may take to say what it wants."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A command line that was read: the command, its parameters, and how the client prints."""

    body: Body[Any, Any]
    given: Any
    as_json: bool
    columns: int
    is_terminal: bool


async def serve_commands(opened: OpenFolder, on_listening: Callable[[Path], None]) -> None:
    """Listen for the commands of one workspace until the task is cancelled; where that can't be done, do nothing.

    `on_listening` is called with the socket.
    """
    path = socket_path(opened.session.environ, opened.root)
    if path is None or not hasattr(asyncio, "start_unix_server"):
        return
    with suppress(OSError):
        async with _listening(path, partial(_answer, opened)):
            on_listening(path)
            await asyncio.Event().wait()


@asynccontextmanager
async def _listening(path: Path, answer: Any) -> AsyncIterator[None]:  # noqa: ANN401 - a callback of asyncio
    """A socket for this user alone.

    Raises:
        OSError: it can't be made, or another server of the workspace has it.
    """
    bound = _bound(path)
    made = _inode(path)
    try:
        async with await asyncio.start_unix_server(answer, sock=bound, limit=MAX_LINE):
            yield
    finally:
        _take_away(path, made)


def _inode(path: Path) -> int:
    return path.lstat().st_ino


def _bound(path: Path) -> socket.socket:
    make_private_folder(path.parent)
    if not is_private(path.parent):
        raise PermissionError(f"{path.parent} is not the user's own")
    if is_private(path, is_socket=True) and not _is_answered(path):
        # One that was killed leaves its socket behind.
        path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # It fails where something is there: another server of the workspace keeps its place.
        bound.bind(str(path))
        path.chmod(0o600)
    except OSError:
        bound.close()
        raise
    return bound


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_S)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            pass
    return True


def _take_away(path: Path, made: int) -> None:
    with suppress(OSError):
        if path.lstat().st_ino == made:
            path.unlink()


async def _answer(opened: OpenFolder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, which is one command."""
    try:
        if is_same_user(writer.get_extra_info("socket")):
            await _converse(opened, reader, writer)
    except (OSError, ValueError, TimeoutError):
        pass  # the client has gone, or is none
    finally:
        writer.close()


async def _converse(opened: OpenFolder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(PATIENCE_S):
        request = await _next(reader)
        told = _read(opened, request or {})
        current = await opened.current()
        session = await opened.run(_session_of, current, told.given) if told is not None else None
        if told is None or session is None:
            _send(writer, {"declined": True})
            return
        _send(writer, {"accepted": True})
        if not (await _next(reader) or {}).get("go"):
            return
    replies = asyncio.Queue[dict[str, Any] | None]()
    work = asyncio.ensure_future(_done(told, session, opened, writer, replies))
    hearing = asyncio.ensure_future(_hear(reader, replies))
    # The end of the connection is the client's Ctrl-C: what is under way is closed and booked.
    await asyncio.wait((work, hearing), return_when=asyncio.FIRST_COMPLETED)
    hearing.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait((work,))
    elif not work.cancelled():
        _send(writer, work.result())
        await writer.drain()


def _read(opened: OpenFolder, request: Mapping[str, Any]) -> HandedOver | None:
    """The command that a client hands over; None if it is to do it itself."""
    name, argv = request.get("command"), request.get("arguments")
    if name not in HANDED_OVER or request.get("environment") != environment_digest(opened.session.environ):
        return None
    command = TYPED[str(name)]
    assert command.load is not None, "those have a body"  # noqa: S101 - as the list says
    body, parser = command.load(), parser_of(command)
    add_parameters(parser, body.parameters)
    add_workspace(parser)
    add_json(parser)
    try:
        arguments: argparse.Namespace = parser.parse_args(argv)
        given = read_parameters(body.parameters, arguments)
    # A wrong command line is the client's to tell; `--help` in any form would print here and leave.
    except (UsageError, SystemExit, TypeError):
        return None
    if getattr(given, "pin", ()) or getattr(given, "unpin", ()):
        return None  # it writes a file of the workspace, which a server does through its client alone
    terminal = request.get("isTerminal") is True
    return HandedOver(body, given, arguments.json, int(request.get("columns", 0)), terminal)


def _session_of(session: Session, given: object) -> Session | None:
    """The session as a new process would have it; None if that would be another, or have something to tell of it."""
    where = (session.root, session.places.config, session.environ)
    plain, wrong = read_settings(*where, {})
    if wrong or session.problems or plain != session.settings:
        return None
    settings, wrong = read_settings(*where, settings_of(given))
    if wrong:
        return None
    made = replace(session, settings=settings, trust=TRUSTED, signals=gone, problems=[], indexing=None)
    notice = made.judge_model()
    return None if notice else made


async def _done(
    told: HandedOver,
    session: Session,
    opened: OpenFolder,
    writer: asyncio.StreamWriter,
    replies: asyncio.Queue[dict[str, Any] | None],
) -> dict[str, Any]:
    """The last word about a command that was done."""
    loop = asyncio.get_running_loop()

    async def ask(question: str) -> bool:
        if not told.is_terminal:
            return False
        _send(writer, {"consent": question})
        return ((await replies.get()) or {}).get("yes") is True

    consent: Consent = agree if getattr(told.given, "yes", False) else ask
    session = replace(session, consent=consent, disclose=ask)

    def emit(event: Event) -> None:
        said = None if told.as_json else event_to_json(event)
        if said is not None:
            # From whichever thread: the socket belongs to the event loop.
            loop.call_soon_threadsafe(_send, writer, {"event": said})

    workspace = Workspace(
        session.root,
        session.environ,
        session.clock,
        session,
        run=opened.run,
        run_aside=asyncio.to_thread,
        emit=emit,
        is_typed=True,
    )
    try:
        result = await told.body.call(workspace, told.given)
    except ForewordError as error:
        return _last(workspace, {"error": str(error), "code": error.exit_code})
    # After what was told on the way, which stands in the loop's queue.
    await asyncio.sleep(0)
    said: dict[str, Any] = (
        {"json": result.to_json()}
        if told.as_json
        else {"blocks": [block_to_json(one) for one in told.body.show(result, told.given, told.columns)]}
    )
    return _last(workspace, {"result": said, "code": told.body.code(result)})


def _last(workspace: Workspace, said: Mapping[str, Any]) -> dict[str, Any]:
    problems = [block_to_json(line) for line in problem_lines(workspace.problems)]
    return {**said, "problems": problems}


def event_to_json(event: Event) -> Sequence[Any] | None:
    """What the client shows of an event; None of one that shows nothing."""
    match event:
        case Stage(text):
            return "stage", text
        case TextDelta(text):
            return "text", text
        case ToolsUsed(names):
            return "used", names
        case ToolCallStarted(name):
            return "calls", name
        case ThinkingDelta():
            return "thinking", ""
        case _:
            return None


async def _hear(reader: asyncio.StreamReader, replies: asyncio.Queue[dict[str, Any] | None]) -> None:
    """Take in what the client answers, until it goes."""
    while (said := await _next(reader)) is not None:
        replies.put_nowait(said)


async def _next(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    line = await reader.readline()
    said = json.loads(line) if line.endswith(b"\n") else None
    return said if isinstance(said, dict) else None


def _send(writer: asyncio.StreamWriter, value: Mapping[str, object]) -> None:
    writer.write(json.dumps(value).encode() + b"\n")
