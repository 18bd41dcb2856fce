"""Files that a message mentions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.assist.question.pointers import AttachmentRef
from foreword.cli.chat.chat_prompt import attachment_of, mention_of, mentioned

FILES = frozenset({"shop/till.py", "my notes.md", "odd.", "a@b.py", "x:y.py"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is in @shop/till.py?", [("shop/till.py", None, None)]),
        ("(see @shop/till.py:10-20).", [("shop/till.py", 10, 20)]),
        ("@shop/till.py:7, please", [("shop/till.py", 7, 7)]),
        ('@"my notes.md" and @"my notes.md:2-3"', [("my notes.md", None, None), ("my notes.md", 2, 3)]),
        ("@shop/till.py and again @shop/till.py", [("shop/till.py", None, None)]),
        ("a file called @odd.", [("odd.", None, None)]),
        ("@x:y.py", [("x:y.py", None, None)]),
        ("me@shop/till.py", []),
        ("`@shop/till.py`", []),
        ("@property def price(self)", []),
        ("@missing.py", []),
        ("@shop/till.py:0", []),
    ],
)
def test_a_mention_is_a_file_of_the_workspace(
    text: str, expected: list[tuple[str, int | None, int | None]]
) -> None:
    found = mentioned(text, FILES.__contains__)
    assert expected == [(one.path, one.first, one.last) for one in found]


def test_lines_are_kept_as_a_range_of_whole_lines() -> None:
    told = attachment_of(Path("/srv/app"), AttachmentRef("a b.py", 3, 5))
    assert "file:///srv/app/a%20b.py" == told["uri"]
    assert {"line": 2, "character": 0} == told["range"]["start"]
    assert {"line": 5, "character": 0} == told["range"]["end"]
    assert {"uri": "file:///srv/app/a.py"} == attachment_of(Path("/srv/app"), AttachmentRef("a.py"))


@given(st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str) -> None:
    assert () == mentioned(text, lambda _: False)


@given(
    st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters='"@:\\\\'), min_size=1, max_size=20
    ),
    st.integers(0, 50),
    st.integers(0, 9),
)
def test_what_is_completed_is_found_again(name: str, first: int, more: int) -> None:
    path = f"dir name/x{name}x"
    last = first + more if first else 0
    (found,) = mentioned(f"look at @{mention_of(path, first, last)} now", lambda one: one == path)
    assert (path, first or None, last or None) == (found.path, found.first, found.last)
