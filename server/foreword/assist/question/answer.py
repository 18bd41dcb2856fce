"""An answer, as a value and as the JSON that scripts read (`foreword.answer/1`), with the places that it cites.

A citation is a place in the snapshot that the text points at: `path:line` or `path:first-last`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foreword.assist.question.receipt import Receipt
from foreword.core.errors import ForewordError, LimitError, ModelError, Problem

ANSWER_SCHEMA = "foreword.answer/1"
COMPLETE = ("end_turn", "stop_sequence")


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines (1-based, inclusive) of a file of the snapshot that the answer points at."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `note` explains an unusual stop, or what the answer does not know, in one line, `problems` what could not be done.

    `is_over_limit`: a spending limit stopped it between two requests.
    """

    text: str
    provider: str
    model: str
    stop_reason: str
    citations: tuple[Citation, ...]
    receipt: Receipt
    note: str | None = None
    problems: tuple[Problem, ...] = ()
    is_over_limit: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the model came to its end: a refusal, a cut answer and a broken stream are not all of an answer."""
        return self.stop_reason in COMPLETE

    @property
    def exit_code(self) -> int:
        """The CLI's, like that of a `ForewordError`: a script must not take a part of an answer for the whole."""
        if self.is_complete:
            return 0
        if self.is_over_limit:
            return LimitError.exit_code
        # The rounds of tools are bounded by a setting of ours; everything else is the API's doing.
        return ForewordError.exit_code if self.stop_reason == "tool_use" else ModelError.exit_code

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


PLACE = re.compile(
    r"(?<![^\s:`\"'<>|*])(?P<path>[^\s:`\"'<>|*]+):L?(?P<first>\d{1,7})(?:[-–]L?(?P<last>\d{1,7}))?(?!\w)"  # noqa: RUF001 - models write an en dash
)
"""How a place is written: `path:10-20`. Begins at the beginning of a word only: looked for at every character of it, a long one would take minutes."""
_OPENING = "([{"


def find_citations(text: str, n_lines: Callable[[str], int | None]) -> tuple[Citation, ...]:
    """The places that exist, each once, in the order of the text; `n_lines` is None for a path that does not."""
    found = dict.fromkeys(_checked(text, n_lines))
    return tuple(found)


def _checked(text: str, n_lines: Callable[[str], int | None]) -> Iterator[Citation]:
    for match in PLACE.finditer(text):
        first = int(match["first"])
        last = int(match["last"] or first)
        path = known_path(match["path"], n_lines)
        limit = n_lines(path) if path else None
        # Models name places that don't exist; only those that do are given to a client to open.
        if path and limit is not None and 1 <= first <= last <= limit:
            yield Citation(path, first, last)


def known_path(written: str, n_lines: Callable[[str], int | None]) -> str | None:
    """The path as written, or what follows an opening bracket of the prose around it (`[that](a.py:3)`)."""
    # As written first: a file name may hold brackets itself.
    starts = (0, *(i for i, character in enumerate(written, 1) if character in _OPENING))
    candidates = (written[start:].removeprefix("./") for start in starts)
    return next((path for path in candidates if n_lines(path) is not None), None)
