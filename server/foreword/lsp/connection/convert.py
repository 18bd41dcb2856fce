"""Between the protocol's types and ours: the only place where one becomes the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from lsprotocol import types

from foreword.core.documents.document import Document, TextChange, make_document
from foreword.core.documents.position import Position, PositionEncoding, Range
from foreword.core.documents.uri import path_of_uri, uri_of_path

WINDOWS = os.name == "nt"


def encoding_from_lsp(encoding: types.PositionEncodingKind | str | None) -> PositionEncoding:
    """The position encoding that was agreed on; utf-16 if there was no word of it."""
    name = encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding
    # UTF-16 is what the protocol prescribes where nothing was agreed on.
    return next((known for known in get_args(PositionEncoding) if known == name), "utf-16")


def range_from_lsp(found: types.Range) -> Range:
    """A range in the units of the client."""
    return Range(
        Position(found.start.line, found.start.character), Position(found.end.line, found.end.character)
    )


def range_to_lsp(found: Range) -> types.Range:
    """A range in the units of the client."""
    start, end = found.start, found.end
    return types.Range(types.Position(start.line, start.character), types.Position(end.line, end.character))


def document_from_lsp(item: types.TextDocumentItem) -> Document:
    """A document as it was opened."""
    return make_document(item.uri, str(item.language_id), item.version, item.text)


def changes_from_lsp(changes: Sequence[types.TextDocumentContentChangeEvent]) -> tuple[TextChange, ...]:
    """The changes of one `didChange`, in order."""
    return tuple(
        TextChange(
            change.text,
            range_from_lsp(change.range)
            if isinstance(change, types.TextDocumentContentChangePartial)
            else None,
        )
        for change in changes
    )


def path_from_uri(uri: str) -> Path | None:
    """The path of a file on this machine, None for anything else."""
    path = path_of_uri(uri, windows=WINDOWS)
    return Path(path) if path is not None else None


def uri_from_path(path: Path) -> str:
    """The URI of a file on this machine."""
    return uri_of_path(str(path), windows=WINDOWS)
