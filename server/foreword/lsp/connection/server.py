"""The server: one client, its open documents and folders, and the boundary where errors become replies.

All state is owned by the event loop. Handlers stand in the modules that `features.py` lists.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from foreword import __version__
from foreword.assist.session.ports import Time
from foreword.assist.session.worker import Worker
from foreword.core.documents.document import Change, Snapshot, apply
from foreword.core.documents.position import PositionEncoding
from foreword.core.errors import ForewordError, UsageError
from foreword.core.settings import Options
from foreword.lsp.connection.capabilities import NO_CAPABILITIES
from foreword.lsp.connection.convert import WINDOWS
from foreword.lsp.connection.open_outlines import Outlines
from foreword.lsp.connection.protocol import ForewordProtocol
from foreword.prefix.policy.gap_model import Signals

if TYPE_CHECKING:
    from foreword.assist.edits.proposal_store import KeptProposal
    from foreword.assist.session.open_workspace import OpenFolder
    from foreword.lsp.connection.readiness import FolderState
    from foreword.lsp.connection.workspace_folder import Folder

ServeCommands = Callable[["OpenFolder", Callable[[Path], None]], Coroutine[Any, Any, None]]
"""Answers the command line about a folder until it is cancelled, and calls back with the socket."""

Params = TypeVar("Params")
LAST_WORDS_S = 0.7
"""Seconds that `shutdown` waits for the tasks that it cancelled."""

REQUEST_FAILED = types.LSPErrorCodes.RequestFailed.value
log = logging.getLogger(__name__)


class ForewordServer(LanguageServer):
    """The state of one connection.

    `serve_commands` answers the command line about a folder that is ready, until it is cancelled; None where nobody does.
    """

    protocol: ForewordProtocol

    def __init__(self, environ: Mapping[str, str], time: Time) -> None:
        super().__init__(
            "foreword", __version__, protocol_cls=ForewordProtocol, converter_factory=default_converter
        )
        self.environ = environ
        self.time = time
        self.last_sign: float | None = None
        # The chats that the client has open, in the order in which it opened them.
        self.chats: dict[str, None] = {}
        self.client = NO_CAPABILITIES
        self.encoding: PositionEncoding = "utf-16"
        self.snapshot = Snapshot(ignores_case=WINDOWS)
        self.folders: dict[str, Folder] = {}
        self.configuration: dict[str, tuple[Options, ...]] = {}
        self.pages: dict[str, str] = {}
        # Counted apart: pages go too, and a name that was shown must not come to mean another text.
        self.page_numbers = count(1)
        self.proposals: dict[str, KeptProposal] = {}
        self.serves_symbols = False
        self.is_ready = False
        self.is_on_a_port = False
        self.serve_commands: ServeCommands | None = None
        self.outlines = Outlines()
        self.readiness: WeakKeyDictionary[Folder, FolderState] = WeakKeyDictionary()
        self.exit_code: int | None = None
        self._told: set[str] = set()
        self._work: dict[types.ProgressToken, Callable[[], object]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._news = asyncio.Event()
        self._imports = Worker("imports")

    def change(self, *changes: Change) -> None:
        """Apply changes of documents and files to the snapshot; nothing else changes it."""
        self.snapshot = apply(self.snapshot, changes)
        self._news.set()

    async def next_change(self, seconds: float) -> bool:
        """Wait for the next change, so many seconds at most; gives whether there was one."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        return self._news.is_set()

    def signs(self) -> Signals:
        """What the editor shows of its user: typing and saving, and an open chat."""
        return Signals(last_change=self.last_sign, chat_open=bool(self.chats))

    def tell_once(self, messages: Iterable[str], kind: types.MessageType = types.MessageType.Warning) -> None:
        """Show each message to the user, unless it was shown before."""
        for message in messages:
            if message not in self._told:
                self._told.add(message)
                self.window_show_message(types.ShowMessageParams(kind, f"Foreword: {message}"))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something in the background until the server ends; its errors are told, and end nothing else."""
        task = asyncio.ensure_future(bounded(self, work))
        # An event loop refers to its tasks weakly: without this set one could be collected while it runs.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def show_work(self, token: types.ProgressToken, cancel: Callable[[], object]) -> None:
        """Let the client cancel the work that is shown under a token."""
        self._work[token] = cancel

    def hide_work(self, token: types.ProgressToken) -> None:
        """Take work off the list of what the client shows as under way."""
        self._work.pop(token, None)

    def cancel_work(self, token: types.ProgressToken) -> None:
        """The client cancels the work under a token; one that is not known is over."""
        self._work.get(token, lambda: None)()

    async def load(self, module: str) -> None:
        """Import a module in a thread, where that is too slow for the event loop.

        The caller imports what it needs of it afterwards, which is quick then, and which type checkers see.
        """
        await self._imports.run(importlib.import_module, module)

    async def settle(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Wait for cancelled tasks to end, `LAST_WORDS_S` at most."""
        waiting = set(tasks)
        if waiting:
            await asyncio.wait(waiting, timeout=LAST_WORDS_S)

    def end(self, code: int) -> None:
        """End the connection with an exit code of the process; `ended` returns."""
        self.exit_code = code
        self._ended.set()

    async def ended(self) -> None:
        """Wait for the end of the connection."""
        await self._ended.wait()

    async def close(self) -> None:
        """Stop the background work and close the folders."""
        self._imports.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await self.settle(tasks)
        # Emptied before the next await: nobody is to find a folder that is being closed.
        folders = list(self.folders.values())
        self.folders.clear()
        await asyncio.gather(*(folder.close() for folder in folders))

    def report_server_error(self, error: Exception, source: object) -> None:
        """What goes wrong is told at the boundary below; here it is only logged."""
        log.debug("%s: %s", source, error)


def handle(
    server: ForewordServer, method: str, handler: Callable[[ForewordServer, Any], Any], options: object = None
) -> None:
    """Register a handler of a method: a plain function runs in order and at once, an async one as a task.

    A plain function is right for what changes state, an async one for what takes time.
    """
    # Notifications have no type of result; methods of our own are not in the table, and count as requests.
    result_type = types.METHOD_TO_TYPES.get(method, (None, object))[1]
    server.feature(method, options)(_guarded(server, handler, is_request=result_type is not None))


def handle_command(
    server: ForewordServer,
    name: str,
    handler: Callable[[ForewordServer, types.ExecuteCommandParams], Awaitable[Any]],
) -> None:
    """Register a command."""
    server.command(name)(_guarded(server, handler, is_request=True))


def _guarded(
    server: ForewordServer, handler: Callable[[ForewordServer, Params], Any], *, is_request: bool
) -> Callable[[Params], Any]:
    if inspect.iscoroutinefunction(handler):

        async def answer(params: Params) -> Any:  # noqa: ANN401 - whatever the method gives
            return await bounded(server, handler(server, params), is_request=is_request)

        return answer

    def note(params: Params) -> Any:  # noqa: ANN401 - whatever the method gives
        with _Boundary(server, is_request=is_request):
            return handler(server, params)

    return note


async def bounded(server: ForewordServer, work: Awaitable[Any], *, is_request: bool = False) -> Any:  # noqa: ANN401 - whatever the work gives
    """Work whose errors end here: told to the user, or turned into the error reply of a request."""
    with _Boundary(server, is_request=is_request):
        return await work


class _Boundary:
    """The one place of the server where unexpected errors end.

    A request's becomes its error reply, with one line that says what to do; a notification's is shown.
    """

    def __init__(self, server: ForewordServer, *, is_request: bool) -> None:
        self._server = server
        self._is_request = is_request

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        # A cancellation or an interrupt is no error of the work: it goes on.
        if error is None or not isinstance(error, Exception):
            return False
        reply = _reply(error)
        if self._is_request:
            raise reply from error
        self._server.tell_once([str(reply)], types.MessageType.Error)
        return True


def _reply(error: Exception) -> JsonRpcException:
    if isinstance(error, JsonRpcException):
        return error
    if isinstance(error, ForewordError):
        kind = type(error).__name__.removesuffix("Error")
        data = {"kind": kind, "exitCode": error.exit_code}
        message = " ".join(str(error).split())
        if isinstance(error, UsageError):
            return JsonRpcInvalidParams(message, data=data)
        return JsonRpcException(message, REQUEST_FAILED, data)
    log.error("unexpected", exc_info=error)
    text = " ".join(f"unexpected {type(error).__name__}: {error}".split())
    return JsonRpcInternalError(f"{text}; the server's log has the traceback")
