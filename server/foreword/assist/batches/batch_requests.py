"""The questions of a submission as the requests of a Message Batch, and what they will probably cost.

Nobody carries out tool calls in a batch, so its requests offer no tools; they have a prefix of their own for it, whose
marks live an hour. It is written once before (the seed): requests that are processed side by side read only what was
there when they began.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from foreword.assist.answering.batch_answers import Line
from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.question.request import PreparedRequest, prepare
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved
from foreword.assist.spending.forecast import Forecast, forecast_request
from foreword.core.documents.text import well_formed
from foreword.core.errors import WorkspaceError
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import Model, cost, cost_without_cache
from foreword.model.message_batch import BatchRequest, Piece

NAME_CHARS = 64
"""The longest custom id that the API takes."""
_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")
SHORT = 4096
"""Bytes that are not worth sharing."""


def custom_id(run: str, number: int, identity: Mapping[str, Any]) -> str:
    """The name of a question within its batch: run, line number, and as much of its own id as fits."""
    own = _STRANGE.sub("_", str(identity.get("id", ""))).strip("_")
    return f"{run}-{number}-{own}"[:NAME_CHARS].rstrip("-_")


def batch_session(session: Session) -> Session:
    """The session with the settings of a batch: no tools, and a prefix that lives an hour."""
    ttl = "off" if session.settings.cache_ttl == "off" else "1h"
    return replace(session, settings=replace(session.settings, tools_rounds=0, cache_ttl=ttl))


@dataclass(slots=True)
class Estimate:
    """US dollars of a submission, added up question by question, at batch prices.

    `likely`: the seed is read; `high`: nothing is, and the answers are long; `seed`: what writing the prefixes costs;
    `now`: the same by ordinary requests over a warm prefix; `without_cache`: by ordinary requests without a cache.
    """

    questions: int = 0
    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0
    seed: float = 0.0
    now: float = 0.0
    without_cache: float = 0.0

    def add(self, seen: Forecast, *, is_cached: bool) -> None:
        """Count one more question."""
        prefix = seen.prefix if is_cached else 0
        rest = seen.prompt - prefix
        hit, miss = Usage(fresh=rest, read=prefix), Usage(fresh=rest, write_1h=prefix)
        model, output = seen.model.at_batch_prices(), seen.output
        self.questions += 1
        self.low += cost(replace(hit, output=output.low), model)
        self.likely += cost(replace(hit, output=output.median), model)
        self.high += cost(replace(miss, output=min(output.high, seen.max_output)), model)
        middling = Usage(fresh=seen.prompt - seen.prefix, read=seen.prefix, output=output.median)
        self.now += cost(middling, seen.model)
        self.without_cache += cost_without_cache(middling, seen.model)

    def to_json(self) -> dict[str, Any]:
        """As the `estimate` of `foreword.batch/1`; low to high are with the seed."""
        amounts = {
            "low": self.low + self.seed,
            "likely": self.likely + self.seed,
            "high": self.high + self.seed,
            "seed": self.seed,
            "byBatch": self.now,
            "withoutCache": self.without_cache,
        }
        return {"currency": "USD"} | {name: round(amount, 6) for name, amount in amounts.items()}


def seeding_pays(model: Model, n_questions: int) -> bool:
    """Whether one write at the full price costs less than what so many requests at batch prices save by reading it."""
    prices, halved = model.prices, model.at_batch_prices().prices
    return n_questions * (halved.input - halved.read) > prices.write_1h


@dataclass(slots=True)
class Source:
    """One folder of a submission: its saved state and its prefix, taken when its first question is prepared.

    `n_questions` is how many will be asked over it. `sample` is a request over the prefix, for the seed.
    """

    session: Session
    n_questions: int
    sample: PreparedRequest | None = None
    is_cached: bool = False
    _laid: tuple[WorkspaceSnapshot, Prefix] | None = None
    _shared: list[bytes] = field(default_factory=list)

    def prepare(self, line: Line) -> PreparedRequest:
        """The request for one line.

        Raises:
            ForewordError: it can't be asked; the message says why.
        """
        session = self.session
        if self._laid is None:
            # Kept nowhere: the prefix of a batch has no tools, and is not what the next question at a desk goes on from.
            self._laid = over_saved(
                session, lambda saved: (saved, build_prefix(session, saved, keep=False, more_follow=True))
            )
        saved, prefix = self._laid
        if prefix.provisional:
            raise WorkspaceError("the index is still being built: submit the batch when it is complete")
        pays = seeding_pays(session.model, self.n_questions)
        use_cache = pays and session.settings.cache_ttl != "off"
        # An hour, whatever the policy has for a person: a batch takes longer than five minutes.
        marked = replace(prefix, ttl="1h" if use_cache else None)
        prepared = prepare(session, saved, line.question, line.pointers, use_cache=use_cache, prefix=marked)
        if self.sample is None:
            self.sample = prepared
            self.is_cached = use_cache and forecast_request(session, prepared).is_cached
        return prepared

    def encode(self, name: str, prepared: PreparedRequest) -> BatchRequest:
        """The request in a batch; its prefix shares its memory with those before it."""
        whole = json.dumps({"custom_id": "", "params": prepared.body()}, ensure_ascii=False)
        # JSON can hold half a surrogate pair, which no request can.
        body = well_formed(whole).encode()
        named = json.dumps({"custom_id": name}).encode()[:-1]
        # What follows the empty name: the same bytes for all requests over one prefix, up to the turn.
        rest = body[len(b'{"custom_id": ""') :]
        return BatchRequest(name, (named, *self._split(rest)))

    def facts(self) -> dict[str, Any]:
        """What the receipts of the answers need to know."""
        prepared = self.sample
        assert prepared is not None, "facts are asked for after the first question"  # noqa: S101 - the caller's order
        return {
            "model": prepared.parameters.model,
            "revision": prepared.saved.revision,
            "anchor": prepared.prefix.anchor.name,
            "deltaFiles": list(prepared.prefix.delta_files),
            "digests": dict(prepared.digests),
            "cached": self.is_cached,
        }

    def _split(self, rest: bytes) -> tuple[Piece, ...]:
        if not self._shared:
            self._shared.append(rest)
            return (rest,)
        first = self._shared[0]
        n = common_prefix(first, rest)
        return (memoryview(first)[:n], rest[n:]) if n > SHORT else (rest,)


def common_prefix(one: bytes, other: bytes) -> int:
    """How many bytes two texts begin alike with."""
    low, high = 0, min(len(one), len(other))
    # Halved: comparing slices is done at once, byte by byte would take longer than preparing the request.
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
