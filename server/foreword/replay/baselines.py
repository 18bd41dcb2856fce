"""Policies by name: the fixed ones that a replay compares with, and `foreword`, which is that of the server.

none       no marks, everything fresh each time
rebuild    the prefix is written anew on every change, 5m
stale      the prefix is written once and never told of a change, 5m: cheap, and wrong
delta-5m   base and delta, 5m, no pings
delta-1h   base and delta, 1h, no pings
pings-N    base and delta, a ping each N minutes of the working day: 1h, or 5m where N is under 5
foreword   by expected value (`policy`)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from foreword.core.errors import UsageError
from foreword.prefix.policy.policy import decide_request, decide_warmth
from foreword.prefix.policy.situation import TTL_SECONDS, Action, Decision, Situation, Ttl

NAMES = ("none", "rebuild", "stale", "delta-5m", "delta-1h", "pings-N", "foreword", "optimum")
"""What can be asked for; `optimum` is no policy but a bound."""

STANDARD = ("none", "rebuild", "stale", "delta-5m", "delta-1h", "pings-4", "pings-55", "foreword", "optimum")
"""What is compared where nothing else is asked for."""

WORKING_S = 7_200.0
"""How long after the last question it is still the working day, for `pings-N`."""

DELTA_LIMIT = 16_000
"""The tokens of a delta that fixed policies fold."""

_PINGS = re.compile(r"pings-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is decided before a question and between questions; `is_stale` policies never tell of changes."""

    name: str
    request: Callable[[Situation], Decision]
    warmth: Callable[[Situation], Decision]
    is_stale: bool = False


def find_policy(name: str) -> Policy:
    """The policy called `name`.

    Raises:
        UsageError: there is no such policy.
    """
    if name in _FIXED:
        request, is_stale = _FIXED[name]
        return Policy(name, request, _let_go, is_stale)
    return Policy(name, decide_request, decide_warmth) if name == "foreword" else _pings(name)


def _pings(name: str) -> Policy:
    match = _PINGS.fullmatch(name)
    minutes = int(match[1]) if match else 0
    if not 1 <= minutes < 60:  # noqa: PLR2004 - an hour is the longest lifetime
        raise UsageError(f"there is no policy {name!r}; known are {', '.join(NAMES)} (N is 1 to 59 minutes)")
    # A ping at the very end of five minutes would come too late, so N must be under five.
    ttl: Ttl = "5m" if minutes * 60 < TTL_SECONDS["5m"] else "1h"
    return Policy(name, partial(_kept_while_warm, ttl), partial(_ping_each, minutes * 60.0))


def _unmarked(_: Situation) -> Decision:
    return Decision("rebase", "No marks.")


def _let_go(_: Situation) -> Decision:
    return Decision("let go", "No pings.")


def _rebuilt(now: Situation) -> Decision:
    is_same = now.is_warm and not now.pending
    return Decision("keep" if is_same else "rebase", "Rebuilt on every change.", "5m")


def _kept_while_warm(ttl: Ttl, now: Situation) -> Decision:
    fits = now.base + now.delta + now.pending + now.turn <= now.rates.room(now.base + now.turn)
    # A cold prefix is written anew in any case, so to fold its delta costs nothing.
    is_short = now.delta + now.pending <= (DELTA_LIMIT if now.is_warm else 0)
    action: Action = "keep" if now.questions and is_short and fits else "rebase"
    # Asked again at once: the rule between questions says itself when its first ping is due.
    return Decision(action, "Kept while it is warm and the delta is short.", ttl, now.now)


def _ping_each(seconds: float, now: Situation) -> Decision:
    if now.renewed is None or now.ttl is None or not now.is_warm or now.signals.is_away:
        return Decision("let go", "There is nothing to keep warm.")
    due = now.renewed + seconds
    if now.now < due:
        return Decision("wait", "Not yet.", now.ttl, due)
    if now.gaps.last is None or now.now - now.gaps.last > WORKING_S or _costs_a_write(now, now.ttl):
        return Decision("let go", "The working day is over.")
    return Decision("ping", "It is time.", now.ttl, now.now + seconds)


def _costs_a_write(now: Situation, ttl: Ttl) -> bool:
    """Whether the pings since the last question cost as much as the write that they save."""
    return (now.pings + 1) * now.rates.reading > now.rates.writing(ttl) - now.rates.reading


# Stands last: it needs the functions above.
_FIXED: Mapping[str, tuple[Callable[[Situation], Decision], bool]] = MappingProxyType({
    "none": (_unmarked, False),
    "rebuild": (_rebuilt, False),
    "stale": (partial(_kept_while_warm, "5m"), True),
    "delta-5m": (partial(_kept_while_warm, "5m"), False),
    "delta-1h": (partial(_kept_while_warm, "1h"), False),
})  # fmt: skip
"""Policies without pings, and whether they are stale."""
