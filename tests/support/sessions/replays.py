"""Rates and replays for tests of policies: `replayed` runs a policy by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foreword.core.tokens import Usage
from foreword.prefix.policy.situation import Rates
from foreword.replay.baselines import find_policy
from foreword.replay.trace import Event
from foreword.replay.trace_run import Outcome, ReplayedRequest, Sizes, Terms, outcome, requests_of

RATES: Mapping[float, Rates] = {
    multiplier: Rates(2.0, 2.5, 4.0, 2.0 * multiplier, minimum=512) for multiplier in (0.1, 0.05, 0.025)
}
"""Prices by read multiplier."""

SIZES = Sizes(80_000, 2_500)
EVEN = Rates(1.0, 1.25, 2.0, 0.05)


def terms_of(rates: Rates, sizes: Sizes = SIZES) -> Terms:
    return Terms(4 * rates.cost(Usage(write_1h=sizes.base)))


def sent_by(
    name: str, events: Sequence[Event], rates: Rates = EVEN, sizes: Sizes = SIZES, terms: Terms | None = None
) -> Sequence[ReplayedRequest]:
    return requests_of(events, find_policy(name), rates, sizes, terms or terms_of(rates, sizes))


def replayed(
    name: str, events: Sequence[Event], rates: Rates = EVEN, sizes: Sizes = SIZES, terms: Terms | None = None
) -> Outcome:
    return outcome(name, sent_by(name, events, rates, sizes, terms), rates, sizes)


def asks(*times: float) -> list[Event]:
    return [Event(t, "ask") for t in times]
