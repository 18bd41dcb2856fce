"""Open documents: every notification becomes a `Change` at once, in the order in which the client sent it."""

from __future__ import annotations

from lsprotocol import types

from foreword.core.documents.document import (
    DocumentClosed,
    DocumentEdited,
    DocumentOpened,
    DocumentSaved,
    FilesTouched,
)
from foreword.core.documents.uri import uri_key
from foreword.lsp.connection.convert import changes_from_lsp, document_from_lsp
from foreword.lsp.connection.server import ForewordServer, handle
from foreword.lsp.features.keep_warm_loop import note_sign
from foreword.lsp.features.workspace_folders import note_changed_files

FILES = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*"), "file")]
)


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.TEXT_DOCUMENT_DID_OPEN, did_open)
    handle(server, types.TEXT_DOCUMENT_DID_CHANGE, did_change)
    handle(server, types.TEXT_DOCUMENT_DID_CLOSE, did_close)
    handle(server, types.TEXT_DOCUMENT_DID_SAVE, did_save)
    handle(server, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files)
    handle(server, types.WORKSPACE_DID_CREATE_FILES, did_touch_files, FILES)
    handle(server, types.WORKSPACE_DID_DELETE_FILES, did_touch_files, FILES)
    handle(server, types.WORKSPACE_DID_RENAME_FILES, did_rename_files, FILES)


def did_open(server: ForewordServer, params: types.DidOpenTextDocumentParams) -> None:
    """The editor's text is what counts from now on."""
    server.change(DocumentOpened(document_from_lsp(params.text_document)))
    server.outlines.note(_key(server, params.text_document.uri))


def did_change(server: ForewordServer, params: types.DidChangeTextDocumentParams) -> None:
    """The text changed by these pieces, each of which counts from the outcome of the one before."""
    document, changes = params.text_document, changes_from_lsp(params.content_changes)
    server.change(DocumentEdited(document.uri, document.version, changes, server.encoding))
    server.outlines.note(_key(server, document.uri))
    note_sign(server, saved=False)


def did_close(server: ForewordServer, params: types.DidCloseTextDocumentParams) -> None:
    """The document was closed: from now on its text is that of the file on disk."""
    server.change(DocumentClosed(params.text_document.uri))
    server.outlines.forget(_key(server, params.text_document.uri))


def did_save(server: ForewordServer, params: types.DidSaveTextDocumentParams) -> None:
    """The document was saved: the file on disk has its text."""
    server.change(DocumentSaved(params.text_document.uri, params.text))
    note_changed_files(server, [params.text_document.uri])
    note_sign(server, saved=True)


def did_change_watched_files(server: ForewordServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Files changed on disk, as the client's watcher tells."""
    _touch(server, [event.uri for event in params.changes])


def did_touch_files(
    server: ForewordServer, params: types.CreateFilesParams | types.DeleteFilesParams
) -> None:
    """The user created or deleted files in the editor."""
    _touch(server, [file.uri for file in params.files])


def did_rename_files(server: ForewordServer, params: types.RenameFilesParams) -> None:
    """The user renamed files in the editor; their documents are closed and opened by the client."""
    _touch(server, [uri for file in params.files for uri in (file.old_uri, file.new_uri)])


def _touch(server: ForewordServer, uris: list[str]) -> None:
    server.change(FilesTouched(tuple(uris)))
    note_changed_files(server, uris)


def _key(server: ForewordServer, uri: str) -> str:
    return uri_key(uri, ignores_case=server.snapshot.ignores_case)
