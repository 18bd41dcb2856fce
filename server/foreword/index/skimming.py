"""Parsing a text without the bodies of its functions, which no outline looks into: they are half of what there is to parse.

`Bodies` says where they seem to be. The parser is told to read only what is around them (`Parser.included_ranges`), so
that everything keeps its place. If that leaves a syntax error, the text is parsed whole: either it has one, or what
seemed a body was something else. So the outline is that of the whole text, wherever that text has no errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tree_sitter import Parser, Point, Range, Tree

from foreword.index.languages.bodies import Bodies

LEAST_BYTES = 1_000
LEAST_BODY_BYTES = 60
"""A shorter text, or body, is parsed sooner than bodies are looked for, or left out."""

_END = b"\n"
_BLANKS = b" \t\r\n"
_COMMENT = b"#"

Span = tuple[int, int]


class Skim(NamedTuple):
    """What to hand to a parser: a text, which is the original one but for placeholders, and which bytes of it count."""

    data: bytes
    ranges: Sequence[Range]


def skim(
    parser: Parser, bodies: Bodies, data: bytes, parse: Callable[[Parser, bytes], Tree | None] = Parser.parse
) -> Tree | None:
    """The syntax tree of a text without its bodies; None if it must be parsed whole, or `parse` gives none."""
    skimmed = without_bodies(bodies, data)
    if skimmed is None:
        return None
    parser.included_ranges = skimmed.ranges
    try:
        tree = parse(parser, skimmed.data)
    finally:
        del parser.included_ranges
    return tree if tree is not None and (bodies.errors or not tree.root_node.has_error) else None


def without_bodies(bodies: Bodies, data: bytes) -> Skim | None:
    """What is left of a text without its bodies; None if there are none to leave out."""
    if len(data) < LEAST_BYTES or any(sign in data for sign in bodies.unless):
        return None
    spans = [span for span in _spans(bodies, data) if _is_whole(bodies, data, span)]
    text = data
    if bodies.statement:
        text, spans = _with_statements(data, spans, bodies.statement)
    return Skim(text, _around(data, spans)) if spans else None


def _spans(bodies: Bodies, data: bytes) -> list[Span]:
    last = bodies.pattern.groups
    return [match.span(last) for match in bodies.pattern.finditer(data)]


def _is_whole(bodies: Bodies, data: bytes, span: Span) -> bool:
    start, end = span
    return end - start >= LEAST_BODY_BYTES and not any(
        data.count(sign, start, end) % 2 for sign in bodies.quotes
    )


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
        stop = _moved(begin, data, at, start)
        ranges.append(Range(begin, stop, at, start))
        begin, at = _moved(stop, data, start, end), end
    ranges.append(Range(begin, _moved(begin, data, at, len(data)), at, len(data)))
    return ranges


def _moved(point: Point, data: bytes, start: int, end: int) -> Point:
    """Where `end` is, if `start` is at `point`."""
    n_lines = data.count(_END, start, end)
    return (
        Point(point.row + n_lines, end - data.rfind(_END, start, end) - 1)
        if n_lines
        else Point(point.row, point.column + end - start)
    )
