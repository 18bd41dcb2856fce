"""An answer and its receipt, as values and as the JSON that scripts read (`foreword.answer/1`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foreword.core.errors import Problem
from foreword.core.token_usage import Usage
from foreword.prefix.verdict import Verdict

ANSWER_SCHEMA = "foreword.answer/1"


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines (1-based, inclusive) of a file of the snapshot that the answer points at."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the answer is about: the saved tree, the anchor of its base, and the files told of in the delta."""

    revision: str
    anchor: str
    delta_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer cost (US dollars), what the cache did, how fresh it is, and how long it took (ms).

    `simulated`: the tokens are estimated, and the cache and so the money are simulated. `request_id` is the ledger's
    name of the answer, for `foreword why --request`.
    """

    usage: Usage
    cost: float
    without_cache: float
    verdict: Verdict
    simulated: bool
    priced_as: str
    prices: str
    n_requests: int
    freshness: Freshness
    first_token_ms: float | None
    total_ms: float
    request_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in `foreword.answer/1`."""
        usage, fresh = self.usage, self.freshness
        return {
            "tokens": tokens_json(usage),
            "cost": {
                "currency": "USD",
                "total": _money(self.cost),
                "withoutCache": _money(self.without_cache),
                "saved": _money(self.without_cache - self.cost),
                "pricedAs": self.priced_as,
                "prices": self.prices,
            },
            "cache": {
                "verdict": self.verdict.kind,
                "detail": self.verdict.detail,
                "simulated": self.simulated,
                **self.verdict.to_json(),
            },
            "freshness": {
                "revision": fresh.revision,
                "anchor": fresh.anchor,
                "deltaFiles": list(fresh.delta_files),
            },
            "latency": {
                "firstTokenMs": None if self.first_token_ms is None else round(self.first_token_ms),
                "totalMs": round(self.total_ms),
            },
            "requests": self.n_requests,
            "requestId": self.request_id,
        }


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


def tokens_json(usage: Usage) -> dict[str, int]:
    """Tokens by bucket."""
    return {
        "fresh": usage.fresh,
        "write5m": usage.write_5m,
        "write1h": usage.write_1h,
        "read": usage.read,
        "output": usage.output,
    }


def _problem(problem: Problem) -> Mapping[str, Any]:
    return {"message": problem.message} | ({"path": problem.path} if problem.path else {})


def _money(dollars: float) -> float:
    return round(dollars, 8)
