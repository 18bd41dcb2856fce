"""Running traces through policies with the prices of real models: what `foreword replay` shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from foreword.assist.session.budget import rates_of
from foreword.core.errors import Problem, UsageError
from foreword.core.tokens import Usage
from foreword.model.catalog.catalog import Catalog
from foreword.model.catalog.model_info import Model
from foreword.prefix.policy.situation import Rates
from foreword.replay.baselines import STANDARD, find_policy
from foreword.replay.offline_optimum import optimum
from foreword.replay.trace import ASKS, DAYS, LAWS, Event, LawName, TracePlan, make_trace
from foreword.replay.trace_run import Outcome, Sizes, Terms, outcome, requests_of

SCHEMA = "foreword.replay/1"

DEFAULT_MODELS = ("claude-sonnet-5", "claude-sonnet-5-5", "claude-fable-5-2")
"""One for each price of a read: 0.1, 0.05 and 0.025 of the price of fresh input."""

CLASSIC = "claude-sonnet-4-6"
"""Costs 3.00, 3.75 and 0.30 dollars a million tokens, as most descriptions of prompt caching reckon."""
ARTICLE = "article"
"""The name of these prices, which no model has."""

BUDGET_WRITES = 4.0
"""The warm budget of a day, where none is given, in writes of the whole base for an hour."""

SEPARATE = "foreword, own anchors"
"""The row of a team whose members do not share their base."""

ALONE = frozenset({"none", "rebuild"})
"""Policies that have nothing to share: their base is never that of somebody else."""

MOST_DAYS, MOST_ASKS, MOST_DEVELOPERS = 3_660, 1_000, 200


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """What to replay: a trace, over prefixes of some size, with policies by name.

    `warm_day` is the budget for warming in US dollars a day and person; None for `BUDGET_WRITES`.
    """

    events: Sequence[Event]
    sizes: Sizes
    policies: tuple[str, ...] = ()
    developers: int = 1
    warm_day: float | None = None


def synthetic_trace(
    seed: int, law: str, days: int | None, asks: int | None, developers: int
) -> tuple[Event, ...]:
    """Days that are made up; None for the usual number.

    Raises:
        UsageError: there is no such law, or there would be too many events.
    """
    name: LawName | None = next((known for known in LAWS if known == law), None)
    if name is None:
        raise UsageError(f"there is no law {law!r}; known are {', '.join(LAWS)}")
    plan = TracePlan(seed, name, days or DAYS, asks or ASKS, developers)
    if plan.days > MOST_DAYS or plan.asks > MOST_ASKS or developers > MOST_DEVELOPERS:
        limits = f"{MOST_DAYS} days, {MOST_ASKS} questions a day and {MOST_DEVELOPERS} developers"
        raise UsageError(f"that trace is too long: at most {limits}")
    return make_trace(plan)


def find_models(catalog: Catalog, ids: Iterable[str]) -> tuple[tuple[Model, ...], tuple[Problem, ...]]:
    """The models by id, or one for each price of a read; what is to be known about them."""
    names = tuple(ids) or DEFAULT_MODELS
    problems = (catalog.find(name)[1] for name in names if name != ARTICLE)
    return tuple(priced_model(catalog, name) for name in names), tuple(filter(None, problems))


def priced_model(catalog: Catalog, name: str) -> Model:
    """The model of a name, or the prices that descriptions of prompt caching reckon with."""
    return replace(catalog.find(CLASSIC)[0], id=ARTICLE) if name == ARTICLE else catalog.find(name)[0]


def run_order(order: ReplayOrder, model: Model) -> Iterator[Outcome]:
    """What each policy comes to with the prices of a model.

    Raises:
        UsageError: a policy is not known, or the base does not fit the model.
    """
    rates = rates_of(model)
    if order.sizes.base + order.sizes.turn > model.context:
        raise UsageError(f"{model.id} takes {model.context:,} tokens at most: give a smaller --base")
    is_team = order.developers > 1
    names = order.policies or tuple(name for name in STANDARD if name != "optimum" or not is_team)
    for name in names:
        if name == "optimum":
            yield _bound(order, rates)
            continue
        yield _outcome(order, name, name, rates, shared=is_team and name not in ALONE)
        if is_team and name == "foreword":
            yield _outcome(order, name, SEPARATE, rates, shared=False)


def replay_report(order: ReplayOrder, models: Iterable[Model]) -> list[dict[str, Any]]:
    """What every policy comes to, one object a model. It computes for seconds.

    Raises:
        UsageError: see `run_order`.
    """
    return [replay_json(model, run_order(order, model)) for model in models]


def replay_json(model: Model, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """As `foreword.replay/1`; `cost` is that of all input in US dollars."""
    return {"schema": SCHEMA, "model": model.id, "policies": [_row(found) for found in outcomes]}


def _bound(order: ReplayOrder, rates: Rates) -> Outcome:
    if order.developers > 1:
        # People who share a cache keep it warm for each other: the states of one do not say what another has
        # paid.
        raise UsageError("the optimum is known for one developer only: leave out one of the two")
    return optimum(order.events, rates, order.sizes)


def _outcome(order: ReplayOrder, name: str, label: str, rates: Rates, *, shared: bool) -> Outcome:
    budget = order.warm_day
    if budget is None:
        budget = rates.cost(Usage(write_1h=order.sizes.base)) * BUDGET_WRITES
    requests = requests_of(order.events, find_policy(name), rates, order.sizes, Terms(budget, shared))
    return outcome(label, requests, rates, order.sizes)


def _row(found: Outcome) -> dict[str, Any]:
    return {
        "policy": found.policy,
        "cost": round(found.cost, 6),
        "savedPercent": round(found.saved_percent, 2),
        "hits": found.hits,
        "misses": found.misses,
        "writes": found.writes,
        "pings": found.pings,
    }
