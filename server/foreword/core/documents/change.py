"""What can happen to documents and files, from the editor and from the watcher alike."""

from __future__ import annotations

from dataclasses import dataclass

from foreword.core.documents.document import Document, TextChange
from foreword.core.documents.position import PositionEncoding


@dataclass(frozen=True, slots=True)
class Opened:
    """The editor owns a document from now on: its text wins over the disk."""

    document: Document


@dataclass(frozen=True, slots=True)
class Edited:
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
class Closed:
    """The disk speaks for a document again."""

    uri: str


@dataclass(frozen=True, slots=True)
class Touched:
    """Files were created, changed or deleted on disk."""

    uris: tuple[str, ...]


Change = Opened | Edited | DocumentSaved | Closed | Touched
