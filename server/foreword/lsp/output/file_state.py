"""Files of a workspace as they are now: open documents as the client has them, others as they are on disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.snapshot.overlay import BYTE_ORDER_MARK, workspace_path
from foreword.core.documents.document import Document
from foreword.core.documents.text import Text, decode
from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.lsp.connection.convert import path_from_uri, uri_from_path
from foreword.lsp.connection.server import ForewordServer
from foreword.workspace.files.disk import read_file


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it is now: `text` None if there is none; `obstacle` is why it can't be edited, whatever it holds.

    `version` is None for a file that is not open; `marked`: the open document begins with a byte order mark;
    `saved`: there is a file on disk.
    """

    uri: str
    text: Text | None
    version: int | None = None
    marked: bool = False
    saved: bool = True
    obstacle: str = ""


def open_documents(server: ForewordServer, opened: OpenFolder) -> dict[str, Document]:
    """The open documents of a folder by their path in it."""
    found: dict[str, Document] = {}
    for document in server.snapshot.documents.values():
        path = path_from_uri(document.uri)
        inside = workspace_path(opened.root, path) if path is not None else None
        if inside is not None:
            found.setdefault(inside, document)
    return found


def now_of(root: Path, base: Path, path: str, document: Document | None) -> FileState:
    """A file of the workspace as it is now; `base` is the workspace as the client calls it."""
    on_disk, obstacle = _on_disk(root, path)
    if document is not None:
        content = document.text
        marked = content.startswith(BYTE_ORDER_MARK)
        text = replace(on_disk or Text(""), content=content.removeprefix(BYTE_ORDER_MARK))
        return FileState(document.uri, text, document.version, marked, on_disk is not None)
    return FileState(uri_from_path(base / path), on_disk, obstacle=obstacle)


def _on_disk(root: Path, path: str) -> tuple[Text | None, str]:
    """A file that is not open: an editor may read bytes that are no UTF-8 in another way than we do."""
    try:
        data = read_file(root, path)
    except WorkspaceError as error:
        return None, str(error)
    if data is None:
        exists = (root / path).exists() or (root / path).is_symlink()
        return None, "it can't be read" if exists else ""
    if len(data) > MAX_FILE_BYTES:
        return None, "it has become too large"
    text = decode(data)
    is_sure = not text.n_invalid and (text.bom or text.encoding == "utf-8")
    return (
        text,
        "" if is_sure else "it is not in UTF-8 (open it in the editor, so that it is clear what it says)",
    )
