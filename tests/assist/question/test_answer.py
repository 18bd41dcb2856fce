from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.assist.question.answer import Citation, find_citations

LINES = {"src/app.py": 120, "README.md": 10, "(group)/page.tsx": 40, "a-b_c.d/é.go": 5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See src/app.py:12.", [("src/app.py", 12, 12)]),
        ("`src/app.py:12-20` does", [("src/app.py", 12, 20)]),
        ("(src/app.py:12)", [("src/app.py", 12, 12)]),
        ("**src/app.py:3**", [("src/app.py", 3, 3)]),
        ("[link](src/app.py:3)", [("src/app.py", 3, 3)]),
        ("src/app.py:L12-L20", [("src/app.py", 12, 20)]),
        ("src/app.py:12–20", [("src/app.py", 12, 20)]),  # noqa: RUF001 - models write an en dash
        ("./src/app.py:1", [("src/app.py", 1, 1)]),
        ("(group)/page.tsx:7", [("(group)/page.tsx", 7, 7)]),
        ("a-b_c.d/é.go:5", [("a-b_c.d/é.go", 5, 5)]),
        ("src/app.py:12, README.md:1", [("src/app.py", 12, 12), ("README.md", 1, 1)]),
        ("src/app.py:12 and again src/app.py:12", [("src/app.py", 12, 12)]),
        ("src/app.py:120", [("src/app.py", 120, 120)]),
        ("src/app.py:121", []),
        ("src/app.py:0", []),
        ("src/app.py:20-12", []),
        ("src/app.py:119-121", []),
        ("missing.py:3", []),
        ("src/app.py", []),
        ("at 12:30 or http://127.0.0.1:8080/x:3", []),
        ("src/app.py:3rd", []),
    ],
)
def test_places_that_exist_are_citations(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert tuple(Citation(*place) for place in expected) == find_citations(text, LINES.get)


WORDS = st.sampled_from([*LINES, ":", "-", "1", "999", " ", "\n", "`", "(", ")", ".", "**", "L"])


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, max_size=20).map("".join))
def test_whatever_the_text_a_citation_is_a_place_in_a_file(text: str) -> None:
    found = find_citations(text, LINES.get)
    assert all(1 <= c.start_line <= c.end_line <= LINES[c.path] for c in found)
    assert len(found) == len(set(found))


def test_a_long_word_without_a_place_is_read_in_one_go() -> None:
    """Looked for at every character, a place in so long a word would be found after hours."""
    word = "x(" * 1_000_000
    assert (Citation("README.md", 1, 1),) == find_citations(f"{word} README.md:1", LINES.get)
