"""A course of work, recorded, written or made up: when was asked, when was something saved, when was nobody there.

One JSON object a line, oldest first:
    {"t": seconds, "event": "ask"|"edit"|"focus"|"blur"|"sleep"|"wake", "tokens"?, "path"?, "kind"?}
`tokens` are those of the question's turn, or of what an edit adds to the delta. There is no text in a trace. One's own
ledger can be read as a trace too: sizes and times, no text, no names.

    lognormal   days of questions with log-normal gaps (median 150 s, sigma 1.4), nights of 14 hours
    sparse      two questions a day, at any time of ten hours
    burst       thirty questions in ten minutes, some hours apart, nights of 14 hours
    split       a morning and an afternoon of log-normal gaps, four hours between them
    hourly      a script each hour, day and night, a few seconds early or late
    edits       the edits of log-normal days, and no question

Three questions in four come after an edit of about 350 tokens, saved in the ten minutes before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import log
from random import Random
from typing import Any, Literal, get_args

from foreword.assist.accounts.ledger import Ledger
from foreword.core.errors import UsageError

Happening = Literal["ask", "edit", "focus", "blur", "sleep", "wake"]
LATEST_S = 1e12
"""Times after this are no times."""

MOST_TOKENS = 10**9

HAPPENINGS: tuple[str, ...] = get_args(Happening)


@dataclass(frozen=True, slots=True)
class Event:
    """One line; `t` is in seconds, `tokens` None where the line does not tell; `who` tells people apart."""

    t: float
    event: Happening
    tokens: int | None = None
    path: str = ""
    kind: str = ""
    who: int = 0


def read_trace(lines: Iterable[str]) -> tuple[Event, ...]:
    """The events of a trace; empty lines are passed over.

    Raises:
        UsageError: a line is no event; the message says which and why.
    """
    events: list[Event] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        event = _event(number, line)
        if events and event.t < events[-1].t:
            raise _bad(number, f"its time {event.t:g} is before that of the line above; sort the trace by t")
        events.append(event)
    return tuple(events)


def _event(number: int, line: str) -> Event:
    try:
        given = json.loads(line)
    # Brackets nested deep enough are a RecursionError of `json`, and a trace may come from anywhere.
    except (ValueError, RecursionError) as error:
        raise _bad(number, "it is no JSON object") from error
    if not isinstance(given, dict):
        raise _bad(number, "it is no JSON object")
    happening = next((known for known in get_args(Happening) if known == given.get("event")), None)
    if happening is None:
        raise _bad(number, f'"event" must be one of {", ".join(HAPPENINGS)}')
    return Event(
        _time(number, given.get("t")),
        happening,
        _tokens(number, given.get("tokens")),
        _text(number, given, "path"),
        _text(number, given, "kind"),
    )


def _time(number: int, value: object) -> float:
    # `true` is an int to Python. The bounds also refuse NaN and infinity, which `json` reads as numbers.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST_S:
        raise _bad(number, '"t" must be a number of seconds, not negative')
    return float(value)


def _tokens(number: int, value: object) -> int | None:
    if value is None:
        return None
    # As above: `true` is an int to Python.
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TOKENS:
        raise _bad(number, '"tokens" must be a whole number, not negative')
    return value


def _text(number: int, given: Mapping[str, Any], key: str) -> str:
    value = given.get(key) or ""
    if not isinstance(value, str):
        raise _bad(number, f'"{key}" must be a text')
    return value


def _bad(number: int, why: str) -> UsageError:
    return UsageError(f"line {number} of the trace is not usable: {why}")


UNCACHED = frozenset({"off", "below_minimum", "not_reported", ""})
"""Where these are the verdicts, the fresh tokens hold the prefix too, and say nothing of the turn."""


def trace_lines(ledger: Ledger, since: float = 0.0, workspace: str | None = None) -> Iterator[str]:
    """The lines of a trace, oldest first; seconds count from the first question since `since` (Unix seconds).

    What a hit wrote behind what it read was saved since the question before: it becomes an edit at the same moment.
    Warm-ups are no lines: whether to send any is for the policy that replays the trace.
    """
    first: float | None = None
    for at, kind, verdict, fresh, written in ledger.answers(since, workspace):
        first = at if first is None else first
        t = round(at - first, 3)
        if verdict == "hit" and written:
            yield json.dumps({"t": t, "event": "edit", "tokens": written})
        asked: dict[str, Any] = {"t": t, "event": "ask", "kind": kind}
        if verdict not in UNCACHED:
            asked["tokens"] = fresh
        yield json.dumps(asked)


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
class TracePlan:
    """What to make: so many days with so many questions each, for so many people."""

    seed: int
    law: LawName = "lognormal"
    days: int = DAYS
    asks: int = ASKS
    developers: int = 1


def make_trace(plan: TracePlan) -> tuple[Event, ...]:
    """The events, in order of time; people differ in their numbers (`who`) and in their gaps."""
    people = (_one(replace(plan, developers=1), who) for who in range(plan.developers))
    return tuple(sorted((event for events in people for event in events), key=lambda event: event.t))


def _one(plan: TracePlan, who: int) -> Iterator[Event]:
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


def _times(plan: TracePlan, random: Random) -> Iterator[float]:
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


def _sittings(plan: TracePlan, random: Random) -> Iterator[float]:
    """Days of sittings: after the last question of a day comes a night of fixed length."""
    t = MORNING_S
    for _ in range(plan.days):
        for index, gap in enumerate(_gaps(plan, random)):
            t += gap if index else 0.0
            yield t
        t += NIGHT_S


def _gaps(plan: TracePlan, random: Random) -> Iterator[float]:
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
