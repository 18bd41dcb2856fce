from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.position import split_lines
from foreword.core.edits.text_edit import follow, smallest_around
from foreword.core.outline import Definition

TEXT = """\
import os

def first():
    return 1

class Till:
    def total(self):
        return 2

def last():
    return 3
"""
FIRST = Definition("first", "function", "def first()", 3, 4)
TILL = Definition("Till", "class", "class Till", 6, 8)
TOTAL = Definition("total", "method", "def total(self)", 7, 8, "Till")
LAST = Definition("last", "function", "def last()", 10, 11)
ALL = (FIRST, TILL, TOTAL, LAST)


def followed(old: str, new: str) -> list[tuple[str, int, int]]:
    """Where the definitions stand after a replacement in the text: name, first line, last line."""
    assert 1 == TEXT.count(old)
    found = follow(ALL, split_lines(TEXT), split_lines(TEXT.replace(old, new)))
    return [(one.name, one.line, one.end_line) for one in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", [("first", 3, 4), ("Till", 6, 8), ("total", 7, 8), ("last", 10, 11)]),
        ("import os\n", "", [("first", 2, 3), ("Till", 5, 7), ("total", 6, 7), ("last", 9, 10)]),
        (
            "    return 1\n",
            "    x = 1\n    return x\n",
            [("first", 3, 5), ("Till", 7, 9), ("total", 8, 9), ("last", 11, 12)],
        ),
        (
            "        return 2\n",
            "        pass\n        return 2\n",
            [("first", 3, 4), ("Till", 6, 9), ("total", 7, 9), ("last", 11, 12)],
        ),
        ("    return 3\n", "", [("first", 3, 4), ("Till", 6, 8), ("total", 7, 8), ("last", 10, 10)]),
        (
            "class Till:\n",
            "class Till(Drawer):\n",
            [("first", 3, 4), ("Till", 6, 8), ("total", 7, 8), ("last", 10, 11)],
        ),
        ("class Till:\n", "class Tills:\n", [("first", 3, 4), ("total", 7, 8), ("last", 10, 11)]),
        (
            "class Till:\n",
            "@final\nclass Till:\n",
            [("first", 3, 4), ("Till", 7, 9), ("total", 8, 9), ("last", 11, 12)],
        ),
        (TEXT, "", []),
    ],
)
def test_definitions_are_followed_through_an_edit(
    old: str, new: str, expected: list[tuple[str, int, int]]
) -> None:
    if not old:
        assert expected == [(one.name, one.line, one.end_line) for one in follow(ALL, [TEXT], [TEXT])]
    else:
        assert expected == followed(old, new)


lines = st.lists(st.sampled_from(["a\n", "b\n", "def f\n", "\n"]), max_size=12)


@settings(deadline=None, max_examples=200)
@given(head=lines, old=lines, new=lines, tail=lines)
def test_what_is_followed_stands_within_the_text_and_unchanged_lines_keep_their_definitions(
    head: list[str], old: list[str], new: list[str], tail: list[str]
) -> None:
    before, after = (*head, *old, *tail), (*head, *new, *tail)
    each = [Definition(f"{number}", "function", "", number, number) for number in range(1, len(before) + 1)]
    found = follow(each, before, after)
    assert all(1 <= one.line <= one.end_line <= len(after) for one in found)
    where = {one.name: one.line for one in found}
    assert all(where[one.name] == one.line for one in each[: len(head)] if one.name in where)
    same = {name: line for name, line in where.items() if before[int(name) - 1] == after[line - 1]}
    assert same == where


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (1, 1, None),
        (3, 3, "first"),
        (5, 5, None),
        (6, 6, "Till"),
        (7, 8, "total"),
        (6, 8, "Till"),
        (4, 7, None),
    ],
)
def test_the_smallest_definition_around_some_lines(first: int, last: int, name: str | None) -> None:
    found = smallest_around(ALL, first, last)
    assert name == (found.name if found else None)
