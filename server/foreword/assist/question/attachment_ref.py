"""Places that a client attaches to a message: a file, lines of it, or a definition in it by name."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from foreword.assist.question.pointers import Pointer
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file of the workspace; lines (1-based, inclusive) or a symbol narrow it down.

    `text` is that of a document that is no file yet; `path` is then only what it is called.
    """

    path: str
    first: int | None = None
    last: int | None = None
    symbol: str = ""
    text: str | None = None


def pointers_to(
    places: Iterable[AttachmentRef], saved: WorkspaceSnapshot, unsaved: Container[str]
) -> tuple[Pointer, ...]:
    """The pointers for places. A symbol's lines are known for saved text only: of `unsaved` files all is meant.

    Raises:
        UsageError: there is no such symbol in the file.
    """
    return tuple(_pointer(place, saved, is_saved=place.path not in unsaved) for place in places)


def _pointer(place: AttachmentRef, saved: WorkspaceSnapshot, *, is_saved: bool) -> Pointer:
    if place.first is not None or not place.symbol or not is_saved or place.path not in saved.index.blobs:
        return Pointer(place.path, place.first, place.last, place.text)
    parent, _, name = place.symbol.rpartition(".")
    found = [
        definition
        for definition in saved.index.outline(place.path).definitions
        if definition.name in (name, place.symbol)
        and (not parent or (definition.parent or "").endswith(parent))
    ]
    if not found:
        raise UsageError(f"{place.path} defines no {place.symbol}: attach its lines, or the whole file")
    return Pointer(place.path, found[0].line, max(found[0].line, found[0].end_line))
