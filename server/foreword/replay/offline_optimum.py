"""The offline optimum: the least cost of a trace for a policy that knows all of it in advance, by dynamic programming.

State after each question: the lifetime of the base in force (or none), and the tokens of its delta. Choices for
the next one: keep the prefix warm until then by as many pings as its gap needs, let it go and write a new base
with either lifetime (what is stable of the last one is then read, if it was kept), or send it all without a mark. Of two states with the same lifetime the one with the smaller
delta and the smaller cost so far leaves nothing to the other one, so only a few states are left at any time.

It is a bound for every policy that tells the model all changes, as `replay` counts:

- A ping may be sent at the very end of a lifetime, has no turn of its own, and costs a read of the prefix.
- What is appended to the delta is written at the lower price (5m) and lives as long as the base.
- Windows are not looked at; budgets neither. Through a sleep that is longer than a lifetime nothing is kept.
- One person only: it shares nothing with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from foreword.core.tokens import Usage
from foreword.prefix.policy.situation import TTL_SECONDS, Rates, Ttl
from foreword.replay.trace import Event
from foreword.replay.trace_run import EDIT_TOKENS, Outcome, Sizes


@dataclass(frozen=True, slots=True)
class _Ask:
    """A question: seconds since the one before it, tokens saved since then, its turn, and the longest sleep between."""

    gap: float
    edited: int
    turn: int
    slept: float


@dataclass(frozen=True, slots=True)
class _State:
    ttl: Ttl | None
    delta: int
    sums: Outcome


def optimum(events: Sequence[Event], rates: Rates, sizes: Sizes) -> Outcome:
    """The bound for a trace of one person whose events are in order of time."""
    states: list[_State] = [_State(None, 0, Outcome("optimum"))]
    for ask in _asks(events, sizes):
        # A new base forgets lifetime and delta, so of all ways up to here only the cheapest can be the best.
        cheapest = min((state.sums for state in states), key=lambda sums: sums.cost)
        plain = rates.cost(Usage(fresh=sizes.base + ask.turn))
        fresh = replace(cheapest, without_cache=cheapest.without_cache + plain, misses=cheapest.misses + 1)
        kept = (_kept(state, ask, rates, sizes, plain) for state in states)
        states = _best([
            _State(None, 0, replace(fresh, cost=fresh.cost + plain)),
            *(_written(fresh, ttl, ask, rates, sizes) for ttl in TTL_SECONDS if sizes.base >= rates.minimum),
            *(state for state in kept if state is not None),
            *(_folded(fresh, ask, rates, sizes) if any(state.sums.writes for state in states) else ()),
        ])  # fmt: skip
    return min((state.sums for state in states), key=lambda sums: sums.cost)


def _written(before: Outcome, ttl: Ttl, ask: _Ask, rates: Rates, sizes: Sizes, *, read: int = 0) -> _State:
    """The state after a new base, of which so many tokens are read."""
    written = sizes.base - read
    usage = (
        Usage(fresh=ask.turn, write_1h=written, read=read)
        if ttl == "1h"
        else Usage(fresh=ask.turn, write_5m=written, read=read)
    )
    sums = replace(before, cost=before.cost + rates.cost(usage), writes=before.writes + 1)
    return _State(ttl, 0, sums)


def _kept(state: _State, ask: _Ask, rates: Rates, sizes: Sizes, plain: float) -> _State | None:
    """The state after a hit; None if the prefix can't be warm by then."""
    # While a machine sleeps nobody can ping.
    if state.ttl is None or ask.slept >= TTL_SECONDS[state.ttl]:
        return None
    prefix = sizes.base + state.delta
    # One lifetime is paid for by the question itself.
    n_pings = max(0, ceil((ask.gap - _LIFETIMES_END_S) / TTL_SECONDS[state.ttl]) - 1)
    hit = Usage(fresh=ask.turn, write_5m=ask.edited, read=prefix)
    before = state.sums
    sums = replace(
        before,
        cost=before.cost + n_pings * rates.cost(Usage(read=prefix)) + rates.cost(hit),
        without_cache=before.without_cache + plain,
        hits=before.hits + 1,
        pings=before.pings + n_pings,
    )
    return _State(state.ttl, state.delta + ask.edited, sums)


def _folded(before: Outcome, ask: _Ask, rates: Rates, sizes: Sizes) -> Iterator[_State]:
    """The states after a new base of which the part before the inner mark is read.

    That part may live an hour where the rest lives five minutes, so all that is asked for is what keeps it alone warm.
    """
    if not sizes.stable or ask.slept >= TTL_SECONDS["1h"]:
        return
    n_pings = max(0, ceil((ask.gap - _LIFETIMES_END_S) / TTL_SECONDS["1h"]) - 1)
    kept = replace(
        before,
        cost=before.cost + n_pings * rates.cost(Usage(read=sizes.stable)),
        pings=before.pings + n_pings,
    )
    for ttl in TTL_SECONDS:
        yield _written(kept, ttl, ask, rates, sizes, read=sizes.stable)


_LIFETIMES_END_S = 1e-6
"""Room for rounding of times: a gap of exactly one lifetime counts as within it."""


def _best(states: Iterable[_State]) -> list[_State]:
    """The states that no other one with the same lifetime is as good as."""
    found: list[_State] = []
    lowest: dict[Ttl | None, float] = {}
    # By rising delta: a later state has the larger one, and is kept only if it was cheaper.
    for state in sorted(states, key=lambda state: (state.delta, state.sums.cost)):
        if state.sums.cost < lowest.get(state.ttl, float("inf")):
            lowest[state.ttl] = state.sums.cost
            found.append(state)
    return found


def _asks(events: Sequence[Event], sizes: Sizes) -> Iterator[_Ask]:
    before, edited, asleep_since, slept = 0.0, 0, None, 0.0
    for event in events:
        match event.event:
            case "ask":
                turn = sizes.turn if event.tokens is None else event.tokens
                # A question from a machine that was never seen to wake: it slept up to now at most.
                if asleep_since is not None:
                    slept, asleep_since = max(slept, event.t - asleep_since), event.t
                yield _Ask(event.t - before, edited, turn, slept)
                before, edited, slept = event.t, 0, 0.0
            case "edit":
                edited += EDIT_TOKENS if event.tokens is None else event.tokens
            case "sleep" if asleep_since is None:
                asleep_since = event.t
            case "wake" if asleep_since is not None:
                slept, asleep_since = max(slept, event.t - asleep_since), None
            case _:
                pass
