from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.policy.situation import Rates
from foreword.replay.offline_optimum import optimum
from foreword.replay.trace import Event
from foreword.replay.trace_run import Sizes
from replays import EVEN, RATES, SIZES, asks, replayed

GAPS = st.one_of(
    st.floats(1.0, 400.0),
    st.sampled_from([240.0, 299.0, 300.0, 301.0, 600.0, 3_599.0, 3_600.0, 3_601.0, 7_200.0, 50_400.0]),
    st.floats(400.0, 90_000.0),
)
STEPS = st.lists(
    st.tuples(
        GAPS, st.sampled_from(["ask", "ask", "ask", "edit", "sleep", "wake", "blur"]), st.integers(0, 9_000)
    ),
    min_size=1,
    max_size=25,
)
FRESH = ("none", "rebuild", "delta-5m", "delta-1h", "pings-2", "pings-4", "pings-30", "pings-59", "foreword")
SMALL = Sizes(20_000, 300)
CLIFF = Rates(1.0, 1.25, 2.0, 0.1, cliff_above=30_000, cliff_factor=5.0)


def trace_of(steps: list[tuple[float, str, int]]) -> list[Event]:
    now, events = 0.0, []
    for gap, happening, tokens in steps:
        now += gap
        events.append(Event(now, happening, tokens))  # type: ignore[arg-type]  # one of the happenings
    return events


@settings(deadline=None, max_examples=120)
@given(
    STEPS,
    st.sampled_from([*RATES.values(), CLIFF, Rates(1.0, 1.25, 2.0, 0.05, minimum=30_000)]),
    st.sampled_from([0, 5_000, 18_000]),
)
def test_nobody_who_stays_fresh_beats_the_optimum(
    steps: list[tuple[float, str, int]], rates: Rates, stable: int
) -> None:
    events, sizes = trace_of(steps), replace(SMALL, stable=stable)
    bound = optimum(events, rates, sizes)
    for policy in FRESH:
        found = replayed(policy, events, rates, sizes)
        assert bound.cost <= found.cost + 1e-12, policy
        assert bound.without_cache == pytest.approx(found.without_cache)
        assert bound.hits + bound.misses == found.hits + found.misses


def test_a_single_question_is_sent_without_a_mark() -> None:
    found = optimum(asks(0), EVEN, SIZES)
    assert 82_500 == pytest.approx(found.cost * 1e6)
    assert (0, 1, 0) == (found.hits, found.misses, found.writes)


def test_two_questions_within_minutes_share_one_short_write() -> None:
    assert 100_000 + 4_000 + 5_000 == pytest.approx(optimum(asks(0, 200), EVEN, SIZES).cost * 1e6)


def test_a_pause_is_bridged_where_pings_are_cheaper_than_a_write() -> None:
    found = optimum(asks(0, 900), EVEN, SIZES)
    assert (1, 2) == (found.hits, found.pings)
    assert 100_000 + 3 * 4_000 + 5_000 == pytest.approx(found.cost * 1e6)


def test_through_the_night_the_hour_is_used() -> None:
    found = optimum(asks(0, 50_400), EVEN, SIZES)
    assert 82_500 * 2 == pytest.approx(found.cost * 1e6)
    often = optimum(asks(*(i * 50_400 for i in range(9))), EVEN, SIZES)
    assert (8, 8 * 13, 1) == (often.hits, often.pings, often.writes)


def test_nothing_is_kept_through_a_long_sleep() -> None:
    events = [Event(0, "ask"), Event(10, "sleep"), Event(3_700, "wake"), Event(3_800, "ask")]
    assert 0 == optimum(events, EVEN, SIZES).hits


def test_a_delta_that_is_read_too_often_is_folded() -> None:
    events = [*asks(0, 10), Event(20, "edit", 60_000), *asks(*range(30, 3_000, 10))]
    assert 2 == optimum(events, EVEN, SIZES).writes


def test_the_bound_of_a_new_base_leaves_out_what_is_stable_of_it() -> None:
    events = [*asks(0, 10), Event(20, "edit", 60_000), *asks(*range(30, 3_000, 10))]
    whole, half = (optimum(events, EVEN, replace(SIZES, stable=stable)) for stable in (0, 40_000))
    # Read instead of written for five minutes.
    assert pytest.approx(40_000 * 1.2) == (whole.cost - half.cost) * 1e6
