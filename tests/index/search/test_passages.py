from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.outline import Definition
from foreword.index.search.passages import MAX_LINES, Passage, cut


def define(name: str, line: int, end_line: int) -> Definition:
    return Definition(name, "function", name, line, end_line)


def test_a_short_definition_is_one_passage_with_the_comment_above_it() -> None:
    lines = ["import x", "", "# About f", "@cached", "def f():", "    pass", "", "y = 1"]
    f = define("f", 5, 6)
    assert [Passage(1, 6, f), Passage(7, 8)] == cut([f], lines)


def test_a_few_lines_between_definitions_are_no_passage_of_their_own() -> None:
    """What says something belongs to the definition below, blank lines and closing brackets to the one above."""
    lines = ["a {", "  b()", "}", "", "const X = 1", "f {", "  g()", "}", "", "})", ""]
    first, second = define("a", 1, 3), define("f", 6, 8)
    assert [Passage(1, 3, first), Passage(4, 11, second)] == cut([first, second], lines)


def test_a_long_class_is_cut_at_its_methods() -> None:
    lines = ["class A:", *["    x"] * 60]
    outer, first, second = define("A", 1, 61), define("f", 3, 20), define("g", 22, 40)
    found = cut([outer, first, second], lines)
    assert [
        Passage(1, 2, outer),
        Passage(3, 20, first),
        Passage(21, 40, second),
    ] == found[:3]


def test_a_long_function_is_cut_at_a_blank_line() -> None:
    lines = ["x"] * 15 + [""] + ["x"] * 40
    assert [16, 36, 56] == [passage.end for passage in cut([define("f", 1, 56)], lines)]


def test_one_line_definitions_stay_with_their_surroundings() -> None:
    assert [Passage(1, 3)] == cut([define("a", 1, 1), define("b", 2, 2)], ["a = 1", "b = 2", "c()"])


def test_an_empty_file_has_no_passages() -> None:
    assert [] == cut([], [])


SPANS = st.tuples(st.integers(1, 300), st.integers(0, 120))


@settings(deadline=None, max_examples=100)
@given(st.lists(SPANS, max_size=12), st.lists(st.sampled_from(["", "x", "# c", "  y"]), max_size=250))
def test_passages_cover_every_line_once(spans: list[tuple[int, int]], lines: list[str]) -> None:
    """Even for an outline that does not fit the text, such as one of an older version."""
    definitions = [define(str(number), line, line + more) for number, (line, more) in enumerate(spans)]
    found = cut(definitions, lines)
    covered = [line for passage in found for line in range(passage.start, passage.end + 1)]
    assert list(range(1, len(lines) + 1)) == covered
    assert all(passage.end - passage.start < MAX_LINES for passage in found)
