"""Where the user is in a document: the lines of a range, and the definition that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from foreword.assist.question.task_menu import Spot
from foreword.core.documents.document import Document
from foreword.core.documents.position import Position, PositionEncoding, Range, place, units, without_end
from foreword.core.edits.text_edit import smallest_around
from foreword.core.language import language_of
from foreword.core.outline import Definition
from foreword.lsp.connection.convert import range_from_lsp, range_to_lsp

Selected = tuple[int, int, str]
"""First and last line, from 1 and inclusive, and the text of a selection within one line."""
_LEADS = ("@", "#[", "[")
"""What begins a line that belongs to the definition below: a decorator, an attribute."""


def spot_at(
    path: str,
    document: Document | None,
    found: types.Range,
    definitions: Sequence[Definition],
    encoding: PositionEncoding,
) -> Spot:
    """The spot at a range of the file at `path`; `document` is None if the file is not open."""
    lines = document.lines if document else None
    first, last, text = _selected(lines, range_from_lsp(found), encoding)
    is_selection = found.start != found.end and (lines is None or _is_more(lines[first - 1 : last], text))
    return Spot(
        path.rpartition("/")[2],
        language_of(path, lines[0] if lines else ""),
        first,
        last,
        is_selection,
        lines is None or _has_text(lines),
        _chosen(lines or (), definitions, (first, last, text))
        if is_selection
        else _named(definitions, (first, last, text)) or smallest_around(definitions, first, last),
    )


def lines_to_lsp(document: Document | None, first: int, last: int, encoding: PositionEncoding) -> types.Range:
    """The range of whole lines (from 1 and inclusive), without the end of the last one."""
    line = document.lines[last - 1] if document and last <= len(document.lines) else ""
    return range_to_lsp(
        Range(Position(first - 1, 0), Position(last - 1, units(line, len(without_end(line)), encoding)))
    )


def lines_from_lsp(found: types.Range) -> tuple[int, int]:
    """First and last line of a range, from 1 and inclusive; one that ends before a line ends on the line above."""
    start, end = sorted((found.start, found.end), key=lambda position: (position.line, position.character))
    last = end.line - 1 if end.line > start.line and not end.character else end.line
    return start.line + 1, last + 1


def _selected(lines: Sequence[str] | None, found: Range, encoding: PositionEncoding) -> Selected:
    first, last = lines_from_lsp(range_to_lsp(found))
    if lines is None:
        return first, last, ""
    n_lines = max(1, len(lines))
    first, last = min(first, n_lines), min(last, n_lines)
    if first != last or not lines:
        return first, last, ""
    start, end = sorted((found.start, found.end))
    (_, left), (row, right) = place(lines, start, encoding), place(lines, end, encoding)
    # A range that ends at the start of the next line takes all of this one.
    return first, last, lines[first - 1][left : right if row == first - 1 else None].strip()


def _chosen(lines: Sequence[str], definitions: Sequence[Definition], selected: Selected) -> Definition | None:
    """The definition whose lines are selected, or the first of several on the same lines, or whose name is."""
    first, last, _ = selected
    while lines and first < last and not lines[first - 1].strip():
        first += 1
    while lines and first < last and not lines[last - 1].strip():
        last -= 1
    while lines and first < last and lines[first - 1].lstrip().startswith(_LEADS):
        first += 1
    same = (one for one in definitions if first < last and (one.line, one.end_line) == (first, last))
    return _named(definitions, selected) or next(same, None)


def _named(definitions: Sequence[Definition], selected: Selected) -> Definition | None:
    first, last, text = selected
    return next((one for one in definitions if one.line == first == last and one.name == text), None)


def _is_more(lines: Sequence[str], text: str) -> bool:
    """Whether these selected lines are more than a place: some editors select the character or the word at the cursor."""
    # Helix and Emacs always have something selected: within one word it is a place.
    if len(lines) != 1 or not _has_text(lines):
        return _has_text(lines)
    return len(text) > 1 and (text == lines[0].strip() or len(text.split()) > 1)


def _has_text(lines: Sequence[str]) -> bool:
    return any(not line.isspace() for line in lines)
