from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.policy.gap_model import DAY_S, HORIZON_S, PRIOR_GAPS, GapModel, hour_of, place_of

NOON = 43_200.0
GAPS = st.lists(st.floats(0.0, 3 * HORIZON_S), max_size=40)
TIMES = [0.0, 30.0, 300.0, 1_800.0, 3_600.0, 14_400.0, 20_000.0, DAY_S, HORIZON_S, 2 * HORIZON_S]


def times_of(gaps: list[float]) -> list[float]:
    times = [0.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    return times


@settings(deadline=None, max_examples=40)
@given(GAPS, st.floats(0, 10 * DAY_S))
def test_a_law_falls_from_one_and_is_a_chance(gaps: list[float], at: float) -> None:
    law = GapModel.of(times_of(gaps)).law(at)
    chances = [law.survival(seconds) for seconds in TIMES]
    assert 1.0 == chances[0]
    assert all(0.0 <= later <= earlier <= 1.0 for earlier, later in pairwise(chances))


@settings(deadline=None, max_examples=20)
@given(GAPS)
def test_the_same_times_teach_the_same(gaps: list[float]) -> None:
    assert GapModel.of(times_of(gaps)) == GapModel.of(times_of(gaps))


def test_of_a_new_user_it_is_open_whether_they_come_back_within_the_hour() -> None:
    law = GapModel().law(NOON)
    assert 0.4 < law.survival(3_600) < 0.6
    assert 0.3 < law.survival(HORIZON_S) < 0.4


def test_what_was_seen_outweighs_the_prior() -> None:
    model = GapModel.of(times_of([10_000.0] * 20))
    assert 20 == model.n_gaps
    assert model.law(NOON).survival(9_000) > 1 - PRIOR_GAPS / 20
    assert model.law(NOON).survival(11_000) < PRIOR_GAPS / 20


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (3_600.0, True),
        (3_571.0, True),
        (1_825.0, True),
        (7_229.0, True),
        (3_569.0, False),
        (2_700.0, False),
        (5.0, False),
    ],
)
def test_a_gap_of_whole_half_hours_is_that_of_a_clock(gap: float, expected: bool) -> None:
    model = GapModel.of(times_of([gap]))
    assert expected == model.is_timed == model.is_known


def test_a_script_that_is_early_counts_as_on_time() -> None:
    early, late = (GapModel.of(times_of([gap] * 9)) for gap in (3_596.0, 3_604.0))
    assert early.counts == late.counts


def test_old_habits_fade() -> None:
    model = GapModel.of(times_of([10_000.0] * 500 + [60.0] * 500))
    assert model.laws(NOON)[0].survival(9_000) < 0.3


def test_each_hour_of_the_day_has_a_law_of_its_own() -> None:
    """At noon there is a pause of four hours; at all other times the next question comes at once."""
    hours = (11.6, 11.7, 11.8, 11.9, 12.1, 16.0)
    model = GapModel.of(day * DAY_S + hour * 3_600 for day in range(60) for hour in hours)
    assert model.law(12.2 * 3_600).survival(3_000) > 0.7
    assert model.law(11.2 * 3_600).survival(3_000) < 0.3
    assert model.laws(NOON)[0] == model.law(3 * 3_600.0)


def test_a_clock_that_goes_back_teaches_nothing() -> None:
    model = GapModel.of([1_000.0, 500.0])
    assert 0 == model.n_gaps
    assert 500.0 == model.last


def test_habits_of_one_place_are_expected_at_another() -> None:
    """Questions at two places alternate each ten minutes; each place sees one in twenty."""
    asked = [(600.0 * i, "ab"[i % 2]) for i in range(40)]
    at_a, at_c = GapModel.of_places(asked, "a"), GapModel.of_places(asked, "c")
    assert 38 == at_a.n_gaps == at_c.n_gaps
    assert (38 * 600.0, None) == (at_a.last, at_c.last)
    assert at_c.law(0.0).survival(1_100) - at_c.law(0.0).survival(1_600) > 0.8


@pytest.mark.parametrize(
    ("seconds", "place"),
    [
        (0, (0, 0.0)),
        (150, (0, 0.5)),
        (14_400, (48, 0.0)),
        (15_300, (48, 0.5)),
        (1e9, (136, 0.0)),
        (-1, (0, 0.0)),
    ],
)
def test_bins_are_five_minutes_then_half_an_hour_wide(seconds: float, place: tuple[int, float]) -> None:
    assert place == place_of(seconds)


@pytest.mark.parametrize(("at", "hour"), [(0, 0), (3_599, 0), (3_600, 1), (86_399, 23), (86_400, 0)])
def test_days_begin_at_midnight(at: float, hour: int) -> None:
    assert hour == hour_of(at)
