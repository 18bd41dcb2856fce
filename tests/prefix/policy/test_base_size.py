from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.policy.base_size import (
    LEAST,
    SHOWN,
    TYPICAL,
    TYPICAL_COLD,
    TYPICAL_QUESTIONS,
    Habits,
    base_size,
    habits_of,
)
from foreword.prefix.policy.situation import Rates

USUAL = Rates(input=2.0, write_5m=2.5, write_1h=4.0, read=0.1)
RARE = Habits(2.0, 0.9)


def test_the_usual_user_of_a_middling_model_gets_the_usual_size_and_is_told_why() -> None:
    size = base_size(USUAL, Habits())
    assert TYPICAL == size.tokens
    assert (
        "20,000 more would show about 4 % more of what is asked about, worth $0.0044 a question, and cost "
        "$0.0059 at about 45 questions a day"
    ) == size.why


def test_who_finds_the_prefix_cold_mostly_pays_for_the_least() -> None:
    assert LEAST == base_size(USUAL, RARE).tokens


def test_where_reading_is_cheap_more_is_shown() -> None:
    busy = Habits(200.0, 0.01)
    sizes = [base_size(replace(USUAL, read=read), busy).tokens for read in (0.02, 0.1, 0.5)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_a_cheap_model_stays_below_its_cliff() -> None:
    cheap = Rates(0.1, 0.125, 0.2, 0.01, cliff_above=100_000, cliff_factor=5.0)
    size = base_size(cheap, Habits())
    assert 80_000 == size.tokens
    assert "100,000 tokens from which each costs 5 times as much" in size.why
    assert base_size(replace(cheap, cliff_above=None), Habits()).tokens > 100_000


@pytest.mark.parametrize(
    ("window", "expected"), [(8_000, 4_000), (16_000, 8_000), (32_000, 15_000), (2_000, 4_000)]
)
def test_a_short_window_leaves_room_for_the_rest(window: int, expected: int) -> None:
    size = base_size(replace(USUAL, window=window), Habits())
    assert expected == size.tokens
    assert f"the window of {window:,}" in size.why


def test_where_nothing_is_paid_the_size_is_the_usual_one() -> None:
    assert TYPICAL == base_size(Rates(0.0, 0.0, 0.0, 0.0), Habits()).tokens


def test_habits_begin_with_the_typical_ones_and_end_with_those_seen() -> None:
    new = habits_of(0, 0, 0)
    assert (TYPICAL_QUESTIONS, TYPICAL_COLD) == pytest.approx((new.questions, new.cold))
    seen = habits_of(100, 400, 300)
    assert seen.questions == pytest.approx(4.2, abs=0.1)
    assert seen.cold == pytest.approx(0.72, abs=0.01)


PRICES = st.floats(0.01, 20)


@settings(deadline=None, max_examples=100)
@given(PRICES, st.floats(0.01, 1), st.floats(0, 1), st.floats(0, 1))
def test_dearer_questions_never_get_a_larger_base(
    price: float, read: float, cold: float, colder: float
) -> None:
    rates = Rates(price, 1.25 * price, 2 * price, read * price)
    low, high = sorted((cold, colder))
    often, seldom = (base_size(rates, Habits(10.0, share)).tokens for share in (low, high))
    assert often >= seldom
    assert {often, seldom} <= SHOWN.keys()
