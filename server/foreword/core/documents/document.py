"""A text that is open in an editor, at one version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from foreword.core.documents.position import PositionEncoding, Range, place, split_lines


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
    first, second = sorted((change.range.start, change.range.end))
    (start, from_column), (end, to_column) = place(lines, first, encoding), place(lines, second, encoding)
    # The line before is split again too: its "\r" and a new "\n" are one line end.
    above = max(0, start - 1)
    head = "".join(lines[above:start]) + (lines[start][:from_column] if start < len(lines) else "")
    tail = lines[end][to_column:] if end < len(lines) else ""
    return (*lines[:above], *split_lines(head + change.text + tail), *lines[end + 1 :])
