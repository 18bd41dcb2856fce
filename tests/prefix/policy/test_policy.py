"""The decisions about money, one by one and as properties; what they come to is in `test_economics.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.policy.expected_cost import margin_s
from foreword.prefix.policy.gap_model import GapModel, Signals
from foreword.prefix.policy.policy import decide_request, decide_warming, decide_warmth
from foreword.prefix.policy.situation import TTL_SECONDS, Rates, Situation, Ttl
from replays import RATES

NOON = 43_200.0
QUICK, HOURLY, RARE = (60.0, 150.0, 240.0), (3_600.0,), (20_000.0, 66_000.0)
HAZARDS = (
    Signals(focused=False),
    Signals(),
    Signals(focused=True),
    Signals(focused=True, chat_open=True),
    Signals(focused=True, chat_open=True, last_change=1e12),
)
"""Each a stronger sign of life than the one before it."""


def model_of(gaps: tuple[float, ...], rounds: int = 10, end: float = NOON) -> GapModel:
    """Somebody whose gaps repeat, and whose last question was at `end`."""
    times = [end]
    for gap in gaps * rounds:
        times.insert(0, times[0] - gap)
    return GapModel.of(times)


def asked(gaps: GapModel, multiplier: float = 0.05, **more: Any) -> Situation:  # noqa: ANN401 - fields by name
    """Right at a question, over a cold prefix."""
    now = gaps.last if gaps.last is not None else NOON
    return replace(Situation(RATES[multiplier], gaps, now, base=80_000, turn=2_500), **more)


def waiting(gaps: GapModel, ttl: Ttl = "5m", multiplier: float = 0.05, **more: Any) -> Situation:  # noqa: ANN401 - fields by name
    """Nobody came, and the prefix is about to grow cold."""
    asked_at = gaps.last or 0.0
    now = asked_at + TTL_SECONDS[ttl] - margin_s(ttl)
    known = asked(gaps, multiplier, now=now, ttl=ttl, renewed=asked_at, questions=2)
    return replace(known, **more)


@pytest.mark.parametrize(
    ("gaps", "multiplier", "expected"),
    [
        (QUICK, 0.1, "5m"),
        (HOURLY, 0.1, "1h"),
        (RARE, 0.1, None),
        (RARE, 0.025, "1h"),
        ((150.0, 900.0, 2_000.0), 0.1, "1h"),
    ],
)
def test_marks_live_as_long_as_questions_are_apart(
    gaps: tuple[float, ...], multiplier: float, expected: Ttl | None
) -> None:
    decision = decide_request(asked(model_of(gaps), multiplier))
    assert expected == decision.ttl
    assert "rebase" == decision.action


def test_a_new_user_gets_the_cheap_mark() -> None:
    decision = decide_request(asked(GapModel().learn(NOON)))
    assert "5m" == decision.ttl
    assert NOON + 270 == decision.wake


def test_a_script_each_hour_is_kept_warm_from_its_second_question_on() -> None:
    seen = GapModel.of([NOON - 3_597.0, NOON])
    assert "1h" == decide_request(asked(seen, 0.1)).ttl
    assert "ping" == decide_warmth(waiting(seen, "1h", 0.1, questions=1)).action


def test_a_noon_and_a_night_are_no_reason_to_bridge_pauses_of_short_questions() -> None:
    days = [
        day * 86_400.0 + hour * 3_600.0 + 20.0 * n
        for day in range(6)
        for hour in (9.0, 12.4)
        for n in range(30)
    ]
    early, late = GapModel.of(days[:100]), GapModel.of(days)
    assert (False, True) == (early.knows_pauses, late.knows_pauses)
    assert "5m" == decide_request(asked(early, 0.1)).ttl


@pytest.mark.parametrize("hours", [1.4, 6.2, 20.2])
def test_one_long_gap_is_no_reason_to_reckon_with_pings(hours: float) -> None:
    # After it a law has all its weight at that length, and any number of pings would seem to reach it.
    seen = GapModel.of([NOON - hours * 3_600.0, NOON])
    assert decide_request(asked(seen, 0.1)).ttl != "1h"


def test_one_shots_of_a_script_get_no_mark() -> None:
    """It asks twice a day, and no process stays that could ping."""
    for multiplier in RATES:
        assert None is decide_request(asked(model_of(RARE), multiplier, signals=Signals(closed=True))).ttl


@pytest.mark.parametrize(("setting", "expected"), [("off", None), ("5m", "5m"), ("1h", "1h")])
def test_the_setting_is_obeyed(setting: str, expected: Ttl | None) -> None:
    for gaps in (QUICK, RARE):
        assert expected == decide_request(asked(model_of(gaps), setting=setting)).ttl


def test_a_prefix_under_the_minimum_gets_no_mark() -> None:
    assert None is decide_request(asked(model_of(QUICK), base=400)).ttl
    assert None is decide_request(asked(model_of(QUICK), base=0)).ttl


def test_a_warm_base_stays_and_a_cold_one_is_laid_anew() -> None:
    warm = asked(model_of(QUICK), ttl="5m", renewed=NOON - 100, delta=2_000, pending=300)
    assert ("keep", "5m") == (decide_request(warm).action, decide_request(warm).ttl)
    assert "rebase" == decide_request(replace(warm, renewed=NOON - 301)).action


def test_a_long_delta_is_folded() -> None:
    warm = asked(model_of(QUICK), 0.1, ttl="5m", renewed=NOON - 100)
    folds = [decide_request(replace(warm, delta=delta)).action for delta in range(0, 100_000, 5_000)]
    assert ["keep", "rebase"] == [folds[0], folds[-1]]
    assert sorted(folds) == folds


@pytest.mark.parametrize(
    "rates", [replace(RATES[0.05], window=90_000), replace(RATES[0.05], cliff_above=90_000, cliff_factor=5.0)]
)
def test_a_delta_that_does_not_fit_is_folded(rates: Rates) -> None:
    warm = asked(model_of(QUICK), rates=rates, ttl="5m", renewed=NOON - 100)
    assert "keep" == decide_request(replace(warm, delta=7_000)).action
    assert "rebase" == decide_request(replace(warm, delta=7_000, pending=600)).action


def test_a_delta_over_its_limit_is_folded() -> None:
    warm = asked(model_of(QUICK), ttl="5m", renewed=NOON - 100, delta=7_000, pending=600)
    assert "keep" == decide_request(replace(warm, delta_limit=7_600)).action
    assert "rebase" == decide_request(replace(warm, delta_limit=7_599)).action


def test_a_decision_says_why() -> None:
    warm = asked(model_of(HOURLY), ttl="1h", renewed=NOON - 100)
    kept, payload = decide_request(warm).why, decide_request(replace(warm, renewed=None)).why
    assert kept.startswith("The prefix is warm; the next question finds it warm with 9")
    assert payload.startswith("The prefix is cold: a new base is free. Kept for 1h, the next question")


def test_a_base_past_the_cliff_is_not_folded_for_it() -> None:
    rates = replace(RATES[0.05], cliff_above=50_000, cliff_factor=5.0)
    assert (
        "keep"
        == decide_request(asked(model_of(QUICK), rates=rates, ttl="5m", renewed=NOON - 1, delta=900)).action
    )


def test_a_ping_waits_until_it_is_due() -> None:
    early = waiting(model_of(HOURLY), "1h")
    decision = decide_warmth(replace(early, now=early.now - 1))
    assert ("wait", early.now) == (decision.action, decision.wake)


def test_somebody_who_comes_each_hour_is_waited_for() -> None:
    decision = decide_warmth(waiting(model_of(HOURLY), "1h", 0.1))
    assert "ping" == decision.action
    assert decision.why.endswith("pays.")


@pytest.mark.parametrize(
    "change",
    [
        {"signals": Signals(closed=True)},
        {"signals": Signals(asleep=True)},
        {"budget_left": 0.0},
        {"questions": 0},
        {"questions": 1, "gaps": GapModel().learn(NOON)},
        {"ttl": None},
        {"pings": 1_000},
        {"now": NOON + 3_601},
    ],
    ids=lambda change: next(iter(change)),
)
def test_nothing_is_kept_warm_without_reason_or_means(change: dict[str, Any]) -> None:
    due = waiting(model_of(HOURLY), "1h")
    assert "ping" == decide_warmth(due).action
    assert "let go" == decide_warmth(replace(due, **change)).action


GAPS = st.lists(
    st.sampled_from([20.0, 200.0, 290.0, 310.0, 900.0, 3_700.0, 20_000.0, 50_400.0]), min_size=2, max_size=12
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    gaps = model_of(tuple(draw(GAPS)), draw(st.integers(1, 4)))
    ttl: Ttl = draw(st.sampled_from(["5m", "1h"]))
    n_pings = draw(st.integers(0, 12))
    last = gaps.last or 0.0
    renewed = last + n_pings * (TTL_SECONDS[ttl] - margin_s(ttl))
    due = waiting(
        gaps, ttl, draw(st.sampled_from(sorted(RATES))), delta=draw(st.sampled_from([0, 3_000, 30_000]))
    )
    return replace(due, renewed=renewed, now=renewed + TTL_SECONDS[ttl] - margin_s(ttl), pings=n_pings)


@settings(deadline=None, max_examples=150)
@given(situations())
def test_a_stronger_sign_of_life_never_stops_a_ping(due: Situation) -> None:
    pings = ["ping" == decide_warmth(replace(due, signals=signals)).action for signals in HAZARDS]
    assert sorted(pings) == pings


@settings(deadline=None, max_examples=60)
@given(situations())
def test_more_money_or_fewer_pings_so_far_never_stop_a_ping(due: Situation) -> None:
    price = due.ping_price
    poor = ["ping" == decide_warmth(replace(due, budget_left=n * price)).action for n in (0, 0.5)]
    assert [False, False] == poor
    tired = ["ping" == decide_warmth(replace(due, pings=n)).action for n in (100, 50, 20, 10, 5, 0)]
    assert sorted(tired) == tired


@settings(deadline=None, max_examples=60)
@given(situations())
def test_the_same_situation_leads_to_the_same_decision(due: Situation) -> None:
    assert decide_warmth(due) == decide_warmth(replace(due))
    assert decide_request(due) == decide_request(replace(due))


@settings(deadline=None, max_examples=60)
@given(situations())
def test_a_request_is_followed_by_a_look_before_the_prefix_grows_cold(due: Situation) -> None:
    decision = decide_request(due)
    assert (decision.wake is None) == (decision.ttl is None)
    if decision.ttl is not None and decision.wake is not None:
        assert due.now < decision.wake < due.now + TTL_SECONDS[decision.ttl]


def test_an_intent_warms_a_cold_prefix_only_where_a_question_is_likely() -> None:
    cold = asked(model_of(QUICK))
    actions = [decide_warming(cold, chance).action for chance in (1.0, 0.95, 0.5, 0.0)]
    assert ["warm", "warm", "wait", "wait"] == actions
    assert "warm" == decide_warming(cold).action


@pytest.mark.parametrize(
    "change", [{"setting": "off"}, {"base": 300}, {"ttl": "5m", "renewed": NOON - 10}, {"budget_left": 0.01}]
)
def test_an_intent_warms_nothing_that_need_not_or_may_not_be_warmed(change: dict[str, Any]) -> None:
    assert "wait" == decide_warming(asked(model_of(QUICK), **change), 1.0).action


def test_free_tokens_are_no_trouble() -> None:
    free = Rates(0.0, 0.0, 0.0, 0.0)
    assert "5m" == decide_request(asked(model_of(QUICK), rates=free)).ttl
    assert "let go" == decide_warmth(waiting(model_of(QUICK), rates=free)).action
