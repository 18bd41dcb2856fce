from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.references import MAX_IDENTIFIERS, identifiers

CASES = [
    ("python", "import os\nshape.area(shape)\n", {"shape": 2, "area": 1}),
    ("python", "x1 = ab + 0xfff + 1e10", {}),
    ("javascript", "const value = this.value;", {"value": 2}),
    ("typescript", "readonly name: string", {"name": 1}),
    ("markdown", "Call `do_it` in “quoted” prose", {"Call": 1, "do_it": 1, "quoted": 1, "prose": 1}),
    ("python", "größe = größe + naïve", {"größe": 2, "naïve": 1}),
    ("css", ".big-button { color: red }", {"big": 1, "button": 1, "color": 1, "red": 1}),
    ("php", "$this->name", {"name": 1}),
    ("python", "a" * 81 + " " + "b" * 80, {"b" * 80: 1}),
    ("unheard-of", "some words", {"some": 1, "words": 1}),
    ("python", "", {}),
]


@pytest.mark.parametrize(("language", "source", "expected"), CASES)
def test_identifiers_are_counted_without_keywords_and_short_words(
    language: str, source: str, expected: dict[str, int]
) -> None:
    assert expected == identifiers(source.encode(), language)


def test_the_most_frequent_are_kept_and_then_the_first_by_name() -> None:
    words = [f"word{number:05}" for number in reversed(range(MAX_IDENTIFIERS + 10))]
    source = " ".join([*words, words[0]])

    found = identifiers(source.encode(), "python")

    assert len(found) == MAX_IDENTIFIERS
    assert found[words[0]] == 2
    assert "word00000" in found
    assert words[1] not in found


@settings(deadline=None, max_examples=50)
@given(data=st.binary(max_size=300))
def test_any_bytes_can_be_counted(data: bytes) -> None:
    found = identifiers(data, "python")

    assert all(count > 0 and len(word) > 2 for word, count in found.items())
