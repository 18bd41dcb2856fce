"""The documents that are open in an editor, each a text at one version.

What can happen to documents and files, from the editor and from the watcher alike, are events; `apply` is the one door
through which each of them changes what the editor shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import assert_never

from foreword.core.documents.position import PositionEncoding, Range, place, split_lines
from foreword.core.documents.uri import uri_key


@dataclass(frozen=True, slots=True)
class TextChange:
    """New text for a range, or for the whole document where there is none."""

    text: str
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """`uri` is as the editor writes it, `version` the editor's own number, `lines` keep their ends."""

    uri: str
    language: str
    version: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    def edited(self, changes: Iterable[TextChange], version: int, encoding: PositionEncoding) -> Document:
        """The document after changes, each of which counts from the outcome of the one before it."""
        lines = self.lines
        for change in changes:
            lines = _edited(lines, change, encoding)
        return replace(self, lines=lines, version=version)


def make_document(uri: str, language: str, version: int, text: str) -> Document:
    """A document with this text."""
    return Document(uri, language, version, split_lines(text))


def _edited(lines: tuple[str, ...], change: TextChange, encoding: PositionEncoding) -> tuple[str, ...]:
    if change.range is None:
        return split_lines(change.text)
    # LSP wants the start first; a range that comes the wrong way round means the same place.
    first, second = sorted((change.range.start, change.range.end))
    (start, from_column), (end, to_column) = place(lines, first, encoding), place(lines, second, encoding)
    # The line before is split again too: its "\r" and a new "\n" are one line end.
    above = max(0, start - 1)
    head = "".join(lines[above:start]) + (lines[start][:from_column] if start < len(lines) else "")
    tail = lines[end][to_column:] if end < len(lines) else ""
    return (*lines[:above], *split_lines(head + change.text + tail), *lines[end + 1 :])


@dataclass(frozen=True, slots=True)
class DocumentOpened:
    """The editor owns a document from now on: its text wins over the disk."""

    document: Document


@dataclass(frozen=True, slots=True)
class DocumentEdited:
    """The editor changed a document that it has open."""

    uri: str
    version: int
    changes: tuple[TextChange, ...]
    encoding: PositionEncoding


@dataclass(frozen=True, slots=True)
class DocumentSaved:
    """The editor wrote a document to disk; `text` is what it wrote, where it told."""

    uri: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentClosed:
    """The editor closed a document: from now on its text is that of the file on disk."""

    uri: str


@dataclass(frozen=True, slots=True)
class FilesTouched:
    """Files were created, changed or deleted on disk."""

    uris: tuple[str, ...]


Change = DocumentOpened | DocumentEdited | DocumentSaved | DocumentClosed | FilesTouched


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`documents` by the key of their URI (`core.uri.uri_key`).

    `revision` grows by one with every `apply`; `disk_revision` is that of the last change to files on disk.
    """

    revision: int = 0
    disk_revision: int = 0
    documents: Mapping[str, Document] = field(default_factory=lambda: MappingProxyType({}))
    ignores_case: bool = False

    def document(self, uri: str) -> Document | None:
        """The open document at a URI, however the URI is written."""
        return self.documents.get(uri_key(uri, ignores_case=self.ignores_case))


def apply(snapshot: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """The next snapshot. A change that makes no sense (to a document that is not open) changes nothing."""
    revision = snapshot.revision + 1
    # A copy: who holds the snapshot before keeps it as it was.
    documents, disk_revision = dict(snapshot.documents), snapshot.disk_revision
    for change in changes:
        if isinstance(change, DocumentSaved | FilesTouched):
            disk_revision = revision
        _apply(documents, change, ignores_case=snapshot.ignores_case)
    return replace(
        snapshot,
        revision=revision,
        disk_revision=disk_revision,
        documents=MappingProxyType(documents),
    )


def _apply(documents: dict[str, Document], change: Change, *, ignores_case: bool) -> None:
    match change:
        case DocumentOpened(document):
            documents[uri_key(document.uri, ignores_case=ignores_case)] = document
        case DocumentEdited(uri, version, changes, encoding):
            key = uri_key(uri, ignores_case=ignores_case)
            if key in documents:
                documents[key] = documents[key].edited(changes, version, encoding)
        case DocumentSaved(uri, text):
            key = uri_key(uri, ignores_case=ignores_case)
            if key in documents:
                # Saving makes no new version, and a whole text has no positions: any encoding will do.
                documents[key] = documents[key].edited(_whole(text), documents[key].version, "utf-32")
        case DocumentClosed(uri):
            documents.pop(uri_key(uri, ignores_case=ignores_case), None)
        case FilesTouched():
            pass
        case _:
            assert_never(change)


def _whole(text: str | None) -> tuple[TextChange, ...]:
    return () if text is None else (TextChange(text),)
