from __future__ import annotations

from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.text.terms import MAX_WORD, WORD, is_compound, parts, stem, term_hash, terms, whole


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("files", "fil"),
        ("file", "fil"),
        ("caches", "cach"),
        ("caching", "cach"),
        ("cached", "cach"),
        ("entries", "entry"),
        ("entry", "entry"),
        ("running", "run"),
        ("parsing", "pars"),
        ("parses", "pars"),
        ("class", "class"),
        ("status", "status"),
        ("this", "this"),
        ("is", "is"),
        ("string", "string"),
        ("red", "red"),
        ("validation", "valid"),
        ("connection", "connect"),
        ("selling", "sell"),
    ],
)
def test_a_stem_is_light(word: str, expected: str) -> None:
    assert expected == stem(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("HTTPServer", ("http", "server")),
        ("handle_requests", ("handl", "request")),
        ("XMLHttpRequest2", ("xml", "http", "request")),
        ("utf8", ("utf",)),
        ("sha256", ("sha", "256")),
        ("__init__", ("init",)),
        ("Größe", ("größ",)),
        ("x", ()),
        ("MAX_SIZE", ("max", "siz")),
        ("名前", ("名前",)),
        ("a" * (MAX_WORD + 1), ()),
    ],
)
def test_an_identifier_is_split_at_humps_underscores_and_digits(word: str, expected: tuple[str, ...]) -> None:
    assert expected == parts(word)


def test_text_gives_the_stems_of_its_words_in_order() -> None:
    assert ["pars", "config", "fil", "twic"] == terms("Parses config_files twice.")


def test_a_whole_identifier_is_the_same_term_in_any_case() -> None:
    assert whole("HTTPServer") == whole("httpserver")


def test_hashes_are_the_same_on_every_machine() -> None:
    assert 907060870 == term_hash("hello")


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters(codec="ascii", categories=["Ll"]), min_size=1))
def test_a_stem_never_gets_too_short(word: str) -> None:
    assert min(len(word), 3) <= len(stem(word)) <= len(word)


def test_a_word_begins_with_a_letter_an_underline_or_anything_beyond_ascii() -> None:
    characters = [*map(chr, range(0x3000)), "\ud800", "\uffff", "\U0001f600", "\U0010ffff"]
    beginning = {character for character in characters if WORD.fullmatch(character)}
    going_on = {character for character in characters if WORD.fullmatch("a" + character)}
    beyond = {character for character in characters if character > "\x7f"}
    assert {*ascii_letters, "_", *beyond} == beginning
    assert {*ascii_letters, *digits, "_", *beyond} == going_on


def test_a_small_letter_beyond_ascii_belongs_to_the_letters_around_it() -> None:
    assert ("größ", "der", "straß") == parts("GrößeDerStraße")
    assert ("été", "fois") == parts("été2fois")


@given(st.text(alphabet=ascii_letters + digits + "_é", max_size=MAX_WORD + 2))
def test_a_word_is_compound_if_it_has_several_parts(word: str) -> None:
    assert (len(parts(word)) > 1) == is_compound(word)
