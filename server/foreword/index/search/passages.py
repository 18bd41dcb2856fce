"""Cutting a file into passages: definitions as a whole where they are short, windows where they are long.

Passages of one file never overlap and cover it. A definition that fits into `MAX_LINES` is one passage with its
comment lines above; a longer one is cut at the definitions inside it, and what is left into windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition

MAX_LINES = 28
WINDOW = 20

FEW_LINES = 2
"""So many lines between two definitions are no passage of their own."""

TELLING = re.compile(r"(?!\s*(?:end|fi|done|esac)\b[\W_]*$).*[^\W_]")
"""A line that says anything: blank ones do not, nor those that only close what is above them."""
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
    whole = _without_leftovers(_cut(nested, lines, 1, len(lines), None), lines)
    return [piece for passage in whole for piece in _windows(passage, lines)]


def _without_leftovers(passages: Iterable[Passage], lines: Sequence[str]) -> list[Passage]:
    """The passages in order, few lines between two definitions as a part of one of them.

    Blank lines and closing brackets go to the passage above, what says something to the one below.
    """
    found: list[Passage] = []
    for one in passages:
        last = found[-1] if found else None
        if last is None or one.end - last.start >= MAX_LINES:
            found.append(one)
        elif not _begins(one) and not _n_telling(one, lines):
            found[-1] = Passage(last.start, one.end, last.symbol)
        elif _begins(one) and not _begins(last) and _n_telling(last, lines) <= FEW_LINES:
            found[-1] = Passage(last.start, one.end, one.symbol)
        else:
            found.append(one)
    return found


def _begins(passage: Passage) -> bool:
    """Whether a definition begins in a passage."""
    return passage.symbol is not None and passage.start <= passage.symbol.line <= passage.end


def _n_telling(passage: Passage, lines: Sequence[str]) -> int:
    return sum(1 for line in lines[passage.start - 1 : passage.end] if TELLING.match(line))


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
            start = lead(lines, one.line, line)
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


def lead(lines: Sequence[str], line: int, first: int) -> int:
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
