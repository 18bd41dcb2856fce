"""Cutting a file into passages: definitions as a whole where they are short, windows where they are long.

Passages of one file never overlap and cover it. A definition that fits into `MAX_LINES` is one passage with its
comment lines above; a longer one is cut at the definitions inside it, and what is left into windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition

MAX_LINES = 28
WINDOW = 20

_LEAD = re.compile(r"\s*(?://|#|/?\*|--|;;|@|\[<?\w)")
"""How comments, decorators and attributes begin."""


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """Lines `start` to `end` (1-based, inclusive); `symbol` is the definition they belong to."""

    start: int
    end: int
    symbol: Definition | None = None


def cut(definitions: Sequence[Definition], lines: Sequence[str]) -> list[Passage]:
    """The passages of a file with these lines, in order."""
    nested = sorted(
        (one for one in definitions if one.end_line >= one.line), key=lambda one: (one.line, -one.end_line)
    )
    return [
        piece for passage in _cut(nested, lines, 1, len(lines), None) for piece in _windows(passage, lines)
    ]


def _cut(
    definitions: Sequence[Definition], lines: Sequence[str], first: int, last: int, around: Definition | None
) -> Iterator[Passage]:
    """Passages of the lines from `first` to `last`, which `definitions` lie in."""
    line, position = first, 0
    while position < len(definitions):
        one = definitions[position]
        end = min(one.end_line, last)
        inside = position + 1
        while inside < len(definitions) and definitions[inside].line <= end:
            inside += 1
        # What has one line is no passage of its own: it stays with its neighbours.
        if line <= one.line < end:
            start = _lead(lines, one.line, line)
            if start > line:
                yield Passage(line, start - 1, around)
            if end - start < MAX_LINES:
                yield Passage(start, end, one)
            else:
                yield from _cut(definitions[position + 1 : inside], lines, start, end, one)
            line = end + 1
        position = inside
    if line <= last:
        yield Passage(line, last, around)


def _lead(lines: Sequence[str], line: int, first: int) -> int:
    """The line where the comments and attributes above `line` begin, not before `first`."""
    while line > first and _LEAD.match(lines[line - 2]):
        line -= 1
    return line


def _windows(passage: Passage, lines: Sequence[str]) -> Iterator[Passage]:
    """A passage in pieces of about `WINDOW` lines, cut at blank lines if there are any near."""
    start = passage.start
    while passage.end - start >= MAX_LINES:
        end = start + WINDOW - 1
        blank = next((at for at in range(end, end - WINDOW // 3, -1) if not lines[at - 1].strip()), end)
        yield Passage(start, blank, passage.symbol)
        start = blank + 1
    if start <= passage.end:
        yield Passage(start, passage.end, passage.symbol)
