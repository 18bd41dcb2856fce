"""Outlines by lines: for languages in which a definition is told by the line that begins it.

A table has a pattern for each kind of definition. Comments and strings are blank before a line is looked at. How deep a
line is indented says where a definition ends and what it stands in, as people format code. Every step is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition, DefinitionKind
from foreword.index.outline.languages.mask import blanks

MAX_LINE = 1_000
"""A longer line is no definition."""
MAX_SIGNATURE = 200
MAX_NAME = 120
_TAB = 8
_QUOTES = "\"'`"

Embedded = Callable[[str, bytes], Sequence[Definition]]
"""The definitions of a text in a language."""
Scanner = Callable[[bytes, Embedded], Iterable[Definition]]
"""The definitions of a text in one language, in the order of lines; parts in other languages are given to the function."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """A line that begins a definition: `pattern` matches where the line begins, and its group `name` is the name.

    It is compiled when the first text is read: there are hundreds, and most are never needed.
    Inside of a definition of one of the `owners` it is of the kind `member`; without one it is then none.
    """

    kind: DefinitionKind
    pattern: str
    owners: frozenset[DefinitionKind] = frozenset(("class", "interface", "struct", "trait", "enum", "module"))
    member: DefinitionKind | None = None
    only_member: bool = False
    flags: int = 0


@dataclass(frozen=True, slots=True)
class LineTable:
    """A language: its rules, the first that matches counts.

    `hidden` matches comments and strings; only what it matches in full is made blank. `closers` are the words with
    which a line ends a block at its own indentation, `continues` those with which it goes on. With `margin`, what is indented is no definition.
    A function in one of the kinds `closed` is local, and no definition.
    With `flat`, a definition goes down to the next one, and has no parent; neighbours of the same name are its clauses.
    """

    rules: Sequence[LineRule]
    hidden: re.Pattern[bytes] | None = None
    closers: tuple[str, ...] = ("}", ")", "end", "]")
    continues: tuple[str, ...] = ("then", "begin", "BEGIN", "THEN")
    margin: bool = False
    flat: bool = False
    closed: frozenset[DefinitionKind] = frozenset()


@dataclass(slots=True)
class _Open:
    """A definition whose end was not met yet."""

    definition: Definition
    indent: int
    place: int


def line_rule(
    kind: DefinitionKind,
    pattern: str,
    *,
    member: DefinitionKind | None = None,
    only_member: bool = False,
    flags: int = 0,
) -> LineRule:
    """A rule for lines that begin with `pattern`; `{name}` in it stands for a plain name."""
    written = pattern.replace("{name}", r"(?P<name>[A-Za-z_][\w'!?$-]*+)")
    return LineRule(kind, written, member=member, only_member=only_member, flags=flags)


def scanner(table: LineTable) -> Scanner:
    """The scanner of a table."""

    def scan(data: bytes, _embedded: Embedded) -> Sequence[Definition]:
        return _Scan(table).definitions(data)

    return scan


class _Scan:
    """One reading of a text."""

    def __init__(self, table: LineTable) -> None:
        self._table = table
        # For each text, yet quick after the first one: `re` keeps what it has compiled.
        self._rules = [(rule, re.compile(rule.pattern, rule.flags)) for rule in table.rules]
        self._found: list[Definition] = []
        self._open: list[_Open] = []
        self._last = 0

    def definitions(self, data: bytes) -> Sequence[Definition]:
        """Every definition, in the order of lines."""
        hidden = self._table.hidden
        visible = hidden.sub(lambda match: blanks(match[0]), data) if hidden else data
        # What is hidden keeps its line ends, so both have the same lines.
        lines = zip(visible.split(b"\n"), data.split(b"\n"), strict=True)
        for number, (raw, written) in enumerate(lines, 1):
            line = raw.decode("utf-8", "replace").rstrip()
            text = line.lstrip()
            if text:
                self._read(number, _width(line[: len(line) - len(text)]), text, written)
        for one in self._open:
            self._end(one, self._last)
        return self._found

    def _read(self, number: int, indent: int, text: str, written: bytes) -> None:
        """Read one line that is not empty."""
        self._close(number, indent, text)
        self._last = number
        top = self._open[-1].definition if self._open else None
        rule, name = self._match(text, top, indent)
        if rule is None or (self._table.flat and self._found and self._found[-1].name == name):
            return
        if rule.kind == "function" and top is not None and top.kind in self._table.closed:
            return
        parent = top if not self._table.flat else None
        kind = rule.member if rule.member and parent and parent.kind in rule.owners else rule.kind
        one = Definition(name, kind, _signature(written), number, number, parent.name if parent else None)
        self._open.append(_Open(one, indent, len(self._found)))
        self._found.append(one)

    def _close(self, number: int, indent: int, text: str) -> None:
        """End what a line at `indent` ends; a line that closes belongs to what it closes."""
        table = self._table
        while self._open and indent <= self._open[-1].indent:
            top = self._open[-1]
            if table.flat:
                rule, name = self._match(text, None, indent)
                if rule is None or name == top.definition.name:
                    return
            if indent == top.indent and text.startswith(("{", *table.continues)):
                return
            closes = indent == top.indent and text.startswith(table.closers)
            self._end(self._open.pop(), number if closes else self._last)
            if closes:
                return

    def _match(self, text: str, parent: Definition | None, indent: int) -> tuple[LineRule | None, str]:
        """The first rule for a line, and the name in it."""
        if len(text) > MAX_LINE or (self._table.margin and indent):
            return None, ""
        for rule, pattern in self._rules:
            match = pattern.match(text)
            if match is None or (rule.only_member and (parent is None or parent.kind not in rule.owners)):
                continue
            name = " ".join(match["name"].split())
            # A quote at the end alone is a prime, as in `total'`.
            name = name.strip(_QUOTES) if name.startswith(tuple(_QUOTES)) else name
            return (rule, name) if 0 < len(name) <= MAX_NAME and name.isprintable() else (None, "")
        return None, ""

    def _end(self, one: _Open, line: int) -> None:
        self._found[one.place] = one.definition._replace(end_line=max(one.definition.line, line))


def _signature(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "replace").split())[:MAX_SIGNATURE].rstrip(" {(:=;,\\")


def _width(indent: str) -> int:
    return len(indent.expandtabs(_TAB))
