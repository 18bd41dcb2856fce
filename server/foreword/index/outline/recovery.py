"""Parsing a text piece by piece where the grammar lost its way in the whole.

Something that a grammar does not know yet can cost all that follows it in a file. But a declaration at the margin seldom
depends on another one. So pieces in which there are long errors are parsed alone, and if that has errors too, what they
hold is parsed one by one, each with the lines that open and close what is around it. Pieces are told by the indentation of
lines, as bodies are, see `languages/bodies.py`. Each level reads every byte about once more, and there are `MAX_DEPTH` levels.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tree_sitter import Parser, Point, Range, Tree

from foreword.core.outline import Definition
from foreword.index.outline.languages.bodies import Span

MAX_DEPTH = 3
LONG_BYTES = 120
"""A shorter error hardly holds a definition."""
MAX_BYTES = 200_000
"""A longer text was hardly written by hand."""
MAX_PIECES = 2_000
MAX_ERRORS = 300
"""A text with more long errors is in another language."""
MAX_AROUND = 6
HEADER_LINES = 6

_CONTINUES = frozenset(b"})]{ \t\r\n\v\f")
_ENDS = frozenset(b";}")

Walk = Callable[[Tree], Sequence[Definition]]
"""The definitions in a tree of the text."""
Parse = Callable[[Parser, bytes], Tree | None]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Where the lines of a text begin, with its end at last."""

    data: bytes
    starts: Sequence[int]

    def point(self, at: int) -> Point:
        row = bisect_right(self.starts, at, hi=max(1, len(self.starts) - 1)) - 1
        return Point(row, at - self.starts[row])

    def range(self, span: Span) -> Range:
        return Range(self.point(span[0]), self.point(span[1]), *span)

    def between(self, first: int, last: int) -> Span:
        """The bytes of some lines, by index, the last one excluded."""
        return self.starts[first], self.starts[last]

    def line(self, index: int) -> bytes:
        return self.data[self.starts[index] : self.starts[index + 1]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some lines, by index, the last one excluded, with the spans that open and close what they stand in."""

    first: int
    last: int
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()

    def holds(self, definition: Definition) -> bool:
        return self.first < definition.line <= self.last


def long_errors(tree: Tree, n_bytes: int = 0) -> list[Span]:
    """Where the outermost errors are that may hold definitions; none in a text of more than `MAX_BYTES`."""
    if n_bytes > MAX_BYTES or not tree.root_node.has_error:
        return []
    spans, stack = list[Span](), [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_error:
            if node.end_byte - node.start_byte >= LONG_BYTES:
                spans.append((node.start_byte, node.end_byte))
                if n_bytes and len(spans) > MAX_ERRORS:
                    return []
        elif node.has_error:
            stack.extend(node.children)
    return sorted(spans)


def n_unread_lines(tree: Tree, data: bytes, found: Sequence[Definition]) -> int:
    """How many lines of a text are in long errors of its `tree` in which none of the definitions that were found begins."""
    lines, total = sorted(one.line for one in found), 0
    for start, end in long_errors(tree):
        first = data.count(b"\n", 0, start) + 1
        last = first + data.count(b"\n", start, end)
        if bisect_left(lines, first) == bisect_right(lines, last):
            total += last - first + 1
    return total


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a text is read again: `data` is as it was parsed, with blanks in place of bodies."""

    parser: Parser
    parse: Parse
    data: bytes
    walk: Walk


def recovered(
    recovery: Recovery, found: Sequence[Definition], errors: Sequence[Span]
) -> Sequence[Definition]:
    """`found`, the definitions of a text, with those that some `errors` have cost."""
    starts = accumulate((len(line) + 1 for line in recovery.data.split(b"\n")), initial=0)
    lines = _Lines(recovery.data, [*list(starts)[:-1], len(recovery.data)])
    reader = _Reader(recovery, lines)
    try:
        for piece in _pieces(lines, 0, len(lines.starts) - 1, 0):
            if not _touches(lines.between(piece.first, piece.last), errors):
                continue
            better = reader.read(piece)
            kept = [one for one in found if not piece.holds(one)]
            # A reading that finds less than the whole text did has lost what stood around the piece.
            if len(better) >= len(found) - len(kept):
                found = [*kept, *better]
    finally:
        # The parser is kept for the next text, of which all counts.
        del recovery.parser.included_ranges
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """Parses pieces of one text."""

    recovery: Recovery
    lines: _Lines

    def read(self, piece: _Piece, depth: int = 0) -> Sequence[Definition]:
        """What a piece defines, with what stands in it one by one if that gives more."""
        spans = (*piece.before, self.lines.between(piece.first, piece.last), *piece.after)
        parser, parse = self.recovery.parser, self.recovery.parse
        parser.included_ranges = [self.lines.range(span) for span in spans]
        tree = parse(parser, self.lines.data)
        if tree is None:
            return ()
        found = [one for one in self.recovery.walk(tree) if piece.holds(one)]
        if depth >= MAX_DEPTH or not long_errors(tree):
            return found
        members = _members(self.lines, piece)
        # What stands around the pieces is found with each of them. A mapping keeps the order, a set would
        # not.
        apart = list({one: None for member in members for one in self.read(member, depth + 1)})
        return apart if len(apart) >= len(found) else found


def _members(lines: _Lines, piece: _Piece) -> Iterator[_Piece]:
    """The line that opens a block, with the one that closes it, and the pieces between them."""
    first = next((index for index in range(piece.first, piece.last) if _opens(lines.line(index))), None)
    if first is None:
        return
    last = piece.last - 1
    while last > first and not lines.line(last).strip():
        last -= 1
    if not lines.line(last).lstrip().startswith(b"}"):
        last += 1
    if last <= first:
        return
    before = (*piece.before, lines.between(piece.first, first + 1))
    after = (lines.between(last, last + 1), *piece.after) if last < piece.last else piece.after
    yield _Piece(piece.first, first + 1, piece.before, after)
    within = next((line for index in range(first + 1, last) if (line := lines.line(index)).strip()), b"")
    for inner in _pieces(lines, first + 1, last, _indent(within)):
        yield _Piece(inner.first, inner.last, before + inner.before, inner.after + after)


def _opens(line: bytes) -> bool:
    return line.rstrip().endswith(b"{")


def _pieces(lines: _Lines, first: int, last: int, indent: int) -> Iterator[_Piece]:
    """Declarations among some lines: each begins at one of the given indentation, below a blank line or the end of another.

    What is opened at this indentation, as a namespace may be, stands around the pieces up to where it is closed.
    """
    starts = [index for index in range(first, last) if _begins(lines, first, index, indent)][:MAX_PIECES]
    around = list[Span]()
    for start, end in zip(starts, [*starts[1:], last], strict=False):
        raw = lines.data[slice(*lines.between(start, end))]
        n_open = raw.count(b"{") - raw.count(b"}")
        closing = _closing_line(lines, start, end, indent) if n_open < 0 else end
        yield _Piece(start, closing, tuple(around))
        if n_open > 0:
            if (
                end - start <= HEADER_LINES and len(around) < MAX_AROUND
            ):  # else a brace in a text spoils the count
                around.append(lines.between(start, end))
        elif n_open < 0:
            del around[max(0, len(around) + n_open) :]


def _closing_line(lines: _Lines, start: int, end: int, indent: int) -> int:
    """The line at which the end of something around begins."""
    index = end
    while index - 1 > start and (not (line := lines.line(index - 1)).strip() or _closes(line, indent)):
        index -= 1
    return index


def _closes(line: bytes, indent: int) -> bool:
    return _indent(line) <= indent and line.lstrip().startswith((b"}", b"//", b"#"))


def _begins(lines: _Lines, first: int, index: int, indent: int) -> bool:
    """Whether a declaration begins in a line."""
    # Of a long text every line is looked at: so most fail at one byte.
    start = lines.starts[index]
    at = start + indent
    if at >= lines.starts[index + 1] or lines.data[at] in _CONTINUES or lines.data[start:at].strip(b" \t"):
        return False
    above = lines.line(index - 1).rstrip() if index > first else b""
    return not above or above[-1] in _ENDS or (_opens(above) and _indent(above) <= indent)


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
