"""What the client can do, asked for by what we want to do with it, and whether it is served symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.core.settings import environment_name, flatten

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer
    from foreword.lsp.connection.workspace_folder import Folder


PROTOCOL_NAME = "foreword"
"""The key under `initializationOptions` and `capabilities.experimental` of a client that knows our own methods."""


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """A client, as it introduced itself; before that it can do nothing.

    `parent` is its process, None where it can't be seen from here (another machine, a container); `name` is what it
    calls itself.
    """

    capabilities: types.ClientCapabilities
    options: dict[str, Any]
    parent: int | None = None
    name: str = ""

    @property
    def knows_our_methods(self) -> bool:
        """Whether `foreword/...` notifications may be sent."""
        experimental = self.capabilities.experimental
        declared = experimental.get(PROTOCOL_NAME) if isinstance(experimental, dict) else None
        return bool(declared) or self.options.get("status") is True

    @property
    def gives_configuration(self) -> bool:
        """Whether `workspace/configuration` can be asked for."""
        workspace = self.capabilities.workspace
        return bool(workspace and workspace.configuration)

    @property
    def registers_configuration(self) -> bool:
        """Whether `workspace/didChangeConfiguration` is sent to those who register for it."""
        workspace = self.capabilities.workspace
        did_change = workspace.did_change_configuration if workspace else None
        return bool(did_change and did_change.dynamic_registration)

    @property
    def watches_files(self) -> bool:
        """Whether the client watches files for those who register for it."""
        workspace = self.capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        return bool(watched and watched.dynamic_registration)

    @property
    def shows_progress(self) -> bool:
        """Whether the server may begin work-done progress by itself."""
        return bool(self.capabilities.window and self.capabilities.window.work_done_progress)

    @property
    def answers_questions(self) -> bool:
        """Whether `window/showMessageRequest` reaches a person."""
        # In the protocol `window.showMessage` is about the request; the notification needs no capability.
        return bool(self.capabilities.window and self.capabilities.window.show_message)

    @property
    def shows_documents(self) -> bool:
        """Whether `window/showDocument` can be asked for."""
        window = self.capabilities.window
        return bool(window and window.show_document and window.show_document.support)

    @property
    def applies_edits(self) -> bool:
        """Whether `workspace/applyEdit` can be asked for."""
        return bool(self.capabilities.workspace and self.capabilities.workspace.apply_edit)

    @property
    def guards_one_document(self) -> bool:
        """Whether of an edit of several documents it compares the version of the first one only."""
        # No capability tells this, so the client's name has to.
        return self.name == "Neovim"

    @property
    def takes_document_changes(self) -> bool:
        """Whether edits may be versioned; files can be created and deleted in no other form, so some declare only that."""
        edit = self._workspace_edit
        # File operations exist in no other form than `documentChanges`, and some clients declare the one without the other.
        return bool(edit and (edit.document_changes or edit.resource_operations))

    @property
    def file_operations(self) -> frozenset[str]:
        """Which of "create", "rename" and "delete" an edit may contain."""
        edit = self._workspace_edit
        return frozenset(str(getattr(one, "value", one)) for one in (edit and edit.resource_operations) or ())

    @property
    def annotates_changes(self) -> bool:
        """Whether the parts of an edit may be annotated, and ask for the user's consent."""
        edit = self._workspace_edit
        return bool(edit and edit.change_annotation_support)

    @property
    def code_actions(self) -> types.CodeActionClientCapabilities:
        """What the client can do with code actions."""
        document = self.capabilities.text_document
        return (document.code_action if document else None) or types.CodeActionClientCapabilities()

    @property
    def registers_symbols(self) -> bool:
        """Whether the server may offer symbols at any time."""
        document, workspace = self.capabilities.text_document, self.capabilities.workspace
        # Both or neither: the two methods are registered together.
        one, other = document and document.document_symbol, workspace and workspace.symbol
        return bool(one and other and one.dynamic_registration and other.dynamic_registration)

    @property
    def nests_symbols(self) -> bool:
        """Whether the symbols of a document may be a tree."""
        document = self.capabilities.text_document
        symbols = document.document_symbol if document else None
        return bool(symbols and symbols.hierarchical_document_symbol_support)

    @property
    def resolves_edits(self) -> bool:
        """Whether `codeAction/resolve` may add the edit of an action."""
        document = self.capabilities.text_document
        action = document.code_action if document else None
        return bool(action and action.resolve_support and "edit" in action.resolve_support.properties)

    @property
    def _workspace_edit(self) -> types.WorkspaceEditClientCapabilities | None:
        workspace = self.capabilities.workspace
        return workspace.workspace_edit if workspace else None

    @property
    def reads_virtual_documents(self) -> bool:
        """Whether the client asks for the text of `foreword:` documents."""
        workspace = self.capabilities.workspace
        return bool(workspace and workspace.text_document_content)


NO_CAPABILITIES = ClientCapabilities(types.ClientCapabilities(), {})


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
