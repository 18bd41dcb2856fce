"""The law of the gaps between a user's questions, learned from their times and their editor: when will the next one come?

    times of questions -> GapModel -> Law (chance that nothing came after so many seconds)

A gap is counted in a bin, once for all and once for the hour of the day at which it began. What is expected
at an hour is drawn towards the law of all hours, and that one towards `PRIOR`, the less the more was seen.
Old gaps fade, so that the model follows its user. What an editor shows of its user (`Signals`) makes a question more or
less likely.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate, pairwise
from math import erf, log, sqrt

FINE_S, FINE_END_S = 300.0, 14_400.0
COARSE_S, HORIZON_S = 1_800.0, 172_800.0
"""Bins of five minutes up to four hours, of half an hour up to two days; one more for all beyond."""

N_FINE = int(FINE_END_S / FINE_S)
N_BINS = N_FINE + int((HORIZON_S - FINE_END_S) / COARSE_S) + 1

PRIOR_GAPS = 1.0
"""How many seen gaps the prior weighs as much as: with one, the first ten days cost least over all laws."""

NEAR, FAR = 0.45, 0.2
"""What the prior expects of a user, see `prior`: rather pessimistic, as a mark that is in vain costs at once."""

HOUR_GAPS = 30.0
"""How many gaps of its own an hour of the day needs to weigh as much as all hours together."""

CLOCK_S, CLOCK_SLACK_S = 1_800.0, 30.0
"""A gap of whole half hours, give or take, is that of a script: people keep them by chance one time in thirty."""

KNOWN, KNOWN_PAUSES = 2, 5
"""How many gaps have to be seen before any can be reckoned with, and how many long ones where most are short.

After one gap, all that is known is that it was that long; after a noon and a night, that some are longer than a mark lives.
"""

FADING = 0.998
"""What a gap still weighs after the next one was seen: about the last 500 count."""

HOURS = 24
HOUR_S, DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Law:
    """`tails[i]` is the chance that a gap is longer than the beginning of bin `i`."""

    tails: tuple[float, ...]

    def survival(self, seconds: float) -> float:
        """The chance that nothing came after so long; even inside of a bin, and level past the horizon."""
        low, share = place_of(seconds)
        return self.tails[low] + share * (self.tails[low + 1] - self.tails[low]) if share else self.tails[low]


@dataclass(frozen=True, slots=True)
class GapModel:
    """Counts of gaps by bin, for all hours and for each; `weight` is what the next gap will count.

    `n_gaps` were seen so far, `n_pauses` of them longer than the shortest lifetime of a mark; `is_timed` is whether the last one was that of
    a clock. `last` is the time of the last question.
    """

    counts: tuple[float, ...] = (0.0,) * N_BINS
    hours: tuple[tuple[float, ...], ...] = ((),) * HOURS
    weight: float = 1.0
    n_gaps: int = 0
    last: float | None = field(default=None)
    n_pauses: int = 0
    is_timed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it can be said when somebody comes back: a script each hour has to be seen once, anybody else twice."""
        return self.is_timed or self.n_gaps >= KNOWN

    @property
    def knows_pauses(self) -> bool:
        """Whether it can be said how long a pause is: whoever makes nothing but pauses is known as soon as `is_known`."""
        return self.is_known and (self.n_pauses == self.n_gaps or self.n_pauses >= KNOWN_PAUSES)

    @staticmethod
    def of(times: Iterable[float]) -> GapModel:
        """Learned from the times of questions, oldest first, in seconds of a clock whose midnight is at 0."""
        model = GapModel()
        for at in times:
            model = model.learn(at)
        return model

    @staticmethod
    def of_places(asked: Iterable[tuple[float, str]], here: str) -> GapModel:
        """Learned from the times and places (worktrees) of all questions of a user, oldest first.

        A gap lies between two questions at one place; `last` is that of the place `here`, where there may be none yet.
        """
        model, last = GapModel(), dict[str, float]()
        for at, place in asked:
            model = replace(model, last=last.get(place)).learn(at)
            last[place] = at
        return replace(model, last=last.get(here))

    def learn(self, at: float) -> GapModel:
        """The model after one more question."""
        # A clock that was set back shows no gap: counting begins again at the new time.
        if self.last is None or at < self.last:
            return replace(self, last=at)
        gap = at - self.last
        clock = _on_clock(gap)
        # The few seconds by which a script is early would put half of its gaps into the bin before.
        hour, (place, _) = hour_of(self.last), place_of(clock or gap)
        own = _added(self.hours[hour] or (0.0,) * N_BINS, place, self.weight)
        return GapModel(
            _added(self.counts, place, self.weight),
            (*self.hours[:hour], own, *self.hours[hour + 1 :]),
            # Instead of fading every count at each question, the next one weighs more; `_blend` divides by
            # the weight.
            self.weight / FADING,
            self.n_gaps + 1,
            at,
            self.n_pauses + (gap > FINE_S),
            clock > 0,
        )

    def laws(self, at: float) -> tuple[Law, Law]:
        """The law of all gaps, and of those that begin at the hour of `at`."""
        everywhere = _blend(prior(), PRIOR_GAPS, self.counts, self.weight)
        law, own = _law(everywhere), self.hours[hour_of(at)]
        return law, _law(_blend(everywhere, HOUR_GAPS, own, self.weight)) if own else law

    def law(self, at: float) -> Law:
        """The law of gaps that begin at the hour of `at`."""
        return self.laws(at)[1]


def place_of(seconds: float) -> tuple[int, float]:
    """The bin of a time, and which share of the bin lies before it; everything past the horizon is the last bin."""
    if seconds >= HORIZON_S:
        return N_BINS - 1, 0.0
    late = seconds - FINE_END_S
    place = max(0.0, seconds) / FINE_S if late < 0 else N_FINE + late / COARSE_S
    return int(place), place - int(place)


def _on_clock(gap: float) -> float:
    """The whole half hours that a gap keeps, in seconds; 0 if it keeps none."""
    clock = round(gap / CLOCK_S) * CLOCK_S
    return clock if abs(gap - clock) <= CLOCK_SLACK_S else 0.0


def hour_of(at: float) -> int:
    """The hour of the day, 0 to 23."""
    return int(at % DAY_S) // HOUR_S


@cache
def prior() -> tuple[float, ...]:
    """The share of each bin for a user of whom nothing is known yet.

    Of a hundred questions 45 are followed by another one within a sitting, log-normally about 150 seconds later,
    20 after a pause of minutes or hours, evenly in the logarithm, and 35 by none within the horizon.
    """
    edges = [_edge(i) for i in range(N_BINS)]
    # The first edge is zero, which has no logarithm.
    near = [_normal(log(edge / 150.0) / 1.4) if edge else 0.0 for edge in edges]
    far = [min(1.0, max(0.0, log(edge / 600.0) / log(DAY_S / 600.0))) if edge else 0.0 for edge in edges]
    until = [NEAR * a + FAR * b for a, b in zip(near, far, strict=True)]
    return (*(high - low for low, high in pairwise(until)), 1.0 - until[-1])


def _blend(
    expected: Sequence[float], n_expected: float, counts: Sequence[float], weight: float
) -> tuple[float, ...]:
    """Shares by bin: what was expected, as if `n_expected` gaps had shown it, together with what was counted."""
    scale = 1.0 / weight
    total = n_expected + sum(counts) * scale
    a, b = n_expected / total, scale / total
    return tuple([a * share + b * count for share, count in zip(expected, counts, strict=True)])


def _law(shares: Sequence[float]) -> Law:
    # Shares that are summed up may come out a little above one.
    return Law((*[max(0.0, 1.0 - until) for until in accumulate(shares, initial=0.0)][:N_BINS],))


def _added(counts: tuple[float, ...], place: int, weight: float) -> tuple[float, ...]:
    return (*counts[:place], counts[place] + weight, *counts[place + 1 :])


def _edge(i: int) -> float:
    return i * FINE_S if i <= N_FINE else FINE_END_S + (i - N_FINE) * COARSE_S


def _normal(z: float) -> float:
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


ACTIVE_S = 300.0
"""How long a keystroke or a save counts as being at work."""

AT_WORK, CHATTING, FOCUSED, BLURRED = 2.0, 1.5, 1.25, 0.5
"""Factors on the rate at which questions come (proportional hazards)."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the editor; all unknown by default.

    `last_change` is when something was typed or saved, in the seconds of the decision's clock.
    `closed` is also true where no process stays that could ping.
    """

    last_change: float | None = None
    focused: bool | None = None
    chat_open: bool = False
    asleep: bool = False
    closed: bool = False

    @property
    def is_away(self) -> bool:
        """Whether nobody can come back without a sign of it."""
        return self.asleep or self.closed

    def hazard(self, now: float) -> float:
        """What the rate of questions is multiplied by: above 1 while the user is active in the editor, below 1 without focus."""
        factor = {None: 1.0, True: FOCUSED, False: BLURRED}[self.focused]
        if self.last_change is not None and now - self.last_change < ACTIVE_S:
            factor *= AT_WORK
        return factor * (CHATTING if self.chat_open else 1.0)
