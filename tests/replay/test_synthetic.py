from __future__ import annotations

from itertools import pairwise
from statistics import median

import pytest

from foreword.replay.trace import LAWS, LawName, TracePlan, make_trace


def asks_of(plan: TracePlan) -> list[float]:
    return [event.t for event in make_trace(plan) if event.event == "ask"]


@pytest.mark.parametrize("law", LAWS)
def test_the_same_seed_makes_the_same_days_in_order(law: LawName) -> None:
    events = make_trace(TracePlan(5, law, 3))
    assert events == make_trace(TracePlan(5, law, 3))
    assert events != make_trace(TracePlan(6, law, 3))
    assert all(one.t <= other.t for one, other in pairwise(events))


def test_reference_days_are_as_described() -> None:
    plan = TracePlan(1, days=60, asks=45)
    asks = asks_of(plan)
    gaps = [later - earlier for earlier, later in pairwise(asks)]
    edits = [event.tokens or 0 for event in make_trace(plan) if event.event == "edit"]
    assert 60 * 45 == len(asks)
    assert 59 == sum(abs(gap - 14 * 3_600) < 1 for gap in gaps)
    assert 140 == pytest.approx(median(gaps), abs=25)
    assert 0.75 == pytest.approx(len(edits) / len(asks), abs=0.03)
    assert 350 == pytest.approx(sum(edits) / len(edits), abs=25)


@pytest.mark.parametrize(
    ("law", "expected"), [("sparse", 2), ("burst", 60), ("split", 45), ("hourly", 24), ("edits", 0)]
)
def test_each_law_asks_so_often_a_day(law: LawName, expected: int) -> None:
    assert 10 * expected == len(asks_of(TracePlan(3, law, 10)))


def test_bursts_last_ten_minutes() -> None:
    asks = asks_of(TracePlan(3, "burst", 5))
    lengths = [asks[i + 29] - asks[i] for i in range(0, len(asks), 30)]
    assert 600 == pytest.approx(sum(lengths) / len(lengths), abs=60)


def test_noon_lasts_four_hours() -> None:
    gaps = [later - earlier for earlier, later in pairwise(asks_of(TracePlan(3, "split", 5)))]
    assert 5 == sum(abs(gap - 4 * 3_600) < 1 for gap in gaps)


def test_days_of_nothing_but_edits_have_edits() -> None:
    assert {"edit"} == {event.event for event in make_trace(TracePlan(3, "edits", 2))}


def test_people_have_days_of_their_own() -> None:
    events = make_trace(TracePlan(3, days=1, developers=3))
    by_person = [[event.t for event in events if event.who == who] for who in range(3)]
    assert all(by_person)
    assert by_person[0] != by_person[1]
    assert by_person[0] == [event.t for event in make_trace(TracePlan(3, days=1))]
