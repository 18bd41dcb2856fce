from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.base.breakpoint_placement import (
    COMMITS_BETWEEN_REBASES,
    HISTORY_SIZE,
    by_volatility,
    inner_breakpoint,
)


def expected_saving(sizes: list[int], changes: list[float], k: int) -> float:
    """P(none of the first k files changed) x their tokens, each commit drawing its files independently."""
    unchanged = prod(
        (1 - min(churn / HISTORY_SIZE, 0.999)) ** COMMITS_BETWEEN_REBASES for churn in changes[:k]
    )
    return unchanged * sum(sizes[:k])


def test_what_changes_seldom_comes_first_and_ties_go_by_path() -> None:
    assert ["d", "a", "c", "b"] == by_volatility(["a", "b", "c", "d"], {"a": 1.0, "b": 2.5, "c": 1.0})


@pytest.mark.parametrize(
    ("sizes", "changes", "expected"),
    [
        ([], [], 0),
        ([100, 100], [0.0, 0.0], 2),
        ([1_000, 10], [0.0, 500.0], 1),
        ([10, 1_000], [0.0, 1.0], 2),
        ([0, 0], [0.0, 0.0], 0),
    ],
)
def test_the_breakpoint_stands_before_the_files_that_would_spoil_it(
    sizes: list[int], changes: list[float], expected: int
) -> None:
    assert expected == inner_breakpoint(sizes, changes)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 4_000), st.floats(0, 1_200)), max_size=12))
def test_no_other_place_saves_more(files: list[tuple[int, float]]) -> None:
    ordered = sorted(files, key=lambda file: file[1])
    sizes, changes = [size for size, _ in ordered], [churn for _, churn in ordered]
    chosen = inner_breakpoint(sizes, changes)
    best = max(expected_saving(sizes, changes, k) for k in range(len(sizes) + 1))
    assert expected_saving(sizes, changes, chosen) == pytest.approx(best, rel=1e-9, abs=1e-12)
