"""JSON-RPC as this server speaks it, on top of pygls: order of life, replies to nonsense, cancellation, documents.

What pygls would do and this does not: keep copies of documents (its lines end where Python's do, not where an editor's
do), read files of documents that are not open, exit the process, and run commands whose cancellation goes nowhere.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, lsp_method

from foreword.lsp.connection.capabilities import declare
from foreword.lsp.transport.framing import FramingError, Reader, read_messages

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer

STATUS = "foreword/status"
SCHEME = "foreword"
"""The scheme of virtual documents."""

NOT_ADMITTED = "this server serves its own user only: show the token that it names on standard error, as initializationOptions.token"
Json = dict[str, Any]
Command = Callable[[types.ExecuteCommandParams], Awaitable[Any]]
log = logging.getLogger(__name__)


class ForewordProtocol(LanguageServerProtocol):
    """One connection to one client."""

    _server: ForewordServer
    _is_initialized = False
    admits: Callable[[bytes | str], bool] | None = None
    """On a port: whether the first message shows the token of the clients. None once it did, and for a client that
    started the server itself."""

    async def read(self, reader: Reader) -> None:
        """Handle what comes, until the stream ends or is no stream of messages."""
        try:
            async for body in read_messages(reader):
                self.receive(body)
                await asyncio.sleep(0)  # let what was asked for begin, however much more there is to read
        except FramingError as error:
            log.warning("the connection is given up: %s", error)

    def receive(self, body: bytes | str) -> None:
        """Handle one message; one that can't be understood gets an error reply where the protocol has one."""
        if self.admits is not None:
            if not self.admits(body):
                self._refuse(None, JsonRpcInvalidRequest(NOT_ADMITTED))
                self._server.end(1)
                return
            self.admits = None
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("the message is no JSON"))
            return
        if not isinstance(raw, dict) or not _is_message(raw):
            self._refuse(None, JsonRpcInvalidRequest("the message is no JSON-RPC 2.0 object"))
            return
        try:
            self._check_life(raw)
            message = self.structure_message(raw)
        except JsonRpcException as error:
            self._refuse_message(raw, error)
            _let_go(error)
            return
        if message is not None:
            self.handle_message(message)

    def structure_message(self, data: Json) -> Any:  # noqa: ANN401 - pygls types it so
        """The message as a typed object, or None for one to be ignored; methods of our own get plain JSON."""
        method = data.get("method")
        if isinstance(method, str) and self.get_message_type(method) is None:
            params = data.get("params")
            if "id" not in data:
                return JsonRPCNotification(method, self.VERSION, params)
            return JsonRPCRequestMessage(data["id"], method, self.VERSION, params)
        if method is None and not self._awaits(data.get("id")):
            log.warning("a response is ignored: there is no request with its id")
            return None
        if method == types.CANCEL_REQUEST and not _names_request(data.get("params")):
            raise JsonRpcInvalidParams("the id of a request is a number or a text")
        return super().structure_message(data)

    def _awaits(self, message_id: object) -> bool:
        """Whether a request to the client has this id; one from the client, which pygls keeps beside them, has no response."""
        return isinstance(self._request_futures.get(str(message_id)), Future)

    def _check_life(self, raw: Json) -> None:
        """Before `initialize` there is nothing else, after `shutdown` only `exit`."""
        method, is_request = raw.get("method"), "id" in raw and "method" in raw
        if method == types.INITIALIZE and self._is_initialized:
            raise JsonRpcInvalidRequest("the server is initialized already")
        if is_request and not self._is_initialized and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized("the server is not initialized yet")
        if is_request and self._shutdown:
            raise JsonRpcInvalidRequest("the server is shutting down")
        # LSP: notifications before `initialize` are dropped, all but `exit`.
        if not self._is_initialized and method not in (types.INITIALIZE, types.EXIT):
            raise JsonRpcServerNotInitialized(f"{method} came before initialize")

    def _refuse_message(self, raw: Json, error: JsonRpcException) -> None:
        if "method" not in raw:
            # A response that can't be read: who waits for it gets the error instead of waiting on.
            if self._awaits(raw["id"]):
                self._handle_response(raw["id"], None, error.to_response_error())
        elif "id" in raw:
            self._refuse(raw["id"], error)
        else:
            log.warning("a notification is ignored: %s %s", raw["method"], error)

    def _refuse(self, message_id: Any, error: JsonRpcException) -> None:  # noqa: ANN401 - it may be nonsense
        """An error reply, made by hand: its id may be null, which pygls has no type for."""
        shown = {"code": error.code, "message": _first_line(error)}
        self._send_data({"jsonrpc": self.VERSION, "id": message_id, "error": shown})

    async def abandon(self) -> None:
        """Cancel the requests that are under way, those to the client too."""
        # pygls keeps both in one table: tasks for the client's requests, futures for those to the client.
        pending: list[object] = list(self._request_futures.values())
        # `shutdown` is a request under way itself.
        tasks = [
            one for one in pending if isinstance(one, asyncio.Task) and one is not asyncio.current_task()
        ]
        for task in tasks:
            task.cancel()
        for future in pending:
            if isinstance(future, Future):
                future.cancel()
        await self._server.settle(tasks)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answer at once: what takes time begins after `initialized`."""
        self._is_initialized = True
        result = yield from super().lsp_initialize(params)
        if self._server.client.reads_virtual_documents and result.capabilities.workspace:
            options = types.TextDocumentContentOptions(schemes=[SCHEME])
            result.capabilities.workspace.text_document_content = options
        if not self._server.client.code_actions.code_action_literal_support:
            result.capabilities.code_action_provider = True  # options are for clients that know literals
        declare(self._server, result.capabilities)
        return result

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *_: object) -> None:  # type: ignore[override]  # pygls takes any handler
        """Cancel what is under way, streams included, and wait a moment for its last words."""
        self._shutdown = True
        await self.abandon()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]  # pygls takes any handler
        """End the server; without a `shutdown` before, that is an error (exit code 1)."""
        self._server.end(0 if self._shutdown else 1)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # pygls takes any handler
        self, params: types.ExecuteCommandParams
    ) -> Any:  # noqa: ANN401 - any JSON
        """Run a command as a task of its own, so that `$/cancelRequest` reaches it."""
        command: Command | None = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"unknown command {params.command!r}")
        return await command(params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Cancel the work that this progress shows."""
        self._server.cancel_work(params.token)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Hand the notification to `lsp/features/documents.py`; pygls would keep a copy of the text."""
        self._tell(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Hand the notification to `lsp/features/documents.py`; pygls would keep a copy of the text."""
        self._tell(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Hand the notification to `lsp/features/documents.py`; pygls would keep a copy of the text."""
        self._tell(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(
        self, params: types.DidChangeWorkspaceFoldersParams
    ) -> None:
        """Hand the notification to `lsp/features/workspace_folders.py`; pygls would keep a list of its own."""
        self._tell(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, params)

    def _execute_handler(
        self,
        msg_id: str | int,
        handler: Callable[[Any], Any],
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Call a handler, and forget it when it is done: pygls keeps those of notifications, and what they failed of, for ever."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(partial(self._forget, msg_id))

    def _forget(self, msg_id: str | int, future: object) -> None:
        # A client may give two requests one id: then it is the later one that stands there.
        if self._request_futures.get(msg_id) is future:
            del self._request_futures[msg_id]

    def _get_handler(self, feature_name: str) -> Any:  # noqa: ANN401 - pygls types it so
        try:
            return super()._get_handler(feature_name)
        except JsonRpcMethodNotFound:
            raise JsonRpcMethodNotFound(f"unknown method {feature_name}") from None

    def _tell(self, method: str, params: object) -> None:
        # pygls calls a registered handler only where its own yields to it, and its own is replaced here.
        self.fm.features[method](params)


def _let_go(error: BaseException) -> None:
    """Free what an error holds. Those of the converter and their frames refer to each other: they would stay for long."""
    held: list[BaseException | None] = [error]
    while held:
        one = held.pop()
        if one is not None:
            held += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
            one.__traceback__ = one.__cause__ = one.__context__ = None


def _is_message(raw: Json) -> bool:
    has_names = isinstance(raw.get("id", ""), str | int) and isinstance(raw.get("method", ""), str)
    return has_names and raw.get("jsonrpc") == ForewordProtocol.VERSION and ("id" in raw or "method" in raw)


def _names_request(params: object) -> bool:
    """Whether it may be an id: pygls looks it up, whatever it is."""
    return isinstance(params, dict) and isinstance(params.get("id"), str | int)


def _first_line(error: JsonRpcException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
