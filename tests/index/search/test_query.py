from __future__ import annotations

import pytest

from foreword.index.search.query import MAX_TERMS, parse_query
from foreword.index.search.stack_traces import TraceLine


def test_words_that_say_nothing_are_dropped_and_talk_about_code_weighs_little() -> None:
    terms = parse_query("Please fix the border of the button").terms
    assert {"fix", "border", "button"} == terms.keys()
    assert terms["fix"] < terms["button"]


@pytest.mark.parametrize(
    "text", ["`headerHeight`", "headerHeight", "self.headerHeight", "headerHeight()", "x::headerHeight"]
)
def test_an_identifier_that_is_spelled_out_counts_as_a_whole_too(text: str) -> None:
    assert {"=headerheight", "header", "height"} <= parse_query(text).terms.keys()


def test_plain_words_do_not_count_as_identifiers() -> None:
    assert not [term for term in parse_query("The header height is wrong").terms if term.startswith("=")]


def test_a_word_in_backticks_means_itself() -> None:
    assert parse_query("`update` button").terms["updat"] > parse_query("update button").terms["updat"]


def test_what_comes_first_weighs_more_and_a_scope_most() -> None:
    terms = parse_query("runtime: wake the scheduler\n\nAbout timers.").terms
    assert terms["runtim"] > terms["scheduler"] > terms["timer"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see src/app.py:120", TraceLine("src/app.py", 120)),
        ("./src/app.py is slow", TraceLine("src/app.py")),
        ('  File "/home/me/app.py", line 7, in main', TraceLine("/home/me/app.py", 7)),
        ("at open (src/main.ts:10:5)", TraceLine("src/main.ts", 10)),
        ("src\\win\\main.cpp(33): error C2065", TraceLine("src/win/main.cpp", 33)),
        (" --> src/lib.rs:4:1", TraceLine("src/lib.rs", 4)),
        ("main.go:12: undefined: x", TraceLine("main.go", 12)),
    ],
)
def test_places_are_recognised_as_tools_write_them(text: str, expected: TraceLine) -> None:
    assert expected in parse_query(text).places


@pytest.mark.parametrize(
    ("text", "expected"), [("the test for x", True), ("tests fail", True), ("contest", False)]
)
def test_a_question_about_tests_is_recognised(text: str, expected: bool) -> None:
    assert expected is parse_query(text).wants_tests


def test_a_long_question_keeps_its_strongest_words() -> None:
    text = "needle\n" + " ".join(
        f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(200)
    )
    terms = parse_query(text).terms
    assert MAX_TERMS == len(terms)
    assert "needl" in terms
