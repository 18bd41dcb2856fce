"""What a command says to people, as values: a front door draws them on a terminal, or writes them as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from foreword.core.errors import Problem

Style = Literal["", "bold", "dim", "yellow"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. A notice is not part of the result: on a terminal it goes to standard error."""

    text: str
    style: Style = ""
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first heading names the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """A unified diff, byte for byte where it is not drawn in colours."""

    text: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is printed as it stands, with no line end added."""

    text: str


@dataclass(frozen=True, slots=True)
class Data:
    """A JSON value that is printed as one also for people: there is no better way to show it."""

    value: Any


Printed = Line | Table | Diff | Verbatim | Data


def notice(text: str, style: Style = "") -> Line:
    """A line that is not part of the result."""
    return Line(text, style, is_notice=True)


def problem_lines(problems: Iterable[Problem]) -> Iterator[Line]:
    """Each problem in a line, with the file that it is about."""
    for problem in problems:
        # Many messages name their file themselves.
        where = f"{problem.path}: " if problem.path and problem.path not in problem.message else ""
        yield notice(f"foreword: {where}{problem.message}", "yellow")


def block_to_json(block: Printed) -> list[Any]:
    """A block as a list that JSON has: its kind and its fields."""
    match block:
        case Line(text, style, is_notice):
            return ["line", text, style, is_notice]
        case Table(headings, rows):
            return ["table", headings, rows]
        case Diff(text):
            return ["diff", text]
        case Verbatim(text):
            return ["verbatim", text]
        case Data(value):
            return ["data", value]
        case _:
            assert_never(block)


def block_from_json(given: Sequence[Any]) -> Printed:
    """The block that `block_to_json` made this list of."""
    match given:
        case ["line", text, style, is_notice]:
            return Line(text, style, is_notice)
        case ["table", headings, rows]:
            return Table(tuple(headings), tuple(map(tuple, rows)))
        case ["diff", text]:
            return Diff(text)
        case ["verbatim", text]:
            return Verbatim(text)
        case _:
            return Data(given[1])
