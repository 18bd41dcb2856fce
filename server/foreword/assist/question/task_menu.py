"""What to offer for a place in a file: the tasks that make sense there, each with a title that names its object.

Pure, and light: it is asked at every move of a cursor. Whether a task can be carried out is no question of this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foreword.core.outline import Definition, DefinitionKind

if TYPE_CHECKING:
    from foreword.assist.question.request import Kind

ACTION_KINDS: Mapping[Kind, str] = {
    "fix": "quickfix",
    "rewrite": "refactor.rewrite",
    "simplify": "refactor.rewrite",
    "document": "refactor.rewrite",
    "explain": "source.foreword.explain",
    "tests": "source.foreword.tests",
    "review": "source.foreword.review",
    "ask": "source.foreword.ask",
}
"""The kind of code action that each task is, in the words of LSP."""

TITLES: Mapping[Kind, str] = {
    "rewrite": "Rewrite {}",
    "simplify": "Simplify {}",
    "document": "Document {}",
    "explain": "Explain {}",
    "tests": "Write tests for {}",
    "review": "Review {}",
    "ask": "Ask about {}",
}
MAX_FIXES = 8
"""The most fixes of single problems in a menu; one for all of them together comes on top."""
MAX_TITLE = 72
"""Characters of what a diagnostic says that fit into a menu."""

NOT_CODE = frozenset(
    (
        "asciidoc",
        "css",
        "csv",
        "html",
        "ini",
        "json",
        "markdown",
        "restructuredtext",
        "svg",
        "text",
        "toml",
        "xml",
        "yaml",
    )
)
"""Languages of prose and data: nothing in them is simplified, documented or tested."""

_RUNS: frozenset[DefinitionKind] = frozenset(
    (
        "class",
        "constructor",
        "function",
        "macro",
        "method",
        "module",
        "namespace",
        "property",
        "struct",
        "trait",
    )
)
_SIMPLE: frozenset[DefinitionKind] = _RUNS | {"test", "view"}
_TOLD: frozenset[DefinitionKind] = _SIMPLE | {
    "constant",
    "enum",
    "field",
    "interface",
    "table",
    "type",
    "variable",
}
_SENSE: Mapping[Kind, frozenset[DefinitionKind]] = {
    "rewrite": _TOLD | {"heading", "selector"},
    "simplify": _SIMPLE,
    "document": _TOLD - {"test"},
    "tests": _RUNS,
}
"""For which definitions a task makes sense; one that is not named here does for all."""


@dataclass(frozen=True, slots=True)
class Report:
    """A diagnostic: the first and last line that it is about (1-based), and what it says."""

    first: int
    last: int
    message: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the user is: lines are 1-based and inclusive; `language` is None where it is not known.

    `symbol` is the definition that is selected, or that the cursor is in.
    """

    file_name: str
    language: str | None
    first: int
    last: int
    is_selection: bool = False
    has_text: bool = True
    symbol: Definition | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A task on offer. Without lines it is about the whole file; `reports` are the positions of those to be fixed."""

    kind: Kind
    title: str
    first: int | None = None
    last: int | None = None
    symbol: str = ""
    reports: tuple[int, ...] = ()


def fixes(spot: Spot, reports: Sequence[Report]) -> Iterator[Offer]:
    """One for what each report says, and one for all of them if they say different things."""
    by_title: dict[str, list[int]] = {}
    for number, report in enumerate(reports):
        # Several linters can report the same fault; one entry of the menu is enough.
        by_title.setdefault(f"Fix: {_shortened(report.message)}", []).append(number)
    for title, numbers in list(by_title.items())[:MAX_FIXES]:
        yield _fix(spot, title, reports, numbers)
    if len(by_title) > 1:
        yield _fix(spot, f"Fix all {len(reports)} problems here", reports, range(len(reports)))


def rewrites(spot: Spot) -> Iterator[Offer]:
    """The offers that rewrite, simplify or document the selection, or the definition at the cursor."""
    for kind in ("rewrite", "simplify", "document"):
        if (spot.is_selection or spot.symbol is not None) and _makes_sense(kind, spot):
            yield _about(kind, spot)


def sources(spot: Spot) -> Iterator[Offer]:
    """The offers that explain, test, review or ask about selection, definition at the cursor, or file."""
    for kind in ("explain", "tests", "review", "ask"):
        if _makes_sense(kind, spot):
            yield _about(kind, spot)


def _fix(spot: Spot, title: str, reports: Sequence[Report], numbers: Sequence[int]) -> Offer:
    first = min(reports[number].first for number in numbers)
    last = max(reports[number].last for number in numbers)
    symbol = spot.symbol
    name = symbol.name if symbol is not None and symbol.line <= first and last <= symbol.end_line else ""
    return Offer("fix", title, first, last, name, tuple(numbers))


def _makes_sense(kind: Kind, spot: Spot) -> bool:
    # In an empty file there is nothing to explain, review or change.
    if not spot.has_text:
        return kind == "ask"
    if kind in {"simplify", "document", "tests"} and (spot.language is None or spot.language in NOT_CODE):
        return False
    return spot.symbol is None or kind not in _SENSE or spot.symbol.kind in _SENSE[kind]


def _about(kind: Kind, spot: Spot) -> Offer:
    title, symbol = TITLES[kind], spot.symbol
    if symbol is not None:
        return Offer(kind, title.format(f"`{symbol.name}`"), symbol.line, symbol.end_line, symbol.name)
    if spot.is_selection:
        return Offer(kind, title.format("the selection"), spot.first, spot.last)
    return Offer(kind, title.format(spot.file_name))


def _shortened(message: str) -> str:
    lines = message.strip().splitlines()
    line = " ".join(lines[0].split()) if lines else "this problem"
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"
