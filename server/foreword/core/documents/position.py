r"""Positions in text as editors count them, and as Python does.

An editor counts columns in code units of an encoding that it agrees on with the server
(https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocuments);
inside, columns count code points. Lines end with "\n", "\r\n" or "\r" and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PositionEncoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: `line` from 0, `character` in code units from the start of the line."""

    line: int
    character: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """From `start` up to and without `end`."""

    start: Position
    end: Position


def split_lines(text: str) -> tuple[str, ...]:
    """The lines with their ends; joined they are the text again. A text that ends a line has no empty last line."""
    if "\r" not in text:
        return tuple(text.splitlines(keepends=True)) if _has_plain_lines(text) else tuple(_LINE.findall(text))
    return tuple(_LINE.findall(text))


def without_end(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def column(line: str, units: int, encoding: PositionEncoding) -> int:
    """How many characters of a line take up `units` code units.

    A place within a character is the one before it, a place past the end is the end.
    """
    shown = without_end(line)
    if encoding == "utf-32" or shown.isascii():
        return max(0, min(units, len(shown)))
    taken = 0
    for number, character in enumerate(shown):
        taken += _width(character, encoding)
        if taken > units:
            return number
    return len(shown)


def units(line: str, at: int, encoding: PositionEncoding) -> int:
    """How many code units the first `at` characters of a line take up."""
    before = without_end(line)[: max(0, at)]
    if encoding == "utf-32" or before.isascii():
        return len(before)
    return sum(_width(character, encoding) for character in before)


def place(lines: Sequence[str], position: Position, encoding: PositionEncoding) -> tuple[int, int]:
    """The line and column (in characters) of a position; one past the last line is the end of the text."""
    if position.line < 0:
        return 0, 0
    # LSP: a character beyond the end of its line means that end.
    if position.line < len(lines):
        return position.line, column(lines[position.line], position.character, encoding)
    if not lines or lines[-1].endswith(("\r", "\n")):
        return len(lines), 0
    return len(lines) - 1, len(lines[-1])


def position_of(lines: Sequence[str], line: int, at: int, encoding: PositionEncoding) -> Position:
    """The position of a line and column (in characters)."""
    return Position(line, units(lines[line], at, encoding) if line < len(lines) else 0)


def _has_plain_lines(text: str) -> bool:
    """Whether `str.splitlines` sees no line end that editors do not see."""
    # Where else `str.splitlines` ends a line in ASCII; beyond it there are U+0085, U+2028 and U+2029.
    return text.isascii() and not any(odd in text for odd in "\v\f\x1c\x1d\x1e")


def _width(character: str, encoding: PositionEncoding) -> int:
    code = ord(character)
    if encoding == "utf-16":
        return 1 + (code > 0xFFFF)  # noqa: PLR2004 - the last code point of the basic plane
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)  # noqa: PLR2004 - the steps of UTF-8
