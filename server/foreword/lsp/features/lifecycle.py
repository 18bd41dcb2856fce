"""The beginning: what the client says of itself, and what is asked of it once it is ready."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.exceptions import JsonRpcException

from foreword.lsp.connection.capabilities import ClientCapabilities
from foreword.lsp.connection.configuration import SECTION
from foreword.lsp.connection.convert import WINDOWS, encoding_from_lsp, uri_from_path
from foreword.lsp.connection.server import ForewordServer, handle
from foreword.lsp.features.workspace_folders import add_folder, start

PARENT_POLL_S = 1.0


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.INITIALIZE, initialize)
    handle(server, types.INITIALIZED, initialized)


def initialize(server: ForewordServer, params: types.InitializeParams) -> None:
    """Remember the client; nothing is read and nothing heavy is imported before the answer is out."""
    # An id from another machine or container names nobody here: to watch it would end the server at once.
    parent = params.process_id if params.process_id is not None and is_alive(params.process_id) else None
    name = params.client_info.name if params.client_info else ""
    server.client = ClientCapabilities(
        params.capabilities, _options(params.initialization_options), parent, name
    )
    agreed = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
    server.encoding = encoding_from_lsp(agreed)
    # Known, and not yet indexed: before its answer to `initialize` a server may send hardly anything.
    for uri in _folders(params):
        add_folder(server, uri)


def initialized(server: ForewordServer, _: types.InitializedParams) -> None:
    """The client is ready: register for what it tells only those who ask, and begin to index.

    Said a second time it means nothing.
    """
    if server.is_ready:
        return
    server.is_ready = True
    if server.client.parent is not None:
        server.spawn(_watch_parent(server, server.client.parent))
    server.spawn(_register(server))
    server.spawn(server.outlines.serve(lambda: server.snapshot))
    for folder in list(server.folders.values()):
        start(server, folder.uri)


async def _register(server: ForewordServer) -> None:
    asked = []
    if server.client.watches_files:
        files = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        asked.append(types.Registration("foreword-files", method, files))
    if server.client.registers_configuration:
        section = types.DidChangeConfigurationRegistrationOptions(SECTION)
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        asked.append(types.Registration("foreword-configuration", method, section))
    if not asked:
        return
    try:
        await server.client_register_capability_async(types.RegistrationParams(asked))
    except JsonRpcException as error:
        text = f"The client does not tell of changed files or settings: {error}"
        server.window_log_message(types.LogMessageParams(types.MessageType.Warning, text))


async def _watch_parent(server: ForewordServer, process_id: int) -> None:
    """End with the client's process."""
    while is_alive(process_id):  # noqa: ASYNC110 - the end of a process is no event of this loop
        await asyncio.sleep(PARENT_POLL_S)
    server.end(1)


def is_alive(process_id: int) -> bool:
    """Whether a process runs; Windows has no harmless way to ask, and closes our input with the client."""
    # Zero and less mean groups of processes to the system, one of which is always there.
    if WINDOWS or process_id <= 0:
        return False
    try:
        os.kill(process_id, 0)
    # A number that is too large for the system is no process of it, as those of another machine may be.
    except (ProcessLookupError, OverflowError):
        return False
    # It is another user's.
    except PermissionError:
        return True
    return True


def _options(given: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the client sends
    return dict(given) if isinstance(given, dict) else {}


def _folders(params: types.InitializeParams) -> list[str]:
    # The protocol's order: `rootUri` and `rootPath` are older, and deprecated.
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    return [uri_from_path(Path(params.root_path))] if params.root_path else []
