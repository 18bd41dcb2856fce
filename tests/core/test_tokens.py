from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.tokens import CALIBRATION_RANGE, NOMINAL_RATIO, calibrate, estimate, weigh


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("a", 1), ("abcde", 2), ("abcdef", 3), ("日本語", 3), ("naïve", 3)],
)
def test_a_token_is_two_and_a_half_characters_or_one_outside_of_ascii(text: str, expected: int) -> None:
    assert expected == estimate(text)


@settings(deadline=None, max_examples=60)
@given(st.text(), st.text())
def test_weights_add_up(first: str, second: str) -> None:
    assert weigh(first) + weigh(second) == pytest.approx(weigh(first + second))


def test_a_higher_ratio_means_fewer_tokens() -> None:
    assert 25 == estimate("x" * 100, 4.0)


def test_calibration_moves_towards_what_was_seen_and_not_all_the_way() -> None:
    assert 2.5 < calibrate(2.5, 3000.0, 1000) < 3.0


def test_calibration_arrives_at_a_steady_ratio() -> None:
    ratio = NOMINAL_RATIO
    for _ in range(60):
        ratio = calibrate(ratio, 3300.0, 1000)
    assert ratio == pytest.approx(3.3, abs=0.001)


@pytest.mark.parametrize(("weight", "n_tokens"), [(100.0, 0), (100.0, -3), (10.0, 1000), (100_000.0, 10)])
def test_counts_that_can_not_be_are_ignored(weight: float, n_tokens: int) -> None:
    assert 2.5 == calibrate(2.5, weight, n_tokens)


@settings(deadline=None, max_examples=60)
@given(st.floats(*CALIBRATION_RANGE), st.floats(0, 1e9), st.integers(-10, 10**9))
def test_no_answer_can_drive_the_ratio_out_of_its_range(ratio: float, weight: float, n_tokens: int) -> None:
    low, high = CALIBRATION_RANGE
    assert low <= calibrate(ratio, weight, n_tokens) <= high
