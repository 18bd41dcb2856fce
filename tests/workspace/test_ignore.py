from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.workspace.ignore import all_matching, is_affordable, is_pattern, matching

PATHS = (
    "README.md",
    "docs/README.md",
    "shop/till.py",
    "shop/tests/test_till.py",
    "app/[id]/page.tsx",
    "app/i/page.tsx",
    "!odd",
    "#odd",
)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("README.md", {"README.md"}),
        ("**/README.md", {"README.md", "docs/README.md"}),
        ("till.py", {"shop/till.py"}),
        ("shop/", {"shop/till.py", "shop/tests/test_till.py"}),
        ("/tests/", set()),
        ("tests/", {"shop/tests/test_till.py"}),
        ("*.py", {"shop/till.py", "shop/tests/test_till.py"}),
        ("shop/*.py", {"shop/till.py"}),
        ("app/[id]/page.tsx", {"app/[id]/page.tsx"}),
        (r"/app/\[id\]/", {"app/[id]/page.tsx"}),
        ("!odd", {"!odd"}),
        ("#odd", {"#odd"}),
        ("!*.py", set()),
        ("gone.py", set()),
        ("../README.md", set()),
        ("/", set()),
        ("\\", set()),
    ],
)
def test_an_entry_means_a_file_or_what_git_would_match(entry: str, expected: set[str]) -> None:
    assert {entry: expected} == matching([entry], PATHS)


def test_nothing_takes_back_what_another_entry_means() -> None:
    assert {"shop/till.py", "shop/tests/test_till.py"} == all_matching(["*.py", "!shop/till.py"], PATHS)


@pytest.mark.parametrize("pattern", ["*a*b*c", "a/**/b/**/c/**/d", "**/a/**/b/**/c"])
def test_a_pattern_with_more_asterisks_than_are_matched_quickly_means_nothing(pattern: str) -> None:
    assert frozenset() == all_matching([pattern], ["abc", "a/b/c/d", "a/b/c"])
    assert not is_pattern(pattern)


@pytest.mark.parametrize("pattern", ["*secret*key*", "a/*b*/c/*d*e", "**/x/**", "*a*b***"])
def test_asterisks_at_the_end_of_a_name_cost_nothing(pattern: str) -> None:
    assert is_affordable(pattern)


@pytest.mark.parametrize(
    ("entry", "expected"), [("*.py", True), ("src/**", True), ("a?c", True), ("a.py", False)]
)
def test_a_pattern_has_wildcards(entry: str, expected: bool) -> None:
    assert expected == is_pattern(entry)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.sampled_from([*PATHS, "*.py", "shop/", "!shop/", "**/*.md", "["]) | st.text(max_size=5), max_size=6
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_entries_does_not_matter_and_only_known_files_are_meant(
    entries: list[str], chance: random.Random
) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)
    found = all_matching(entries, PATHS)
    assert found == all_matching(shuffled, PATHS)
    assert found <= frozenset(PATHS)
