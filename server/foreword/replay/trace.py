"""A recorded or written course of work: when was asked, when was something saved, when was nobody there.

One JSON object a line, oldest first:
    {"t": seconds, "event": "ask"|"edit"|"focus"|"blur"|"sleep"|"wake", "tokens"?, "path"?, "kind"?}
`tokens` are those of the question's turn, or of what an edit adds to the delta. There is no text in a trace. One's own
ledger can be read as a trace too: sizes and times, no text, no names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
