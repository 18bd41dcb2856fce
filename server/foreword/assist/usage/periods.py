"""Spend, saving and hit ratio over time: the days of the ledger, gaps filled, put together where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from foreword.assist.accounts.ledger import Total
from foreword.core.tokens import Usage

SECONDS_A_DAY = 86_400
MAX_PERIODS = 90
MIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row, from `first` on; US dollars."""

    first: date
    n_days: int
    n_requests: int
    usage: Usage
    cost: float
    without_cache: float

    @property
    def saved(self) -> float:
        """Net: write premiums and warm-ups count against it."""
        return self.without_cache - self.cost

    @property
    def hit_ratio(self) -> float | None:
        """The share of prompt tokens that were read from the cache; None without any."""
        return self.usage.read / self.usage.prompt if self.usage.prompt else None

    @property
    def label(self) -> str:
        """The first day, and the last one where there are several."""
        last = self.first + timedelta(self.n_days - 1)
        return (
            self.first.isoformat() if self.n_days == 1 else f"{self.first.isoformat()} to {last.isoformat()}"
        )

    @property
    def short(self) -> str:
        """The first day as a label of an axis, such as `Mar 3`."""
        return f"{self.first:%b} {self.first.day}"


def periods_of(totals: Iterable[Total], today: date) -> tuple[Period, ...]:
    """Equal periods from the first day with a request (a week ago at least) until today; `totals` are by day."""
    days = {date.fromisoformat(total.group): total for total in totals}
    if not days:
        return ()
    # A clock that was set back leaves rows of days to come.
    last = max(today, *days)
    n_days = max(MIN_DAYS, (last - min(days)).days + 1)
    # Rounded up: `//` rounds down, also below zero.
    length = -(-n_days // MAX_PERIODS)
    n_periods = -(-n_days // length)
    # Counted back from today, so that the last period is a whole one.
    first = last - timedelta(n_periods * length - 1)
    grouped: list[list[Total]] = [[] for _ in range(n_periods)]
    for day, total in days.items():
        grouped[(day - first).days // length].append(total)
    return tuple(_period(first + timedelta(n * length), length, found) for n, found in enumerate(grouped))


def sum_totals(totals: Iterable[Total]) -> tuple[Total, ...]:
    """All groups together: one sum of what was real, one of what was simulated, each if there is any."""
    listed = tuple(totals)
    return tuple(
        Total(
            "total",
            simulated,
            sum(t.n_requests for t in chosen),
            sum((t.usage for t in chosen), Usage()),
            sum(t.cost for t in chosen),
            sum(t.without_cache for t in chosen),
        )
        for simulated in (False, True)
        if (chosen := [total for total in listed if total.simulated == simulated])
    )


def _period(first: date, n_days: int, totals: Sequence[Total]) -> Period:
    return Period(
        first,
        n_days,
        sum(total.n_requests for total in totals),
        sum((total.usage for total in totals), Usage()),
        sum(total.cost for total in totals),
        sum(total.without_cache for total in totals),
    )
