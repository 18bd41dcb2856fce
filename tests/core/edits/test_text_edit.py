from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.edits.text_edit import Edit, apply_edits, trimmed

TEXT = st.text(alphabet="ab\r\n", max_size=8)


def test_edits_are_placed_in_the_text_as_it_was() -> None:
    edits = [Edit(4, 7, "two", "2"), Edit(0, 3, "one", "first"), Edit(7, 7, "", "!")]
    assert "first 2! three" == apply_edits("one two three", edits)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("total = 1\n", "total = 2\n", Edit(8, 9, "1", "2")),
        ("a\n", "a\nb\n", Edit(2, 2, "", "b\n")),
        ("a\r\nb\r\n", "a\r\n", Edit(3, 6, "b\r\n", "")),
        ("x\r\n", "x\n", Edit(1, 3, "\r\n", "\n")),
        ("x\r", "x\r\n", Edit(1, 2, "\r", "\r\n")),
    ],
)
def test_an_edit_is_trimmed_to_what_differs_without_cutting_a_line_end(
    before: str, after: str, expected: Edit
) -> None:
    assert expected == trimmed(Edit(0, len(before), before, after))


@settings(deadline=None)
@given(TEXT, TEXT, TEXT, TEXT)
def test_a_trimmed_edit_does_the_same(head: str, before: str, after: str, tail: str) -> None:
    content = head + before + tail
    small = trimmed(Edit(len(head), len(head) + len(before), before, after))
    assert head + after + tail == apply_edits(content, [small])
    assert small.before == content[small.start : small.end]
