"""What the policies come to on days of work: the bars that the project has set itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foreword.prefix.policy.policy import decide_request, decide_warmth
from foreword.replay.baselines import Policy
from foreword.replay.offline_optimum import optimum
from foreword.replay.trace import LawName, TracePlan, make_trace
from foreword.replay.trace_run import Terms, outcome, requests_of
from replays import RATES, SIZES, replayed

FIXED = ("rebuild", "delta-5m", "delta-1h", "pings-4", "pings-55")
REFERENCE = {
    "rebuild": (-4.0, -4.0, -3.0),
    "delta-5m": (51.0, 54.0, 56.0),
    "delta-1h": (79.0, 85.0, 87.0),
    "pings-55": (80.0, 86.0, 89.0),
}
"""Percent saved at read multipliers 0.1, 0.05 and 0.025, as computed elsewhere for days of the same law."""


@pytest.mark.parametrize("policy", REFERENCE)
def test_fixed_policies_save_what_the_reference_says(policy: str) -> None:
    trace = make_trace(TracePlan(7))
    for rates, expected in zip(RATES.values(), REFERENCE[policy], strict=True):
        assert expected == pytest.approx(replayed(policy, trace, rates).saved_percent, abs=1.3)


@pytest.mark.parametrize(("multiplier", "expected"), [(0.1, 72.0), (0.05, 82.0), (0.025, 87.0)])
def test_short_marks_with_pings_while_they_pay_save_what_the_reference_says(
    multiplier: float, expected: float
) -> None:
    """The same decisions, with `cache.ttl` at 5m and a large budget."""
    policy = Policy(
        "short",
        lambda now: decide_request(replace(now, setting="5m")),
        lambda now: decide_warmth(replace(now, setting="5m")),
    )
    rates = RATES[multiplier]
    requests = requests_of(make_trace(TracePlan(7)), policy, rates, SIZES, Terms(1_000.0))
    assert expected == pytest.approx(outcome("short", requests, rates, SIZES).saved_percent, abs=1.3)


@pytest.mark.parametrize(("multiplier", "least"), [(0.1, 78.0), (0.05, 85.0), (0.025, 88.0)])
def test_reference_days_meet_the_bars(multiplier: float, least: float) -> None:
    trace, rates = make_trace(TracePlan(11)), RATES[multiplier]
    ours = replayed("foreword", trace, rates).saved_percent
    assert ours >= least
    assert ours >= max(replayed(policy, trace, rates).saved_percent for policy in FIXED) - 1
    assert ours >= optimum(trace, rates, SIZES).saved_percent - 3


@pytest.mark.parametrize("multiplier", RATES)
@pytest.mark.parametrize(("law", "days"), [("sparse", 40), ("burst", 6), ("split", 6), ("hourly", 15)])
def test_no_fixed_policy_is_much_cheaper_under_any_law(law: LawName, days: int, multiplier: float) -> None:
    trace, rates = make_trace(TracePlan(12, law, days)), RATES[multiplier]
    best = min(replayed(policy, trace, rates).cost for policy in ("none", *FIXED))
    assert replayed("foreword", trace, rates).cost <= 1.05 * best


def test_who_only_edits_pays_nothing() -> None:
    for rates in RATES.values():
        found = replayed("foreword", make_trace(TracePlan(3, "edits", 20)), rates)
        assert (0.0, 0, 0) == (found.cost, found.writes, found.pings)
