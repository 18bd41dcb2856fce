from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.outline import Definition
from foreword.core.tokens import NOMINAL_RATIO, weigh
from foreword.prefix.base.repository_map import (
    BREADTH_SHARE,
    FIRST_DEFINITIONS,
    MORE_DEFINITIONS,
    MapEntry,
    render_map,
)


def entry(path: str, n_definitions: int = 0, value: float = 1.0) -> MapEntry:
    definitions = (Definition(f"f{n}", "function", f"def f{n}():", n, n) for n in range(1, n_definitions + 1))
    return MapEntry(path, value, tuple((definition, 1.0) for definition in definitions))


def test_the_map_is_in_path_order_whatever_the_order_of_value() -> None:
    text, pieces = render_map([entry("b.py"), entry("a.py")], 1_000)
    assert ["a.py", "b.py"] == list(pieces)
    assert text.index("a.py") < text.index("b.py")


def test_with_room_the_files_show_more_of_their_definitions() -> None:
    pieces = render_map([entry("a.py", MORE_DEFINITIONS + 5)], 10_000)[1]
    assert MORE_DEFINITIONS == pieces["a.py"].count("def ")


def short(entry: MapEntry) -> float:
    """The weight of the entry as it is shown first."""
    few = MapEntry(entry.path, entry.value, entry.definitions[:FIRST_DEFINITIONS])
    return weigh(render_map([few], 10_000)[0])


def test_breadth_comes_before_depth() -> None:
    entries = [entry(f"{n:02}.py", MORE_DEFINITIONS) for n in range(10)]
    budget = round(10 * short(entries[0]) / BREADTH_SHARE / NOMINAL_RATIO) + 1
    counts = [piece.count("def ") for piece in render_map(entries, budget)[1].values()]
    assert 10 == len(counts)
    assert FIRST_DEFINITIONS == counts[-1]


def test_with_more_room_the_best_entries_are_the_first_to_show_more() -> None:
    entries = [entry("z.py", MORE_DEFINITIONS), entry("a.py", MORE_DEFINITIONS)]
    one_long = weigh(render_map(entries[:1], 10_000)[0]) + short(entries[1])
    pieces = render_map(entries, round(one_long / NOMINAL_RATIO) + 1)[1]
    assert {"z.py": MORE_DEFINITIONS, "a.py": FIRST_DEFINITIONS} == {
        path: piece.count("def ") for path, piece in pieces.items()
    }


def test_the_best_entries_are_those_that_stay() -> None:
    entries = [entry("z.py", 2), entry("a.py", 2), entry("m.py", 2)]
    budget = round(2.5 * short(entries[0]) / BREADTH_SHARE / NOMINAL_RATIO)
    assert ["a.py", "z.py"] == list(render_map(entries, budget)[1])


@pytest.mark.parametrize("budget", [0, -500, 3])
def test_without_room_the_map_is_empty(budget: int) -> None:
    assert ("", {}) == render_map([entry("a.py", 5)], budget)


ENTRIES = st.lists(
    st.builds(entry, st.text("abc/é日", min_size=1, max_size=9), st.integers(0, 50), st.just(1.0)),
    max_size=12,
    unique_by=lambda one: one.path,
)


@settings(deadline=None, max_examples=80)
@given(ENTRIES, st.integers(-10, 2_000))
def test_the_budget_of_the_map_is_never_exceeded(entries: list[MapEntry], budget: int) -> None:
    text, pieces = render_map(entries, budget)
    assert weigh(text) <= max(0, budget) * NOMINAL_RATIO + 1e-6
    assert "".join(pieces.values()) == text
    shown = [one.path for one in entries if one.path in pieces]
    assert shown == [one.path for one in entries[: len(shown)]]
