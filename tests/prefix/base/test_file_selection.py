from __future__ import annotations

import random
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.base.file_selection import (
    COMMITS_BETWEEN_REBASES,
    HEAT_SHARE,
    HISTORY_SIZE,
    MAX_INTRODUCTION_SHARE,
    SIZE_SHARE,
    Candidate,
    by_volatility,
    fits,
    inner_breakpoint,
    is_introduction,
    name_values_of,
    pin,
    select,
    values_of,
)

ROOM = 10_000
LARGEST = ROOM // 2

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.sampled_from(["README.md", "src/a.py", "package.json", "b/c.go", "d", "e/README.md", "f.rs"]),
        st.integers(0, 5_000),
        st.floats(0, 1),
    ),
    max_size=7,
    unique_by=lambda candidate: candidate.path,
)


def test_a_repository_fits_to_the_last_token() -> None:
    assert fits([Candidate("a", 600, 0.0), Candidate("b", 400, 0.0)], 1_000)
    assert not fits([Candidate("a", 600, 0.0), Candidate("b", 401, 0.0)], 1_000)
    assert fits([], 1_000)


def test_files_worth_more_for_their_size_come_first() -> None:
    candidates = [Candidate(f"{n}.py", LARGEST, n / 10) for n in range(10)]
    n_fit = ROOM // LARGEST
    assert {f"{n}.py" for n in range(10 - n_fit, 10)} == select([*candidates], ROOM).full


def test_of_two_files_of_the_same_value_the_smaller_one_is_taken() -> None:
    large = [Candidate(f"large-{n}.py", LARGEST, 0.5) for n in range(4)]
    assert "small.py" in select([*large, Candidate("small.py", LARGEST // 2, 0.5)], ROOM).full


def test_being_tiny_is_no_merit() -> None:
    tiny = [Candidate(f"tiny-{n}.py", 1, 0.1) for n in range(ROOM)]
    assert "small.py" in select([*tiny, Candidate("small.py", 400, 0.2)], ROOM).full


def test_a_file_that_is_worth_it_takes_most_of_the_room() -> None:
    candidates = [Candidate("huge.py", ROOM - 200, 1.0), Candidate("small.py", 201, 0.001)]
    assert {"huge.py"} == select(candidates, ROOM).full


def test_a_short_readme_and_manifest_of_the_root_come_before_everything_of_value() -> None:
    central = [Candidate(f"central-{n}.go", LARGEST, 1.0) for n in range(4)]
    short = int(ROOM * MAX_INTRODUCTION_SHARE)
    introduction = [Candidate("README.md", short, 0.0, is_source=False), Candidate("go.mod", short, 0.0)]
    assert {"README.md", "go.mod"} <= select([*central, *introduction], ROOM).full


def test_a_long_readme_comes_after_the_sources() -> None:
    central = [Candidate(f"central-{n}.go", LARGEST, 1.0) for n in range(4)]
    assert (
        "README.md"
        not in select([*central, Candidate("README.md", LARGEST, 1.0, is_source=False)], ROOM).full
    )


def test_tests_and_documentation_are_taken_where_the_sources_leave_room() -> None:
    candidates = [Candidate("a.py", 1_000, 0.1), Candidate("test_a.py", 1_000, 0.9, is_source=False)]
    room = 2_000
    assert {"a.py"} == select([*candidates, Candidate("b.py", room - 1_000, 0.0)], room).full - {"b.py"}
    assert {"a.py", "test_a.py"} == select(candidates, room).full
    assert ("a.py", "test_a.py") == select(candidates, 0).outlined


def test_no_page_is_taken_where_a_source_found_no_room() -> None:
    page = Candidate("page.md", 10, 0.9, is_source=False)
    assert {"a.py"} == select([Candidate("a.py", 10, 0.5), Candidate("b.py", ROOM, 0.4), page], ROOM).full


def test_an_empty_file_takes_no_place() -> None:
    assert {"a.py"} == select([Candidate("empty.py", 0, 1.0), Candidate("a.py", 10, 0.0)], ROOM).full


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", True),
        ("readme", True),
        ("ReadMe.rst", True),
        ("pyproject.toml", True),
        ("docs/README.md", False),
        ("vendor/x/package.json", False),
        ("readme.py", False),
    ],
)
def test_only_the_root_introduces_a_project(path: str, expected: bool) -> None:
    assert expected == is_introduction(path)


def test_what_is_not_shown_in_full_is_outlined_by_falling_value() -> None:
    candidates = [Candidate(path, 10_000, value) for path, value in [("c", 0.1), ("a", 0.1), ("b", 0.7)]]
    assert ("b", "a", "c") == select(candidates, 2_000).outlined


def test_pinned_files_are_taken_by_path_whatever_their_value_and_size() -> None:
    candidates = [Candidate("c", 6_000, 0.9), Candidate("b", 5_000, 0.0), Candidate("a", 4_000, 0.0)]
    assert {"a", "b"} == pin(candidates, {"a", "b", "c", "gone"}, ROOM)


def test_a_pinned_file_that_does_not_fit_leaves_the_room_to_the_next() -> None:
    candidates = [Candidate("a", ROOM + 1, 0.0), Candidate("b", ROOM, 0.0)]
    assert {"b"} == pin(candidates, {"a", "b"}, ROOM)


def test_what_is_pinned_stands_in_full_and_the_room_is_for_the_others() -> None:
    candidates = [Candidate("huge", ROOM, 0.0), Candidate("good", LARGEST, 0.9), Candidate("bad", ROOM, 0.1)]
    selection = select(candidates, ROOM, frozenset({"huge"}))
    assert {"huge", "good"} == selection.full
    assert ("bad",) == selection.outlined


@settings(deadline=None, max_examples=150)
@given(CANDIDATES, st.integers(0, 12_000), st.randoms(use_true_random=False))
def test_the_room_holds_and_every_file_has_one_place(
    candidates: list[Candidate], budget: int, chance: random.Random
) -> None:
    selection = select(candidates, budget)
    paths = {candidate.path for candidate in candidates}
    full = sum(candidate.n_tokens for candidate in candidates if candidate.path in selection.full)
    assert full <= budget
    assert paths == selection.full | set(selection.outlined)
    assert len(paths) == len(selection.full) + len(selection.outlined)
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert selection == select(shuffled, budget)


def test_the_values_of_equal_kinds_of_files_share_out_one() -> None:
    values = values_of({"a": 1.0, "b": 1.0}, {"a": 3.0, "b": 1.0}, {"a": 1.0, "b": 4.0}, {"a": 900, "b": 400})
    assert sum(values.values()) == pytest.approx(1.0)
    rank_share = 1 - HEAT_SHARE - SIZE_SHARE
    assert values["a"] == pytest.approx(rank_share * 3 / 4 + SIZE_SHARE * 3 / 5 + HEAT_SHARE / 5)


def test_of_two_files_alike_the_kind_that_counts_more_is_worth_more() -> None:
    same = {"code.py": 1.0, "data.json": 1.0}
    values = values_of({"code.py": 1.0, "data.json": 0.1}, same, same, {"code.py": 9, "data.json": 9})
    assert values["data.json"] == pytest.approx(values["code.py"] / 10)


def test_without_ranks_and_history_all_files_are_equal() -> None:
    assert {"a": 0.0, "b": 0.0} == values_of({"a": 1.0, "b": 0.5}, {}, {}, {})


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0, 1), max_size=12),
    st.randoms(use_true_random=False),
)
def test_values_do_not_depend_on_the_order_of_files(weights: dict[str, float], chance: random.Random) -> None:
    ranks = {path: chance.random() for path in weights}
    sizes = {path: chance.randrange(9_000) for path in weights}
    shuffled = list(weights)
    chance.shuffle(shuffled)
    again = values_of({path: weights[path] for path in shuffled}, ranks, ranks, sizes)
    assert values_of(weights, ranks, ranks, sizes) == again


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


def test_a_name_is_worth_more_for_a_large_file_and_beside_what_is_worked_on() -> None:
    weights = dict.fromkeys(
        ("hot/a.py", "hot/beside.py", "cold/same.py", "cold/large.py", "cold/small.py"), 1.0
    )
    sizes = dict.fromkeys(weights, 1_000) | {"cold/large.py": 90_000, "cold/small.py": 10}
    values = name_values_of(weights, {"hot/a.py": 1.0}, sizes)
    ordered = sorted(values, key=lambda path: -values[path])
    assert ["hot/a.py", "cold/large.py", "hot/beside.py", "cold/same.py", "cold/small.py"] == ordered
    assert values["cold/same.py"] / 10 == pytest.approx(
        name_values_of(weights | {"cold/same.py": 0.1}, {"hot/a.py": 1.0}, sizes)["cold/same.py"], rel=0.2
    )


def test_names_of_nothing_are_worth_nothing() -> None:
    assert {} == name_values_of({}, {}, {})
    assert {"a": 0.0} == name_values_of({"a": 1.0}, {}, {})
