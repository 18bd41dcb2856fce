"""An answer, as a value and as the JSON that scripts read (`foreword.answer/1`)."""

from __future__ import annotations

from collections.abc import Mapping
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
