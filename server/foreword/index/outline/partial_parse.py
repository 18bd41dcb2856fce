"""Parsing a text without what no outline looks into, such as the bodies of functions: it is half of what there is to parse.

`Bodies` says where that seems to be. The parser is told to read only what is around them (`Parser.included_ranges`), so
that everything keeps its place. If that leaves a syntax error, the text is parsed whole: either it has one, or what
seemed a body was something else. So the outline is that of the whole text, wherever that text has no errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tree_sitter import Parser, Point, Range, Tree

from foreword.index.outline.languages.bodies import Bodies, Span
from foreword.index.outline.languages.mask import Mask, blank_spans

LEAST_BYTES = 1_000
"""A shorter text is parsed sooner than bodies are looked for in it."""

_END = b"\n"
_BLANKS = b" \t\r\n"
_COMMENT = b"#"


class Skim(NamedTuple):
    """What to hand to a parser: a text, which is the original one but for placeholders, and which bytes of it count."""

    data: bytes
    ranges: Sequence[Range]


def skim(
    parser: Parser,
    bodies: Bodies,
    data: bytes,
    parse: Callable[[Parser, bytes], Tree | None] = Parser.parse,
    mask: Mask | None = None,
) -> Tree | None:
    """The syntax tree of a text without its bodies; None if it must be parsed whole, or `parse` gives none.

    `data` is the original text, to which `mask` is applied where it is parsed.
    """
    skimmed = without_bodies(bodies, data, mask)
    if skimmed is None:
        return None
    parser.included_ranges = skimmed.ranges
    try:
        tree = parse(parser, skimmed.data)
    finally:
        # The parser is kept for the next text, of which all counts.
        del parser.included_ranges
    return tree if tree is not None and (bodies.errors or not tree.root_node.has_error) else None


def without_bodies(bodies: Bodies, data: bytes, mask: Mask | None = None) -> Skim | None:
    """What is left of a text without its bodies; None if there are none to leave out."""
    if len(data) < LEAST_BYTES or (bodies.unless is not None and bodies.unless.search(data)):
        return None
    spans = [span for span in bodies.find(data) if _is_whole(bodies, data, span)]
    if not spans:
        return None
    text = data if mask is None else _masked(data, spans, mask)
    if bodies.statement:
        text, spans = _with_statements(text, spans, bodies.statement)
    return Skim(text, _around(data, spans)) if spans else None


def blank_bodies(bodies: Bodies, data: bytes) -> bytes:
    """The text with blanks in place of its bodies, and the lines that it had."""
    changed = bytearray(data)
    blank_spans(changed, (span for span in bodies.find(data) if _is_whole(bodies, data, span)))
    return bytes(changed)


def _masked(data: bytes, spans: Sequence[Span], mask: Mask) -> bytes:
    """The text as `mask` leaves it, with blanks for its bodies, which the mask does not see: they are half of the text."""
    ends = (0, *(end for _, end in spans))
    kept = [data[at:start] for at, (start, _) in zip(ends, (*spans, (len(data), 0)), strict=True)]
    masked, parts, at = mask(b"".join(kept)), list[bytes](), 0
    for part, (start, end) in zip(kept, (*spans, (0, 0)), strict=True):
        parts += masked[at : at + len(part)], b" " * (end - start)
        at += len(part)
    return b"".join(parts)


def _is_whole(bodies: Bodies, data: bytes, span: Span) -> bool:
    start, end = span
    if end - start < bodies.least or not bodies.quotes:
        return end - start >= bodies.least
    return not any(data.count(sign, start, end) % 2 for sign in bodies.quotes)


def _with_statements(data: bytes, spans: Sequence[Span], statement: bytes) -> tuple[bytes, list[Span]]:
    """The text with statements in its bodies, and what of the bodies is left to be left out."""
    changed = bytearray(data)
    left = [rest for span in spans for rest in _filled(changed, span, statement)]
    return bytes(changed), left


def _filled(data: bytearray, span: Span, statement: bytes) -> Sequence[Span]:
    """Put a statement where the first and the last line of a body begin, so that it has the lines that it had.

    After the first one there is a line end for the parser to see; it counts lines by the ranges that it is told.
    The first line must be a statement's, and the last one indented no less: comments may stand anywhere.
    """
    start, end = span
    body, n = data[start:end], len(statement)
    if body.lstrip(_BLANKS).startswith(_COMMENT):
        return ()
    first, end = end - len(body.lstrip(_BLANKS)), start + len(body.rstrip(_BLANKS))
    line, last = data.rfind(_END, 0, first) + 1, data.rfind(_END, 0, end) + 1
    second = last + first - line
    if line == last:
        data[first : first + n] = statement
        return ((first + n, end),)
    if first + n >= last or second + n > end or data[last:second].strip(_BLANKS):
        return ()
    data[first : first + n + 1] = statement + _END
    data[last:second] = data[line:first]
    data[second : second + n] = statement
    return (first + n + 1, last), (second + n, end)


def _around(data: bytes, spans: Sequence[Span]) -> list[Range]:
    """The ranges of a text that are in none of some spans, which are in order."""
    ranges: list[Range] = []
    begin, at = Point(0, 0), 0
    for start, end in spans:
        row = begin.row + data.count(_END, at, start)
        ranges.append(Range(begin, Point(row, _column(data, start)), at, start))
        begin, at = Point(row + data.count(_END, start, end), _column(data, end)), end
    row = begin.row + data.count(_END, at)
    ranges.append(Range(begin, Point(row, _column(data, len(data))), at, len(data)))
    return ranges


def _column(data: bytes, at: int) -> int:
    return at - data.rfind(_END, 0, at) - 1
