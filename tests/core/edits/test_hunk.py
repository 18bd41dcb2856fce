from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.edits.hunk import describe, hunks_between, index_lines, places_of, render_hunk

COUNTING = "".join(f"line {n}\n" for n in range(1, 21))
LINE = st.sampled_from(["", "a", "b", "    return x", "}"])
TEXT = st.lists(LINE, max_size=12).map("\n".join)


def test_equal_texts_have_no_hunks() -> None:
    assert () == hunks_between(COUNTING, COUNTING)


def test_each_change_is_a_hunk_of_its_own_with_three_lines_of_context() -> None:
    first, second = hunks_between(
        COUNTING, COUNTING.replace("line 5\n", "five\n").replace("line 9\n", "line 9\nnine and a half\n")
    )
    assert (4, ("line 5",), ("five",)) == (first.line, first.before, first.after)
    assert ("line 2", "line 3", "line 4") == first.lead
    assert ("line 6", "line 7", "line 8") == first.trail
    assert (9, (), ("nine and a half",)) == (second.line, second.before, second.after)


def test_the_context_grows_until_the_hunk_is_unique() -> None:
    block = "def test():\n    a()\n    b()\n    c()\n    d()\n    e()\n    f()\n\n"
    old = block * 3 + "end\n" + block
    new = block * 2 + block.replace("d()", "D()") + "end\n" + block
    (hunk,) = hunks_between(old, new)
    assert "end" in hunk.trail
    lines = old.split("\n")
    assert [hunk.line] == places_of(hunk, lines, index_lines(lines))


def test_an_insertion_at_the_beginning_fits_nowhere_else() -> None:
    (hunk,) = hunks_between("a\nb\nc\nd\n", "first\na\nb\nc\nd\n")
    lines = ["something", "a", "b", "c", "d", ""]
    assert [] == places_of(hunk, lines, index_lines(lines))


def test_a_missing_final_newline_is_a_change_of_lines() -> None:
    (hunk,) = hunks_between("a\nb\n", "a\nb")
    assert ((""),) == hunk.before
    assert () == hunk.after


@pytest.mark.parametrize(
    ("before", "after", "now", "expected"),
    [
        ("a\nb\n", "a\nB\n", "a\nb\nmore\n", [1]),
        ("a\nb\n", "a\nB\n", "a\nb\na\nb\n", [1, 3]),
        ("a\nb\n", "a\nb\nc\n", "x\na\nb\n", [3]),
        ("a\nb\n", "a\nb\nc\n", "a\nb\n\nmore\n", []),
        ("a\nb\n", "a\nb\nc\n", "a\nb", []),
        ("a\nb\n", "a\nb", "a\nb\n\nmore\n", []),
        ("a\nb\n", "a\nb", "x\na\nb\n", [3]),
        ("a\nb", "a\nb\n", "x\na\nb", [3]),
        ("a\nb", "a\nB", "a\nb\n", [1]),
        ("", "a\n", "", [0]),
        ("", "a\n", "\n", []),
        ("", "a\n", "b\n", []),
    ],
)
def test_a_hunk_at_the_end_stays_at_the_end_only_if_it_belongs_there(
    before: str, after: str, now: str, expected: list[int]
) -> None:
    (hunk,) = hunks_between(before, after)
    lines = now.split("\n")
    assert expected == places_of(hunk, lines, index_lines(lines))


def test_a_hunk_is_rendered_as_in_a_unified_diff() -> None:
    (hunk,) = hunks_between("a\nb\nc\n", "a\nB\nbb\nc\n")
    assert "@@ -1,3 +1,4 @@\n a\n-b\n+B\n+bb\n c\n" == render_hunk(hunk)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("one\nzwei\nthree\n", "the change of line 2 (two)"),
        ("one\nthree\n", "the change of line 2 (two)"),
        ("eins\nzwei\nthree\n", "the change of lines 1-2 (one ...)"),
        ("one\n\n  1.5  x\ntwo\nthree\n", "the insertion before line 2 (1.5 x ...)"),
    ],
)
def test_a_hunk_is_described_in_one_line(after: str, expected: str) -> None:
    (hunk,) = hunks_between("one\ntwo\nthree\n", after)
    assert expected == describe(hunk)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_every_hunk_has_exactly_one_place_in_its_own_text(before: str, after: str) -> None:
    lines = before.split("\n")
    for hunk in hunks_between(before, after):
        assert [hunk.line] == places_of(hunk, lines, index_lines(lines))
