from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.outline import Outline
from foreword.index.outline.references import (
    MAX_IDENTIFIERS,
    MAX_LENGTH,
    MIN_LENGTH,
    keyword_languages,
    language_bit,
)
from foreword.index.store.facts import pack, unpack
from foreword.index.text.term_hash import term_hash
from foreword.index.text.terms import packed_identifier
from foreword.index.text.unspaced import RUN, count_pairs
from foreword.index.text.vocabulary import Vocabulary

WORDS = (
    "area",
    "Area",
    "def",
    "self",
    "HTTPServer",
    "a_b_c",
    "größe",
    "“self”",
    "naïve",
    "Σίσυφος",
    "x" * 90,
    "é" * 45,
    "名前を" * 30,
    "設定ファイルload_config読む",
    "กขค",
)
SPACES = (" ", "\n", ".", "\u00a0", "\u2028", "“", "、")

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
    ("python", "“" + "、".join(["area"] * 50) + "”", {"area": 50}),
    ("python", "# 使用parse_config函数", {"parse_config": 1, "使用parse_config函数": 1}),
    ("python", "# 如果True则", {"如果True则": 1}),
    ("python", "area\u00a0def\u2028naïve", {"area": 1, "naïve": 1}),
    ("unheard-of", "some words", {"some": 1, "words": 1}),
    ("python", "", {}),
]


def identifiers(data: bytes, language: str, book: Vocabulary | None = None) -> dict[str, int]:
    return references([(data, language)], book)[0]


def references(files: list[tuple[bytes, str]], book: Vocabulary | None = None) -> list[dict[str, int]]:
    """The references of files, by way of the form in which they are stored."""
    found, _ = (book or Vocabulary()).read(files)
    outlines = [unpack(pack((), one.names, one.counts)) for one in found]
    assert [one.total for one in found] == [sum(outline.references.values()) for outline in outlines]
    return [dict(outline.references) for outline in outlines]


def counted(data: bytes, language: str) -> dict[str, int]:
    """The same, word by word."""
    blanked = re.sub(rb"[^A-Za-z0-9_\x80-\xff]", b" ", data).decode("utf-8", "replace")
    found: Counter[str] = Counter()
    for word in blanked.split():
        parts = [] if word.isascii() else re.findall(r"[^\W\d]\w*", word)
        found.update(part for part in parts if MIN_LENGTH <= len(part) <= MAX_LENGTH)
        beside = [piece for part in parts if RUN.search(part) for piece in RUN.split(part) if piece.isascii()]
        for name in [word] if word.isascii() else beside:
            is_name = MIN_LENGTH <= len(name) <= MAX_LENGTH and name[0] not in "0123456789"
            if is_name and not keyword_languages(name) & language_bit(language):
                found[name] += 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MAX_IDENTIFIERS])


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


def test_the_largest_file_can_be_counted() -> None:
    n_words = MAX_FILE_BYTES // 4
    assert {"abc": n_words} == identifiers(b"abc " * n_words, "python")
    assert {"abé": n_words} == identifiers("abé ".encode() * n_words, "python")


@settings(deadline=None, max_examples=60)
@given(
    files=st.lists(
        st.tuples(
            st.one_of(
                st.binary(max_size=60),
                st.lists(st.sampled_from(WORDS + SPACES), max_size=30).map(
                    lambda parts: "".join(parts).encode()
                ),
            ),
            st.sampled_from(("python", "javascript", "")),
        ),
        max_size=6,
    )
)
def test_a_wordbook_counts_many_files_as_if_it_knew_nothing(files: list[tuple[bytes, str]]) -> None:
    expected = [counted(*file) for file in files]
    book = Vocabulary()

    assert expected == references(files, book)
    assert expected[::-1] == references(files[::-1], book)


@settings(deadline=None, max_examples=60)
@given(
    words=st.lists(
        st.one_of(st.sampled_from(WORDS), st.from_regex(r"[^\W\d]\w{2,12}", fullmatch=True)),
        min_size=1,
        max_size=8,
    )
)
def test_the_terms_of_a_file_are_those_of_its_identifiers(words: list[str]) -> None:
    data = " ".join(words).encode()
    expected: Counter[int] = Counter()
    for word, count in counted(data, "").items():
        packed = packed_identifier(word)
        for place in range(0, len(packed), 4):
            expected[int.from_bytes(packed[place : place + 4], "little")] += count
    for pair, count in count_pairs(data).items():
        expected[term_hash(pair)] += count

    _, terms = Vocabulary().read([(data, "")])

    found: Counter[int] = Counter()
    for term, count in zip(terms.hashes.tolist(), terms.counts.tolist(), strict=True):
        found[term] += count
    assert expected == found
    assert {0} >= set(terms.rows.tolist())


def test_a_full_book_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foreword.index.text.vocabulary.MAX_KNOWN", 3)
    book = Vocabulary()
    files = [(f"area radius{number} def größe".encode(), "python") for number in range(9)]
    assert [counted(*file) for file in files] == [identifiers(*file, book) for file in files]


def test_an_outline_without_references_says_nothing() -> None:
    assert Outline() == unpack(pack((), "", b""))
