"""Jupyter notebooks as text: where the outputs of their cells stand, and how much of each is worth reading.

The text stays the JSON that the file is, line by line, so that places in it and edits of it mean the file itself. Of what a
cell printed, and of the error that it ended with, the beginning is kept; pages, pictures, plots, tables as HTML, and the state of
widgets say in thousands of tokens what a few words of code say.

Format: https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

OUTPUT_LINES = 12
OUTPUT_CHARACTERS = 800
"""What is kept of the text that a cell put out, in all."""
SHORT = 80
"""A value of any kind with no more characters is kept."""
MAX_DEPTH = 64

_REGION = re.compile(r'(?<!\\)"(outputs|widgets)"\s*:\s*(?=[\[{])')
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},:]', re.DOTALL)
_VALUE = re.compile(r'\s*("[^"\\]*(?:\\.[^"\\]*)*"?|<redacted: [^>\n]*>|[\[{]|[^\s,:\[\]{}"]+)', re.DOTALL)
_PARTS = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_CLOSING = MappingProxyType({"[": "]", "{": "}"})
_OF_CELLS = frozenset(('"cell_type"', '"source"', '"nbformat"'))
"""Keys that no output has: where one comes, the output before it is not complete."""
_TEXTS = frozenset(
    ('"text/plain"', '"text"', '"traceback"', '"ename"', '"evalue"', '"name"', '"output_type"')
)
_CODED = re.compile(r'"(?:image|audio|video|application)/')

Span = tuple[int, int]
"""The first character and the one after the last."""


def is_notebook(text: str) -> bool:
    """Whether a text is a notebook, or a part of one, with outputs."""
    return '"outputs"' in text and '"cell_type"' in text


def output_spans(text: str) -> Iterator[Span]:
    """The parts of a notebook's outputs that are not worth reading, in its order; each may have many lines."""
    at = 0
    while (region := _REGION.search(text, at)) is not None:
        start = region.end()
        at = _end(text, start)
        if region[1] == "widgets":
            yield from _long(start, at)
        elif text[start] == "[":
            yield from _hidden_outputs(text, start, at)


def _hidden_outputs(text: str, start: int, end: int) -> Iterator[Span]:
    """What is hidden of the outputs of one cell, which stand in the array from `start` to `end`."""
    budget, outputs = _Budget(), list(_items(text, start, end))
    for place, (first, last) in enumerate(outputs):
        if budget.is_spent and last - first > SHORT:
            yield first, outputs[-1][1]
            return
        if text[first] == "{":
            yield from _hidden_of_output(text, first, last, budget)
        else:
            yield from _long(first, last)
        # One line for each, however many there are.
        budget.lines -= place > 0


def _hidden_of_output(text: str, start: int, end: int, budget: _Budget) -> Iterator[Span]:
    for key, first, last in _members(text, start, end):
        if key == '"data"' and text[first] == "{":
            for kind, value, value_end in _members(text, first, last):
                yield from _hidden_value(text, kind, (value, value_end), budget)
        else:
            yield from _hidden_value(text, key, (first, last), budget)


def _hidden_value(text: str, key: str, span: Span, budget: _Budget) -> Iterator[Span]:
    first, last = span
    if key not in _TEXTS:
        # Base 64 in one string is told apart, as embedded data, wherever it stands.
        is_coded = _CODED.match(key) is not None and text[first] == '"' and text.find(" ", first, last) < 0
        yield from () if is_coded else _long(first, last)
    elif text[first] == "[":
        items = list(_items(text, first, last))
        for item, item_end in items:
            if not budget.takes(item_end - item):
                yield item, items[-1][1]
                return
    elif text[first] == '"':
        # Within its quotes, so that what is left is a string still.
        kept = budget.part_of(text, first + 1, last - 1)
        if last - 1 - kept > SHORT:
            yield kept, last - 1


class _Budget:
    """What may be shown of the text of one cell's outputs."""

    def __init__(self) -> None:
        self.lines = OUTPUT_LINES
        self.characters = OUTPUT_CHARACTERS

    @property
    def is_spent(self) -> bool:
        return self.lines <= 0 or self.characters <= 0

    def takes(self, n: int) -> bool:
        """Whether a line of so many characters is shown."""
        if n <= SHORT and self.lines > 0:
            self.lines -= 1
            return True
        self.lines -= 1
        self.characters -= n
        return self.lines >= 0 and self.characters >= 0

    def part_of(self, text: str, start: int, end: int) -> int:
        """Where a string that is shown in part is cut, never within an escape."""
        if end - start <= SHORT:
            return end
        at = start
        for part in _PARTS.finditer(text, start, end):
            if self.characters <= 0 or self.lines <= 0:
                return at
            self.characters -= 1
            self.lines -= part[0] == "\\n"
            at = part.end()
        return end


def _long(start: int, end: int) -> Iterator[Span]:
    if end - start > SHORT:
        yield start, end


def _end(text: str, start: int) -> int:
    """The end of the JSON value at `start`; of one that is not complete, where the next cell goes on, or the text ends."""
    value = _VALUE.match(text, start)
    if value is None or value[1] not in _CLOSING:
        return value.end() if value is not None else start
    open_ones = [_CLOSING[value[1]]]
    for token in _TOKEN.finditer(text, value.end()):
        mark = token[0]
        if mark in _CLOSING:
            open_ones.append(_CLOSING[mark])
        elif mark == open_ones[-1]:
            open_ones.pop()
            if not open_ones:
                return token.end()
        elif mark in _OF_CELLS or len(open_ones) > MAX_DEPTH:
            return token.start()
    return len(text)


def _items(text: str, start: int, end: int) -> Iterator[Span]:
    """The values of an array."""
    at = start + 1
    while (value := _VALUE.match(text, at, end)) is not None:
        first, last = value.start(1), min(_end(text, value.start(1)), end)
        yield first, last
        comma = _next(text, last, end, ",")
        if comma is None:
            return
        at = comma


def _members(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The keys of an object with the places of their values."""
    at = start + 1
    while (key := _VALUE.match(text, at, end)) is not None:
        colon = _next(text, key.end(), end, ":")
        value = None if colon is None else _VALUE.match(text, colon, end)
        if value is None:
            return
        first, last = value.start(1), min(_end(text, value.start(1)), end)
        yield key[1], first, last
        comma = _next(text, last, end, ",")
        if comma is None:
            return
        at = comma


def _next(text: str, start: int, end: int, mark: str) -> int | None:
    """Behind the next mark, if it comes before any other."""
    token = _TOKEN.search(text, start, end)
    return token.end() if token is not None and token[0] == mark else None
