"""How long to wait for an answer, and when it is worth asking again. Pure: nothing here sleeps.

The SDK obeys `retry-after` without a cap, so its own retries are off and these rules take their place:
what may be asked again is what the API's documentation names (https://platform.claude.com/docs/en/api/errors),
and a wait that does not fit into the deadline is not begun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import ceil, isfinite

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
JITTER = 0.25
"""A pause is shortened by up to this share, so that clients do not return in step."""


OK = 200
SERVER_ERROR = 500
PASSING_STATUSES = frozenset({408, 409, 429})
PASSING_KINDS = frozenset({"overloaded_error", "api_error", "timeout_error", "rate_limit_error"})
TWO_DIGITS = 100


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds and attempts an answer may take.

    `deadline` is for one request with all its attempts, `first_event` for one attempt until the answer begins
    (a local engine may take minutes to read a long prompt). `silence` is the longest time without a byte;
    the API sends pings while the model is busy, so it is not about slow answers.
    """

    deadline: float = 600.0
    first_event: float = 300.0
    silence: float = 300.0
    connect: float = 10.0
    max_attempts: int = 4


def may_retry(status: int, kind: str | None, headers: Mapping[str, str]) -> bool:
    """Whether asking again can help; the API's own word (`x-should-retry`) goes first.

    `kind` is the error's `type`: an error that arrives within a stream has status 200.
    """
    # The SDK obeys the same header, so a gateway can count on it.
    asked = headers.get("x-should-retry")
    if asked in {"true", "false"}:
        return asked == "true"
    return status in PASSING_STATUSES or status >= SERVER_ERROR or (status == OK and kind in PASSING_KINDS)


def pause(attempt: int, chance: float) -> float:
    """Seconds before attempt number `attempt` + 1, counted from zero; `chance` in 0..1 spreads clients."""
    return min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE) * (1 - JITTER * chance)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that the API asks to wait (`retry-after-ms`, or `retry-after` as seconds or date), or None.

    A date counts from the response's own `date`, so that a wrong clock here does no harm.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds / unit
    then, now = _moment(headers.get("retry-after", "")), _moment(headers.get("date", ""))
    return max((then - now).total_seconds(), 0.0) if then and now else None


def spell(seconds: float) -> str:
    """`45 s`, `60 min`, `3 h`: a wait as a person says it, rounded up."""
    if seconds < TWO_DIGITS:
        return f"{ceil(seconds)} s"
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < TWO_DIGITS else f"{ceil(minutes / 60)} h"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    # `float` reads "nan" and "inf".
    return value if isfinite(value) and value >= 0 else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    # Without a zone the date could be hours off.
    return moment if moment.tzinfo else None
