"""An answer, as a value and as the JSON that scripts read (`foreword.answer/1`), with the places that it cites.

A citation is a place in the snapshot that the text points at: `path:line` or `path:first-last`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foreword.assist.question.receipt import Receipt
from foreword.core.errors import Problem

ANSWER_SCHEMA = "foreword.answer/1"


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines (1-based, inclusive) of a file of the snapshot that the answer points at."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer; `note` explains an unusual stop in one line, `problems` what could not be done."""

    text: str
    provider: str
    model: str
    stop_reason: str
    citations: tuple[Citation, ...]
    receipt: Receipt
    note: str | None = None
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `foreword.answer/1`."""
        shown: dict[str, Any] = {
            "schema": ANSWER_SCHEMA,
            "text": self.text,
            "provider": self.provider,
            "model": self.model,
            "stopReason": self.stop_reason,
            "citations": [
                {"path": c.path, "startLine": c.start_line, "endLine": c.end_line} for c in self.citations
            ],
            "receipt": self.receipt.to_json(),
        }
        if self.note:
            shown["note"] = self.note
        if self.problems:
            shown["problems"] = [_problem(problem) for problem in self.problems]
        return shown


def _problem(problem: Problem) -> Mapping[str, Any]:
    return {"message": problem.message} | ({"path": problem.path} if problem.path else {})


_PLACE = re.compile(
    r"(?<![^\s:`\"'<>|*])(?P<path>[^\s:`\"'<>|*]+):L?(?P<first>\d{1,7})(?:[-–]L?(?P<last>\d{1,7}))?(?!\w)"  # noqa: RUF001 - models write an en dash
)
"""Begins at the beginning of a word only: looked for at every character of it, a long one would take minutes."""
_OPENING = "([{"


def find_citations(text: str, n_lines: Callable[[str], int | None]) -> tuple[Citation, ...]:
    """The places that exist, each once, in the order of the text; `n_lines` is None for a path that does not."""
    found = dict.fromkeys(_checked(text, n_lines))
    return tuple(found)


def _checked(text: str, n_lines: Callable[[str], int | None]) -> Iterator[Citation]:
    for match in _PLACE.finditer(text):
        first = int(match["first"])
        last = int(match["last"] or first)
        path = _known_path(match["path"], n_lines)
        limit = n_lines(path) if path else None
        # Models name places that don't exist; only those that do are given to a client to open.
        if path and limit is not None and 1 <= first <= last <= limit:
            yield Citation(path, first, last)


def _known_path(written: str, n_lines: Callable[[str], int | None]) -> str | None:
    """The path as written, or what follows an opening bracket of the prose around it (`[that](a.py:3)`)."""
    # As written first: a file name may hold brackets itself.
    starts = (0, *(i for i, character in enumerate(written, 1) if character in _OPENING))
    candidates = (written[start:].removeprefix("./") for start in starts)
    return next((path for path in candidates if n_lines(path) is not None), None)
