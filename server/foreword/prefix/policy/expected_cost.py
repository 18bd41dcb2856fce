"""What a cached prefix is worth: expected costs until the next question and beyond, from a law of gaps.

Money is counted in prices of the whole prefix as fresh input: a read costs `r`, a write `w`, no cache 1.
Let a *run* be the questions from one write to the next. With the chance `h` that a question comes while the
prefix is warm, and `n` pings a gap, a question costs on the average, with one and the same lifetime for ever,

    g(ttl) = w (1 - h) + r h + r n + c          and          g = min(1, g(5m), g(1h))

where `c` is what the growing delta costs, and the number of pings is the one that makes g(ttl) least. What is
still to come after a question, against that average, is F = (n r + c + h (r - g)) / (1 - h), the bias of the
renewal process; being warm when the next question comes is worth g - r - F.
Source: R. A. Howard, Dynamic Programming and Markov Processes (1960), chapter 4: policy improvement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf, sqrt
from types import MappingProxyType

from foreword.prefix.policy.gap_model import HORIZON_S, Law, place_of
from foreword.prefix.policy.situation import TTL_SECONDS, Rates, Ttl

LEAST_MISS = 1e-3
"""The least chance of a miss that is believed."""

Step = tuple[float, float]
"""A ping: the chance that it is needed, and the chance that no question came until the end of what it buys."""


@dataclass(frozen=True, slots=True)
class Pings:
    """A plan: so many pings at most, the expected number of them, and the chance of a hit with them."""

    planned: int
    expected: float
    hit: float


NO_PINGS = Pings(0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Run:
    """How questions go with one lifetime: `future` is F, `warmth` what being warm at a question is worth."""

    write: float
    pings: Pings
    future: float
    warmth: float

    @property
    def length(self) -> float:
        """Further requests, pings included, that are expected before the prefix grows cold."""
        return (self.pings.hit + self.pings.expected) / max(LEAST_MISS, 1.0 - self.pings.hit)


@dataclass(frozen=True, slots=True)
class ExpectedCosts:
    """The average cost of a question with the best lifetime, and the run of each lifetime."""

    average: float
    runs: Mapping[Ttl, Run]


def margin_s(ttl: Ttl) -> float:
    """How many seconds before the end of its lifetime a prefix is pinged: a request needs time to begin."""
    return min(60.0, TTL_SECONDS[ttl] / 10)


def plan_pings(steps: Iterable[Step], hit: float, *, gain: float, read: float, most: float) -> Pings:
    """The best number of pings before the next question, by optimal stopping over the law of its coming.

    Each of `steps` is a ping; without any, the chance of a hit is `hit`. A hit gains `gain`, a ping costs `read`.
    There are never more pings than a hit is worth (the ski-rental bound: at the worst, twice what somebody who
    knew would have paid), nor than `most`.
    """
    # Where reading is free no number of pings is too many.
    bound = min(most, gain / read) if read > 0 else most
    best, best_value = Pings(0, 0.0, hit), gain * hit
    expected = 0.0
    for planned, (alive, left) in enumerate(steps, 1):
        expected += alive
        # A hit can't be surer than certain: with these pings paid, no later plan comes up to the best one.
        if planned > bound or gain - read * expected < best_value:
            break
        value = gain * (1.0 - left) - read * expected
        if value > best_value:
            best, best_value = Pings(planned, expected, 1.0 - left), value
    return best


def steps_of(law: Law, ttl: Ttl) -> Iterator[Step]:
    """The pings after a question whose gap has the law `law`."""
    tails = law.tails
    for low, share, end_low, end_share in _schedule(ttl):
        yield (
            tails[low] + share * (tails[low + 1] - tails[low]),
            tails[end_low] + end_share * (tails[end_low + 1] - tails[end_low])
            if end_share
            else tails[end_low],
        )


def steps_from(law: Law, ttl: Ttl, elapsed_s: float, covered_s: float, hazard: float) -> Iterator[Step]:
    """The pings of a gap that lasts for `elapsed_s` already, where the prefix is warm until `covered_s`."""
    left, end = law.survival(elapsed_s), covered_s
    while end < HORIZON_S:
        at = max(elapsed_s, end - margin_s(ttl))
        end = at + TTL_SECONDS[ttl]
        # Proportional hazards: a rate that is `hazard` times as high raises the chance of silence to that
        # power.
        yield (law.survival(at) / left) ** hazard, (law.survival(end) / left) ** hazard


@lru_cache(maxsize=16)
def look_ahead(rates: Rates, law: Law, growth: float, most: int, only: Ttl | None = None) -> ExpectedCosts:
    """The outlook for a law of gaps, with at most so many pings a gap; `only` one lifetime where it is given.

    `growth` is what a question adds to the delta, as a share of the base.
    """
    read = rates.reading
    best = {ttl: _best(rates, law, ttl, growth, most) for ttl in TTL_SECONDS}
    # 1 is the price of sending it all without a mark, which is open to everybody who set no lifetime.
    average = best[only][0] if only else min(1.0, *(found for found, _ in best.values()))
    runs = {ttl: _run(rates.writing(ttl), read, average, found, plan) for ttl, (found, plan) in best.items()}
    return ExpectedCosts(average, MappingProxyType(runs))


def until_fold(write: float, read: float, growth: float) -> float:
    """After how many questions a delta is best folded into a new base, if that is never free.

    The delta costs r growth (1 + 2 + ...) to carry, a fold the price w - r: the economic order quantity.
    """
    return sqrt(2.0 * max(0.0, write - read) / (read * growth)) if read * growth > 0 else inf


def future_from(run: Run, plan: Pings, read: float, average: float) -> float:
    """F after a question whose own gap has another law than all others; `plan` is the best for that gap."""
    return plan.expected * read + plan.hit * (read - average + run.future)


@cache
def _schedule(ttl: Ttl) -> tuple[tuple[int, float, int, float], ...]:
    """The places (see `gap_model.place_of`) of each ping after a question, and of the end of what it buys."""
    found, end = [], float(TTL_SECONDS[ttl])
    while end < HORIZON_S:
        at = end - margin_s(ttl)
        end = at + TTL_SECONDS[ttl]
        found.append((*place_of(at), *place_of(end)))
    return tuple(found)


def _best(rates: Rates, law: Law, ttl: Ttl, growth: float, most: int) -> tuple[float, Pings]:
    """The least average cost of a question with one lifetime, and the pings that lead to it."""
    write, read = rates.writing(ttl), rates.reading
    bound = min(float(most), (write - read) / read) if read > 0 else float(most)
    fold_after, saved = until_fold(write, read, growth), write - read
    best = Pings(0, 0.0, 1.0 - law.survival(TTL_SECONDS[ttl]))
    least = write - saved * best.hit + _carried(best.hit, 0.0, saved, read * growth, fold_after)
    expected = 0.0
    for planned, (alive, left) in enumerate(steps_of(law, ttl), 1):
        expected += alive
        flat = write - saved * (1.0 - left) + read * expected
        # The reads alone cost as much by now, even if every question were a hit.
        if planned > bound or read * (1.0 + expected) >= least:
            break
        # The delta only adds to it, and takes longer to compute.
        if flat < least:
            average = flat + _carried(1.0 - left, expected, saved, read * growth, fold_after)
            if average < least:
                best, least = Pings(planned, expected, 1.0 - left), average
    return least, best


def _carried(hit: float, expected: float, saved: float, growing: float, fold_after: float) -> float:
    """What the growing delta costs a question on the average: its reads, and a fold now and then."""
    # A law that was never seen to miss would promise a run without end.
    n_questions = 1.0 / max(LEAST_MISS, 1.0 - hit)
    folds = max(0.0, 1.0 / fold_after - 1.0 / n_questions) * saved
    return growing * (1.0 + expected) * min(n_questions, fold_after) / 2.0 + folds


def _run(write: float, read: float, average: float, own_average: float, plan: Pings) -> Run:
    """`own_average` is g(ttl), so that (n r + c) = g(ttl) - w (1 - h) - r h."""
    between = own_average - write * (1.0 - plan.hit) - read * plan.hit
    future = (between + plan.hit * (read - average)) / max(LEAST_MISS, 1.0 - plan.hit)
    return Run(write, plan, future, average - read - future)
