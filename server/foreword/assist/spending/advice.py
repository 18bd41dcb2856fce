"""What would make a request cheaper, in sentences, each with its money, beside its forecast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from foreword.assist.question.receipt import dollars
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import Forecast, forecast_request
from foreword.core.token_usage import Usage
from foreword.model.catalog.model_info import Model
from foreword.model.catalog.pricing import cost
from foreword.model.messages_api.retry_policy import spell

FORECAST_SCHEMA = "foreword.forecast/1"
MUCH_CHEAPER = 0.6
"""Another model is named if it costs less than this share."""
LARGE = 20_000
"""Tokens of a base that is worth thinking about."""


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """The forecast of a question, who would answer it, and what would make it cheaper."""

    provider: str
    model: str
    forecast: Forecast
    advice: tuple[str, ...]

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
        }


def forecast_report(session: Session, prepared: PreparedRequest) -> ForecastReport:
    """The forecast of a request that is sent now."""
    seen = forecast_request(session, prepared)
    advice = advise(session, prepared, seen)
    return ForecastReport(provider_name(session), prepared.parameters.model, seen, advice)


def advise(session: Session, prepared: PreparedRequest, seen: Forecast) -> tuple[str, ...]:
    """What the user can do, the most useful first."""
    return (
        *_about_cache(session, prepared, seen),
        *_about_cliff(seen),
        *_about_budget(session, seen),
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


def _about_budget(session: Session, seen: Forecast) -> Iterator[str]:
    budget = session.settings.context_budget
    if min(seen.prefix, budget) < LARGE:
        return
    half, likely = min(seen.prefix, budget) // 2, seen.likely
    saved = cost(likely, seen.model) - cost(_without(likely, half), seen.model)
    yield f"half of context.budget ({half:,} tokens less) saves {dollars(saved)}, and shows the model less"


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
    usage = replace(seen.if_miss, output=seen.output.median)
    fitting = [model for model in session.catalog.models.values() if _takes(model, seen, today)]
    best = min(fitting, key=lambda model: (cost(usage, model), model.id), default=None)
    if best is not None and cost(usage, best) < MUCH_CHEAPER * seen.mean:
        yield f"{best.id} would take it for about {dollars(cost(usage, best))}, with a cold cache"


def _takes(model: Model, seen: Forecast, today: date) -> bool:
    lives = model.retired is None or model.retired > today
    return lives and model.id != seen.model.id and seen.prompt + seen.output.high <= model.context
