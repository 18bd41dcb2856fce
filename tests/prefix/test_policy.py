from __future__ import annotations

import itertools

import pytest

from foreword.prefix.policy import AnchorView, choose_ttl, should_rebase


def view(
    *, in_force: bool = True, moved: bool = False, is_warm: bool = True, delta: int = 0, limit: int = 1_000
) -> AnchorView:
    return AnchorView(in_force, moved, is_warm, delta, limit)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (view(in_force=False), True),
        (view(moved=True, is_warm=True), False),
        (view(moved=True, is_warm=True, delta=1_000), False),
        (view(is_warm=True, delta=1_001), True),
        (view(moved=True, is_warm=False), True),
        (view(is_warm=False, delta=1), True),
        (view(is_warm=False), False),
    ],
)
def test_the_base_moves_when_it_is_free_or_too_far_behind(seen: AnchorView, expected: bool) -> None:
    assert expected == should_rebase(seen)


def test_whatever_moves_a_warm_base_moves_a_cold_one() -> None:
    for moved, delta in itertools.product((False, True), (0, 1, 1_000, 1_001)):
        warm = should_rebase(view(moved=moved, is_warm=True, delta=delta))
        assert warm <= should_rebase(view(moved=moved, is_warm=False, delta=delta))


@pytest.mark.parametrize(("setting", "expected"), [("auto", "5m"), ("5m", "5m"), ("1h", "1h"), ("off", None)])
def test_marks_live_as_long_as_the_setting_says(setting: str, expected: str | None) -> None:
    assert expected == choose_ttl(setting)
