from __future__ import annotations

from string import ascii_letters, digits
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.text.term_hash import term_hash
from foreword.index.text.terms import (
    MAX_WORD,
    WORD,
    is_compound,
    packed_hashes,
    parts,
    stem,
    terms,
    whole,
)
from foreword.index.text.unspaced import RUN, count_pairs, normal, pairs


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
        ("配置文件", ("配置", "置文", "文件")),
        ("使用parse_config函数", ("使用", "pars", "config", "函数")),
        ("test_正常系", ("test", "正常", "常系")),
        ("설정", ("설정",)),
        ("ｶﾀｶﾅ", ("カタ", "タカ", "カナ")),
        ("\uff21\uff30\uff29", ("api",)),
        ("ที่อยู่", ("ที่อ", "อยู่")),
        ("កម្ម", ("កម្ម",)),
        ("हिन्दी", ("हिन्दी",)),
        ("配" * 200, ("配配",) * 199),
        ("a" * (MAX_WORD + 1), ()),
    ],
)
def test_an_identifier_is_split_at_humps_underscores_and_digits(word: str, expected: tuple[str, ...]) -> None:
    assert expected == parts(word)


def test_text_gives_the_stems_of_its_words_in_order() -> None:
    assert ["pars", "config", "fil", "twic"] == terms("Parses config_files twice.")
    assert ["quot", "word", "café"] == terms("“Quoted” words — cafés…")
    assert ["読み", "み込", "込む", "設定"] == terms("読み込む。「設定」")


def test_letters_that_unicode_writes_in_several_ways_are_one() -> None:
    assert terms("설정 é ガ") == terms(normalize("NFD", "설정 é ガ"))


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("配置文件設定ファイル값을ที่ក្មa_B1 。é"), max_size=30), st.data())
def test_a_name_of_two_letters_or_more_is_found_wherever_it_stands(text: str, data: st.DataObject) -> None:
    runs = [run for run in RUN.findall(normal(text)) if len(pairs(run)) > 1]
    if not runs:
        return
    characters = pairs(data.draw(st.sampled_from(runs)))
    wanted = data.draw(st.sampled_from(characters))
    hashes = packed_hashes(text)
    in_file = count_pairs(text.encode())
    assert term_hash(wanted).to_bytes(4, "little") in {hashes[n : n + 4] for n in range(0, len(hashes), 4)}
    assert in_file[wanted] >= 1


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
