"""What the editor shows: its open documents at one moment. One door: every change goes through `apply`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import assert_never

from foreword.core.documents.change import Change, Closed, DocumentSaved, Edited, Opened, Touched
from foreword.core.documents.document import Document, TextChange
from foreword.core.documents.uri import uri_key


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
    documents, disk_revision = dict(snapshot.documents), snapshot.disk_revision
    for change in changes:
        if isinstance(change, DocumentSaved | Touched):
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
        case Opened(document):
            documents[uri_key(document.uri, ignores_case=ignores_case)] = document
        case Edited(uri, version, changes, encoding):
            key = uri_key(uri, ignores_case=ignores_case)
            if key in documents:
                documents[key] = documents[key].edited(changes, version, encoding)
        case DocumentSaved(uri, text):
            key = uri_key(uri, ignores_case=ignores_case)
            if key in documents:
                documents[key] = documents[key].edited(_whole(text), documents[key].version, "utf-32")
        case Closed(uri):
            documents.pop(uri_key(uri, ignores_case=ignores_case), None)
        case Touched():
            pass
        case _:
            assert_never(change)


def _whole(text: str | None) -> tuple[TextChange, ...]:
    return () if text is None else (TextChange(text),)
