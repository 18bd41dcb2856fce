"""Made-up courses of work with known laws, to measure policies by. The same seed makes the same trace.

    lognormal   days of questions with log-normal gaps (median 150 s, sigma 1.4), nights of 14 hours
    sparse      two questions a day, at any time of ten hours
    burst       thirty questions in ten minutes, some hours apart, nights of 14 hours
    split       a morning and an afternoon of log-normal gaps, four hours between them
    hourly      a script each hour, day and night, a few seconds early or late
    edits       the edits of log-normal days, and no question

Three questions in four come after an edit of about 350 tokens, saved in the ten minutes before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log
from random import Random
from typing import Literal, get_args

from foreword.replay.trace import Event

LawName = Literal["lognormal", "sparse", "burst", "split", "hourly", "edits"]
LAWS: tuple[LawName, ...] = get_args(LawName)

MEDIAN_GAP_S, SIGMA = 150.0, 1.4
NIGHT_S = 14 * 3_600.0
MORNING_S = 9 * 3_600.0
NOON_S = 4 * 3_600.0
HOUR_S, DAY_S = 3_600.0, 86_400.0
WORKING_S = 10 * HOUR_S
BURST, BURST_S = 30, 600.0
EDITED, EDIT_TOKENS, EDIT_WITHIN_S = 0.75, 350, 600.0
SCRIPT_JITTER_S = 5.0
DAYS, ASKS = 60, 45


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make: so many days with so many questions each, for so many people."""

    seed: int
    law: LawName = "lognormal"
    days: int = DAYS
    asks: int = ASKS
    developers: int = 1


def make_trace(plan: Plan) -> tuple[Event, ...]:
    """The events, in order of time; people differ in their numbers (`who`) and in their gaps."""
    people = (_one(replace(plan, developers=1), who) for who in range(plan.developers))
    return tuple(sorted((event for events in people for event in events), key=lambda event: event.t))


def _one(plan: Plan, who: int) -> Iterator[Event]:
    # A generator for each person: more people do not change what the first ones do. Of a text Python takes
    # the same seed on every machine, which `hash` would not give.
    random = Random(f"{plan.seed} {plan.law} {who}")
    before = 0.0
    for t in _times(plan, random):
        if random.random() < EDITED:
            saved = t - random.random() * min(t - before, EDIT_WITHIN_S)
            # The mean of a log-normal is exp(mu + sigma²/2): with these two it is 1, so edits have
            # `EDIT_TOKENS` on average.
            tokens = max(1, round(EDIT_TOKENS * random.lognormvariate(-0.125, 0.5)))
            yield Event(saved, "edit", tokens, f"src/file{random.randrange(40)}.py", who=who)
        if plan.law != "edits":
            yield Event(t, "ask", kind="ask", who=who)
        before = t


def _times(plan: Plan, random: Random) -> Iterator[float]:
    """When somebody asks."""
    match plan.law:
        case "sparse":
            for day in range(plan.days):
                yield from sorted(day * DAY_S + MORNING_S + random.random() * WORKING_S for _ in range(2))
        case "hourly":
            for hour in range(plan.days * 24):
                yield MORNING_S + hour * HOUR_S + random.uniform(0, SCRIPT_JITTER_S)
        case _:
            yield from _sittings(plan, random)


def _sittings(plan: Plan, random: Random) -> Iterator[float]:
    """Days of sittings: after the last question of a day comes a night of fixed length."""
    t = MORNING_S
    for _ in range(plan.days):
        for index, gap in enumerate(_gaps(plan, random)):
            t += gap if index else 0.0
            yield t
        t += NIGHT_S


def _gaps(plan: Plan, random: Random) -> Iterator[float]:
    """The gap before each question of a day; that of the first one does not count."""
    if plan.law == "burst":
        for index in range(max(1, round(plan.asks / BURST)) * BURST):
            yield random.uniform(2, 4) * HOUR_S if index % BURST == 0 else _in_burst(random)
        return
    for index in range(plan.asks):
        is_noon = plan.law == "split" and index == plan.asks // 2
        yield NOON_S if is_noon else random.lognormvariate(log(MEDIAN_GAP_S), SIGMA)


def _in_burst(random: Random) -> float:
    return random.uniform(0.5, 1.5) * BURST_S / BURST
