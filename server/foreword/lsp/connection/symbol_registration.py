"""Whether symbols are served, and how the client hears of it: once when it connects, or whenever that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.core.settings import environment_name, flatten

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer
    from foreword.lsp.connection.workspace_folder import Folder

KEY, ON = "lsp.symbols", "on"
METHODS = (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.WORKSPACE_SYMBOL)


def is_on(server: ForewordServer, folder: Folder) -> bool:
    """Whether symbols of a folder are served, by its settings of now."""
    opened = folder.open_folder
    return _is_on_at_start(server) if opened is None else opened.session.settings.lsp_symbols == ON


def declare(server: ForewordServer, capabilities: types.ServerCapabilities) -> None:
    """Take back what a client is not to be told when it connects."""
    # LSP forbids to declare statically what is registered dynamically too.
    if server.client.registers_symbols or not _is_on_at_start(server):
        capabilities.document_symbol_provider = capabilities.workspace_symbol_provider = None


async def follow(server: ForewordServer) -> None:
    """Register for symbols, or no longer, as the settings say; only for clients that do so at any time."""
    wanted = any(is_on(server, folder) for folder in server.folders.values())
    if not server.client.registers_symbols or wanted == server.serves_symbols:
        return
    # Before the request: a change of settings meanwhile is compared with what is wanted now.
    server.serves_symbols = wanted
    try:
        if wanted:
            asked = [types.Registration(_id(method), method, _options(method)) for method in METHODS]
            await server.client_register_capability_async(types.RegistrationParams(asked))
        else:
            left = [types.Unregistration(_id(method), method) for method in METHODS]
            await server.client_unregister_capability_async(types.UnregistrationParams(left))
    except JsonRpcException as error:
        text = f"The client does not ask for symbols: {error}"
        server.window_log_message(types.LogMessageParams(types.MessageType.Warning, text))


def _is_on_at_start(server: ForewordServer) -> bool:
    given = flatten(server.client.options).get(KEY) or server.environ.get(environment_name(KEY))
    return given == ON


def _id(method: str) -> str:
    return f"foreword-{method}"


def _options(method: str) -> object:
    """Every document may be asked for its symbols."""
    # The protocol's null means the selector of the client's own side.
    return {"documentSelector": None} if method == types.TEXT_DOCUMENT_DOCUMENT_SYMBOL else {}
