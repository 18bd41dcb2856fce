from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import Text, decode, printable
from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.core.tokens import NOMINAL_RATIO, weigh
from foreword.prefix.base.render import (
    BREADTH_SHARE,
    FIRST_DEFINITIONS,
    MAX_INDEX_ENTRIES,
    MORE_DEFINITIONS,
    MapEntry,
    numbered,
    quoted,
    render_directories,
    render_file,
    render_languages,
    render_map,
    render_outline,
    shortened,
)


def function(name: str, line: int, end: int | None = None, parent: str | None = None) -> Definition:
    return Definition(name, "function", f"def {name}():", line, end or line, parent)


def test_a_file_is_shown_verbatim_between_its_tags() -> None:
    text = "x = 1\n\n\tif x:  \n\t\tpass\n"
    assert f'<file path="a.py" lines="4">\n{text}</file>\n' == render_file("a.py", Text(text), EMPTY_OUTLINE)


def test_a_file_without_a_final_newline_does_not_swallow_its_closing_tag() -> None:
    assert '<file path="a" lines="1">\nx\n</file>\n' == render_file("a", Text("x"), EMPTY_OUTLINE)


def test_an_empty_file_has_no_lines() -> None:
    assert '<file path="a" lines="0">\n</file>\n' == render_file("a", Text(""), EMPTY_OUTLINE)


@pytest.mark.parametrize(
    ("data", "attributes"),
    [
        (b"a\r\nb\r\n", 'lines="2" newline="crlf"'),
        (b"a\r\nb\n", 'lines="2" newline="mixed"'),
        (b"\xef\xbb\xbfa\n", 'lines="1" encoding="utf-8-bom"'),
        ("a\nb\n".encode("utf-16"), 'lines="2" encoding="utf-16-le-bom"'),
        (b"a \xff\xfe\x80 b\n", 'lines="1" undecodable-bytes="3"'),
    ],
)
def test_what_the_text_can_not_show_stands_in_the_header(data: bytes, attributes: str) -> None:
    shown = render_file("a", decode(data), EMPTY_OUTLINE)
    assert f'<file path="a" {attributes}>' == shown.split("\n", 1)[0]
    assert "\r" not in shown


def test_the_header_lists_where_definitions_are() -> None:
    outline = Outline((function("A", 1), function("run", 2, parent="A"), Definition("x", "field", "x", 3, 3)))
    assert 'definitions="1 A, 2 .run"' in render_file("a.py", Text("\n\n\n"), outline)


def test_the_class_of_a_member_is_named_where_it_is_not_the_last_one() -> None:
    members = [("A", None), ("a", "A"), ("b", "A"), ("free", None), ("c", "A"), ("d", "A")]
    outline = Outline(tuple(function(name, n, parent=parent) for n, (name, parent) in enumerate(members, 1)))
    header = render_file("a.py", Text("\n" * 6), outline)
    assert 'definitions="1 A, 2 .a, 3 .b, 4 free, 5 A.c, 6 .d"' in header


def test_a_header_lists_so_many_definitions_and_says_that_there_are_more() -> None:
    outline = Outline(tuple(function(f"f{n}", n) for n in range(1, MAX_INDEX_ENTRIES + 2)))
    header = render_file("a.py", Text("\n" * 100), outline).split("\n", 1)[0]
    assert f'{MAX_INDEX_ENTRIES} f{MAX_INDEX_ENTRIES}, ..."' in header
    assert f"f{MAX_INDEX_ENTRIES + 1}" not in header


def test_an_outline_is_indented_by_nesting_whatever_order_it_came_in() -> None:
    definitions = [
        function("after", 9),
        function("inner", 3, 4),
        function("Outer", 2, 8),
        function("deep", 4),
    ]
    assert ("a.py\n 2 def Outer():\n  3 def inner():\n   4 def deep():\n 9 def after():\n") == render_outline(
        "a.py", definitions
    )


def test_directories_are_counted_two_levels_deep() -> None:
    paths = ["readme.md", "src/a.py", "src/core/b.py", "src/core/deep/c.py", "docs/x.md"]
    assert "docs/ 1\nsrc/ 3\nsrc/core/ 2\n" == render_directories(paths)


def test_the_smallest_directories_are_only_counted() -> None:
    paths = ["a/1", "b/1", "b/2", "c/1", "c/2", "c/3"]
    assert "b/ 2\nc/ 3\n(and 1 smaller directories)\n" == render_directories(paths, max_rows=2)


def test_languages_are_listed_by_their_number_of_files_and_ties_by_name() -> None:
    assert "go 5, c 2, zig 2" == render_languages({"zig": 2, "go": 5, "c": 2})


def test_numbered_lines_keep_the_numbers_of_the_file() -> None:
    assert "2\tb\n3\tc\n" == numbered("a\nb\nc\nd\n", 2, 3)


def test_a_quoted_value_stays_on_its_line_and_in_its_quotes() -> None:
    assert "\"a 'b' c\"" == quoted('a "b"\nc')


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


@settings(deadline=None, max_examples=60)
@given(LINES)
def test_nothing_of_a_file_is_lost_or_added(content: str) -> None:
    header, _, rest = render_file("a", Text(content), EMPTY_OUTLINE).partition("\n")
    body = rest.removesuffix("</file>\n")
    assert header.startswith("<file ")
    assert printable(content).removesuffix("\n") == body.removesuffix("\n")


def entry(path: str, n_definitions: int = 0, value: float = 1.0) -> MapEntry:
    definitions = (Definition(f"f{n}", "function", f"def f{n}():", n, n) for n in range(1, n_definitions + 1))
    found = tuple((definition, 1.0) for definition in definitions)
    return MapEntry(path, value, lambda: found)


def test_the_map_is_in_path_order_whatever_the_order_of_value() -> None:
    text, pieces = render_map([entry("b.py"), entry("a.py")], 1_000)
    assert ["a.py", "b.py"] == list(pieces)
    assert text.index("a.py") < text.index("b.py")


def test_with_room_the_files_show_more_of_their_definitions() -> None:
    pieces = render_map([entry("a.py", MORE_DEFINITIONS + 5)], 10_000)[1]
    assert MORE_DEFINITIONS == pieces["a.py"].count("def ")


def row(entry: MapEntry, n_definitions: int) -> float:
    """The weight of an entry with so many definitions."""
    return weigh(render_outline(entry.path, [one for one, _ in entry.definitions()[:n_definitions]]))


def tokens(weight: float) -> int:
    return ceil(weight / NOMINAL_RATIO)


def test_each_file_is_named_before_one_shows_what_it_holds() -> None:
    entries = [entry(f"{n:02}.py", MORE_DEFINITIONS) for n in range(10)]
    names = sum(row(one, 0) for one in entries)
    text, pieces = render_map(entries, tokens(names), 1.0)
    assert list(pieces) == [one.path for one in entries]
    assert "def " not in text


def test_names_alone_take_no_more_than_their_share() -> None:
    entries = [entry(f"{n:02}.py") for n in range(100)]
    names = sum(row(one, 0) for one in entries)
    assert 50 == len(render_map(entries, tokens(names), 0.5)[1])


def test_breadth_comes_before_depth() -> None:
    entries = [entry(f"{n:02}.py", MORE_DEFINITIONS) for n in range(10)]
    names = sum(row(one, 0) for one in entries)
    few = sum(row(one, FIRST_DEFINITIONS) for one in entries) - names
    pieces = render_map(entries, tokens(names + few / BREADTH_SHARE), 1.0)[1]
    assert {FIRST_DEFINITIONS} == {piece.count("def ") for piece in pieces.values()}


def test_with_more_room_the_best_entries_are_the_first_to_show_more() -> None:
    best, other = entry("z.py", MORE_DEFINITIONS), entry("a.py", MORE_DEFINITIONS)
    room = row(best, MORE_DEFINITIONS) + row(other, FIRST_DEFINITIONS)
    pieces = render_map([best, other], tokens(room), 1.0)[1]
    assert {"z.py": MORE_DEFINITIONS, "a.py": FIRST_DEFINITIONS} == {
        path: piece.count("def ") for path, piece in pieces.items()
    }


def test_the_best_entries_are_those_that_stay() -> None:
    entries = [entry("z.py", 2), entry("a.py", 2), entry("m.py", 2)]
    room = sum(row(one, 0) for one in entries[:2])
    assert ["a.py", "z.py"] == list(render_map(entries, tokens(room), 1.0)[1])


def test_a_file_that_is_only_named_is_not_looked_into() -> None:
    def never() -> tuple[tuple[Definition, float], ...]:
        raise AssertionError

    assert "a.py\n" == render_map([MapEntry("a.py", 1.0, never)], 2, 1.0)[0]


@pytest.mark.parametrize(
    ("signature", "shown"),
    [
        ("def f(a: int) -> str", "def f(a: int) -> str"),
        (f"def f({'a, ' * 60}b) -> dict[str, int]", f"def f({'a, ' * 30}a...) -> dict[str, int]"),
        ("x" * 200, "x" * 120),
        (f"f({'a' * 50}) -> {'T' * 100}", f"f({'a' * 50}) -> {'T' * 63}"),
    ],
)
def test_a_long_signature_still_says_what_it_returns(signature: str, shown: str) -> None:
    assert shown == shortened(signature)
    assert len(shown) <= 120


@pytest.mark.parametrize("budget", [0, -500, 3])
def test_without_room_the_map_is_empty(budget: int) -> None:
    assert ("", {}) == render_map([entry("a.py", 5)], budget)


ENTRIES = st.lists(
    st.builds(entry, st.text("abc/é日", min_size=1, max_size=9), st.integers(0, 50), st.just(1.0)),
    max_size=12,
    unique_by=lambda one: one.path,
)


def test_where_names_do_not_fit_those_of_the_least_rank_stay_and_values_give_the_definitions() -> None:
    def ranked(path: str, rank: float) -> MapEntry:
        return replace(entry(path, 1), name_rank=(False, rank))

    entries = [ranked("a.py", 2.0), ranked("b.py", 0.0), ranked("c.py", 1.0)]
    names = sum(row(one, 0) for one in entries[1:])
    assert ["b.py", "c.py"] == list(render_map(entries, tokens(names), 1.0)[1])
    # By the order of values the first one is given its definition, whatever the rank of its name.
    room = names + row(entries[0], 0) + (row(entries[0], 1) - row(entries[0], 0)) / BREADTH_SHARE
    pieces = render_map(entries, tokens(room), 1.0)[1]
    assert [2, 1, 1] == [piece.count("\n") for piece in pieces.values()]


@settings(deadline=None, max_examples=80)
@given(ENTRIES, st.integers(-10, 2_000))
def test_the_budget_of_the_map_is_never_exceeded(entries: list[MapEntry], budget: int) -> None:
    text, pieces = render_map(entries, budget)
    assert weigh(text) <= max(0, budget) * NOMINAL_RATIO + 1e-6
    assert "".join(pieces.values()) == text
    shown = [one.path for one in entries if one.path in pieces]
    assert shown == [one.path for one in entries[: len(shown)]]
