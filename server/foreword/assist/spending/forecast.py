"""What a prepared request will probably cost, before anything is sent: tokens, the chance of a hit, money as a range.

Beside it, in sentences, each with its money, what would make the request cheaper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from foreword.assist.accounts.reservations import Overdraft
from foreword.assist.question.attached_media import media_weight
from foreword.assist.question.receipt import dollars
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.budget import budget_of
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.spending_caps import budgets_left
from foreword.assist.spending.bookkeeping import diagnostics_of
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import Model, cost
from foreword.model.messages_api.retry_policy import spell
from foreword.prefix.layers import blocks_digest
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.simulator import positions_of
from foreword.prefix.warmth import WITH_DELTA, CacheKey, warm_until

REQUEST_SCHEMA = "foreword.request/1"
ANSWERS_SEEN = 200
# Fewer answers give no range: their ends would be single answers.
ENOUGH_ANSWERS = 5
LEARNED_DAYS = 30
SURE = 0.95
"""From this chance on, the range of the money leaves the other case out."""
# 39 of 40 is 0.975, above `SURE`: before anything is known a warm prefix counts as a hit.
PRIOR_HITS = 39
"""Hits that count as seen before the first request over a warm prefix, beside one miss: the provider may evict."""


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """Tokens of nine in ten answers: from `low` to `high`; `n` is how many answers say so (0: a guess)."""

    low: int = 100
    median: int = 500
    high: int = 2_000
    n: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Estimates for one request, before the results of its tools.

    `if_hit` and `if_miss` are the prompt's tokens where the cache has what it should have, and where it has nothing;
    `probability` is that of a hit, `warm_until` (Unix seconds) how long it lasts, None for a cold prefix.
    """

    model: Model
    prompt: int
    prefix: int
    if_hit: Usage
    if_miss: Usage
    probability: float
    warm_until: float | None
    output: AnswerLengths
    max_output: int
    below_minimum: bool

    @property
    def is_cached(self) -> bool:
        """Whether the prefix takes part in the cache at all."""
        return self.if_miss.written > 0

    @property
    def likely(self) -> Usage:
        """The tokens of the more probable case, with a middling answer."""
        prompt = self.if_hit if self.probability >= 1 - self.probability else self.if_miss
        return replace(prompt, output=self.output.median)

    @property
    def low(self) -> float:
        """US dollars if all goes well and the answer is short."""
        prompt = self.if_hit if self.probability > 1 - SURE else self.if_miss
        return cost(replace(prompt, output=self.output.low), self.model)

    @property
    def high(self) -> float:
        """US dollars if it does not, and the answer is long."""
        prompt = self.if_hit if self.probability >= SURE else self.if_miss
        return cost(replace(prompt, output=self.output.high), self.model)

    @property
    def most(self) -> float:
        """US dollars at the very most: nothing is read, and the answer is as long as it may be."""
        return cost(replace(self.if_miss, output=self.max_output), self.model)

    @property
    def mean(self) -> float:
        """US dollars on the average, with a middling answer."""
        hit, miss = (
            cost(replace(u, output=self.output.median), self.model) for u in (self.if_hit, self.if_miss)
        )
        return self.probability * hit + (1 - self.probability) * miss

    @property
    def without_cache(self) -> float:
        """US dollars of the prompt alone, if nothing of it were cached."""
        return cost(Usage(fresh=self.prompt), self.model)

    def to_json(self) -> dict[str, Any]:
        """As the `forecast` of `foreword.request/1`."""
        model, likely = self.model, self.likely
        return {
            "tokens": {
                "prompt": self.prompt,
                "prefix": self.prefix,
                "fresh": self.if_miss.fresh,
                "read": likely.read,
                "written": likely.written,
                "output": {"low": self.output.low, "median": self.output.median, "high": self.output.high},
                "maxOutput": self.max_output,
            },
            "expected": self._expected,
            "probability": round(self.probability, 4),
            "warmUntil": self.warm_until,
            "cost": {
                "currency": "USD",
                "hit": _money(cost(self._whole_hit, model)),
                "miss": _money(cost(self.if_miss, model)),
                "withoutCache": _money(self.without_cache),
                "maxOutput": _money(cost(Usage(output=self.max_output), model)),
                "low": _money(self.low),
                "mean": _money(self.mean),
                "high": _money(self.high),
                "max": _money(self.most),
            },
            "belowMinimum": self.below_minimum,
        }

    @property
    def _expected(self) -> str:
        if not self.is_cached:
            return "uncached"
        return "hit" if self.warm_until is not None else "miss"

    @property
    def _whole_hit(self) -> Usage:
        """The prompt if its whole prefix were in the cache, as it will be for the next question."""
        if self.warm_until is not None:
            return self.if_hit
        return Usage(fresh=self.if_miss.fresh, read=self.if_miss.written)


def request_json(session: Session, prepared: PreparedRequest) -> dict[str, Any]:
    """As `foreword.request/1`: the exact Messages body, and the forecast of its tokens and cost."""
    shown = forecast_request(session, prepared).to_json()
    body = prepared.body() | diagnostics_of(session, prepared, provider_name(session))
    return {"schema": REQUEST_SCHEMA, "request": body, "forecast": shown}


def forecast_request(session: Session, prepared: PreparedRequest) -> Forecast:
    """The forecast of a request that is sent now."""
    ratio, model, ttl = session.ratio, session.model, prepared.payload.ttl
    prefix, prompt = round(prepared.prefix_weight / ratio), round(prepared.weight / ratio)
    # Under the minimum the API ignores the mark and bills the prompt as fresh.
    is_cached = ttl is not None and prefix >= model.minimum
    cached = prefix if is_cached else 0
    read, warm_until = _readable(session, prepared) if is_cached else (0, None)
    return Forecast(
        model=model,
        prompt=prompt,
        prefix=prefix,
        if_hit=_usage(prompt - cached, cached - read, read, prepared),
        if_miss=_usage(prompt - cached, cached, 0, prepared),
        probability=_chance(session) if warm_until is not None else 0.0,
        warm_until=warm_until,
        output=_typical(session, prepared),
        max_output=prepared.parameters.max_tokens,
        below_minimum=ttl is not None and not is_cached,
    )


def _usage(fresh: int, written: int, read: int, prepared: PreparedRequest) -> Usage:
    if prepared.payload.ttl == "1h":
        return Usage(fresh=fresh, write_1h=written, read=read)
    return Usage(fresh=fresh, write_5m=written, read=read)


def _readable(session: Session, prepared: PreparedRequest) -> tuple[int, float | None]:
    """The tokens that the cache has by our own records, and until when; the base, and the delta as far as it was sent."""
    now, sent = session.clock(), session.prefix_store.sent(session.worktree)
    key = current_cache_key(session, prepared.digests)
    until = warm_until(sent, key, now)
    if until is None:
        return 0, None
    n_delta = _n_read(prepared, sent, key, now)
    positions, parameters = positions_of(prepared.body(), media_weight(session)), prepared.parameters
    last = len(parameters.tools) + 1 + len(prepared.payload.base.blocks) + n_delta - 1
    return round(positions[last].weight / session.ratio), until


def _n_read(prepared: PreparedRequest, sent: Sequence[SentRequest], key: CacheKey, now: float) -> int:
    """How many blocks of the delta are in the cache: a breakpoint once stood after them."""
    delta = prepared.payload.delta
    grown = (
        (n, replace(key, digests={**key.digests, "delta": blocks_digest(delta[:n])}))
        for n in range(len(delta), 0, -1)
    )
    return next((n for n, one in grown if warm_until(sent, one, now, WITH_DELTA) is not None), 0)


def _chance(session: Session) -> float:
    """How often a prefix that should be in the cache is: by the ledger, beginning with a guess."""
    since = session.clock() - LEARNED_DAYS * 86_400
    counts = {kind: n for kind, simulated, n, _ in session.ledger.verdicts(since) if not simulated}
    hits, gone = counts.get("hit", 0), counts.get("server_side", 0)
    # Only misses that are the provider's doing count; all others are known beforehand.
    return (hits + PRIOR_HITS) / (hits + gone + PRIOR_HITS + 1)


def _typical(session: Session, prepared: PreparedRequest) -> AnswerLengths:
    seen = sorted(session.ledger.outputs(prepared.parameters.model, prepared.kind, ANSWERS_SEEN))
    if len(seen) < ENOUGH_ANSWERS:
        return AnswerLengths()
    return AnswerLengths(_at(seen, 0.05), _at(seen, 0.5), _at(seen, 0.95), len(seen))


def _at(ordered: Sequence[int], share: float) -> int:
    """The value below which this share of them lies."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _money(dollars: float) -> float:
    return round(dollars, 8)


FORECAST_SCHEMA = "foreword.forecast/1"
MUCH_CHEAPER = 0.6
"""Another model is named if it costs less than this share."""
LARGE = 20_000
"""Tokens of a base that is worth thinking about."""


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """The forecast of a question, who would answer it, what would make it cheaper, and how the limits on it stand."""

    provider: str
    model: str
    forecast: Forecast
    advice: tuple[str, ...]
    budgets: tuple[Overdraft, ...] = ()

    @property
    def simulated(self) -> bool:
        """Whether the cache, and so the money, would be simulated."""
        return self.provider == "offline"

    def to_json(self) -> dict[str, Any]:
        """As `foreword.forecast/1`."""
        return {
            "schema": FORECAST_SCHEMA,
            "provider": self.provider,
            "model": self.model,
            "simulated": self.simulated,
            **self.forecast.to_json(),
            "advice": list(self.advice),
            "budgets": [_standing(one) for one in self.budgets],
        }


def forecast_report(session: Session, prepared: PreparedRequest) -> ForecastReport:
    """The forecast of a request that is sent now."""
    seen = forecast_request(session, prepared)
    advice = advise(session, prepared, seen)
    name = provider_name(session)
    # What is simulated, or free, counts against no limit.
    budgets = budgets_left(session, prepared.kind) if name != "offline" and seen.most else ()
    return ForecastReport(name, prepared.parameters.model, seen, advice, budgets)


def _standing(one: Overdraft) -> dict[str, Any]:
    cap = one.cap
    return {
        "key": cap.key,
        "label": cap.label,
        "limit": _money(cap.limit),
        "taken": _money(one.taken),
        "left": _money(max(cap.limit - one.taken, 0.0)),
    }


def advise(session: Session, prepared: PreparedRequest, seen: Forecast) -> tuple[str, ...]:
    """What the user can do, the most useful first."""
    return (
        *_about_cache(session, prepared, seen),
        *_about_cliff(seen),
        *_about_budget(session, prepared, seen),
        *_about_model(session, seen),
    )


def _about_cache(session: Session, prepared: PreparedRequest, seen: Forecast) -> Iterator[str]:
    hit, miss = cost(seen.if_hit, seen.model), cost(seen.if_miss, seen.model)
    if seen.below_minimum:
        yield (
            f"the prefix of about {seen.prefix:,} tokens is under the {seen.model.minimum:,} that {seen.model.id} "
            "caches, so each question pays for it: raise context.budget, or choose another model"
        )
    elif not seen.is_cached:
        why = prepared.prefix.why if prepared.prefix.ttl is None else ""
        told = f"nothing is cached ({why.rstrip('.')})" if why else "nothing is cached"
        yield f"{told}: if more questions follow soon, set cache.ttl to 5m, and leave --no-cache away"
    elif seen.warm_until is not None:
        left = spell(max(seen.warm_until - session.clock(), 0))
        yield f"ask within {left}: the prefix is warm until then, and saves {dollars(miss - hit)}"
    else:
        again = cost(Usage(fresh=seen.if_miss.fresh, read=seen.if_miss.written), seen.model)
        kept = "hour" if prepared.payload.ttl == "1h" else "5 minutes"
        yield (
            f"the prefix is cold: this question writes it, and each further one within {kept} costs "
            f"{dollars(miss - again)} less"
        )


def _about_cliff(seen: Forecast) -> Iterator[str]:
    cliff = seen.model.cliff
    if cliff is not None and seen.prompt > cliff.above:
        yield (
            f"{seen.model.id} charges {cliff.factor:g} times its prices for prompts over {cliff.above:,} tokens, and "
            f"this one has about {seen.prompt:,}: lower context.budget"
        )


def _about_budget(session: Session, prepared: PreparedRequest, seen: Forecast) -> Iterator[str]:
    size = budget_of(session)
    half, likely = min(seen.prefix, size.tokens) // 2, seen.likely
    if 2 * half >= LARGE:
        saved = cost(likely, seen.model) - cost(_without(likely, half), seen.model)
        yield f"half of context.budget ({half:,} tokens less) saves {dollars(saved)}, and shows the model less"
    # Of a repository that stands there whole no size keeps anything out.
    if size.why and not prepared.prefix.base.whole:
        yield f"context.budget is auto, {size.tokens:,} tokens: {size.why}"


def _without(usage: Usage, n_tokens: int) -> Usage:
    """The same request with a prefix that is shorter by so many tokens."""
    read = max(usage.read - n_tokens, 0)
    rest = n_tokens - (usage.read - read)
    write_5m = max(usage.write_5m - rest, 0)
    rest -= usage.write_5m - write_5m
    write_1h = max(usage.write_1h - rest, 0)
    return replace(usage, read=read, write_5m=write_5m, write_1h=write_1h)


def _about_model(session: Session, seen: Forecast) -> Iterator[str]:
    """The cheapest listed model that takes the prompt, if it costs much less even though its cache is cold."""
    today = date.fromtimestamp(session.clock())  # noqa: DTZ012 - the user's own day
    # Another model has a cache of its own, and it is cold.
    usage = replace(seen.if_miss, output=seen.output.median)
    fitting = [model for model in session.catalog.models.values() if _takes(model, seen, today)]
    best = min(fitting, key=lambda model: (cost(usage, model), model.id), default=None)
    if best is not None and cost(usage, best) < MUCH_CHEAPER * seen.mean:
        yield f"{best.id} would take it for about {dollars(cost(usage, best))}, with a cold cache"


def _takes(model: Model, seen: Forecast, today: date) -> bool:
    lives = model.retired is None or model.retired > today
    return lives and model.id != seen.model.id and seen.prompt + seen.output.high <= model.context
