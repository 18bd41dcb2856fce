"""Budgets as people write them: US dollars a day or a month, for all requests or for some.

    20/month
    5/day model=claude-opus-*
    100/month workspace=~/src/editor kind=batch

Each holds for one user's own ledger, all of whose processes and workspaces count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from foreword.assist.accounts.ledger import start_of_day, start_of_month
from foreword.assist.accounts.reservations import Cap
from foreword.core.errors import Problem

SETTING: Final = "limits.budgets"
EXAMPLE = "write it as `20/month`, or `5/day model=claude-opus-*`; kind= and workspace= are known, too"
MAX_AMOUNT = 10_000_000.0
MAX_BUDGETS = 200
"""In one place; each is looked up before a request."""

_AMOUNT = re.compile(r"\$?(\d{1,9}(?:\.\d{1,6})?)/(day|month)", re.ASCII)
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_STARTS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {"day": start_of_day, "month": start_of_month}
)
_WORDS: Mapping[str, str] = MappingProxyType({"day": "today's", "month": "this month's"})
_SOME = ("kind", "model", "workspace")


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars in a period; `kind`, `model` and `workspace` are patterns, empty for all. `source` is who says so."""

    amount: float
    period: str
    kind: str = ""
    model: str = ""
    workspace: str = ""
    source: str = SETTING

    def cap(self, now: float) -> Cap:
        """The cap that it is now (Unix seconds)."""
        some = [f"{name}={value}" for name in _SOME if (value := getattr(self, name))]
        about = f" ({', '.join(some)})" if some else ""
        noun = "limit" if self.source == "limits.day" else "budget"
        return Cap(
            self.source,
            self.amount,
            kind=self.kind,
            model=self.model,
            workspace=self.workspace,
            since=_STARTS[self.period](now),
            label=f"{_WORDS[self.period]} {noun}{about}",
        )


def parse_budgets(
    lines: Iterable[str], home: Path, source: str = SETTING
) -> tuple[tuple[Budget, ...], tuple[Problem, ...]]:
    """The budgets of some lines, and a problem for each line that is none; `home` is what `~` stands for."""
    budgets, problems = list[Budget](), list[Problem]()
    for line in lines:
        try:
            budgets.append(_parse(line, home, source))
        except ValueError as error:
            problems.append(Problem(f"{source}: {line[:80]!r} is no budget ({error}): {EXAMPLE}"))
    return tuple(budgets), tuple(problems)


def _parse(line: str, home: Path, source: str) -> Budget:
    if line.count('"') % 2:
        raise ValueError("a quote is not closed")
    first, *rest = [word.replace('"', "") for word in _WORD.findall(line)] or [""]
    match = _AMOUNT.fullmatch(first)
    if match is None:
        raise ValueError(f"{first[:20]!r} is no amount and period")
    some = dict[str, str]()
    for part in rest:
        name, _, value = part.partition("=")
        if not value or name not in _SOME or name in some:
            raise ValueError(f"{part[:40]!r} is not understood")
        # Of a pattern's signs only * and ? are meant: folders may have brackets in their names.
        pattern = value.replace("[", "[[]")
        some[name] = _folder(pattern, home) if name == "workspace" else pattern
    return Budget(float(match[1]), match[2], source=source, **some)


def _folder(value: str, home: Path) -> str:
    """A pattern of whole paths: a bare name is that of a folder wherever it is."""
    whole = f"{home}{value[1:]}" if value == "~" or value.startswith("~/") else value
    plain = whole.rstrip("/") or whole
    return plain if "/" in plain or "\\" in plain else f"*[/\\]{plain}"
