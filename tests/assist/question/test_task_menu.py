from __future__ import annotations

import pytest

from foreword.assist.question.task import ANSWER_KINDS, EDIT_KINDS
from foreword.assist.question.task_menu import (
    ACTION_KINDS,
    MAX_FIXES,
    Offer,
    Report,
    Spot,
    fixes,
    rewrites,
    sources,
)
from foreword.core.outline import Definition, DefinitionKind

FUNCTION = Definition("total", "function", "def total()", 4, 6)
ALL = "Rewrite {}, Simplify {}, Document {}, Explain {}, Write tests for {}, Review {}, Ask about {}"
CURSOR = Spot("till.py", "python", 5, 5)


def titles(spot: Spot) -> list[str]:
    return [offer.title for offer in (*rewrites(spot), *sources(spot))]


def at(kind: DefinitionKind, language: str = "python") -> Spot:
    return Spot("till.py", language, 5, 5, symbol=Definition("total", kind, "", 4, 6))


@pytest.mark.parametrize(
    ("spot", "expected"),
    [
        (
            at("function"),
            ALL.format(*7 * ["`total`"]),
        ),
        (
            at("constant"),
            "Rewrite `total`, Document `total`, Explain `total`, Review `total`, Ask about `total`",
        ),
        (at("heading", "markdown"), "Rewrite `total`, Explain `total`, Review `total`, Ask about `total`"),
        (at("key", "json"), "Explain `total`, Review `total`, Ask about `total`"),
        (at("test"), "Rewrite `total`, Simplify `total`, Explain `total`, Review `total`, Ask about `total`"),
        (CURSOR, "Explain till.py, Write tests for till.py, Review till.py, Ask about till.py"),
        (
            Spot("till.py", "python", 5, 7, is_selection=True),
            ALL.format(*7 * ["the selection"]),
        ),
        (
            Spot("notes.txt", None, 5, 7, is_selection=True),
            "Rewrite the selection, Explain the selection, Review the selection, Ask about the selection",
        ),
        (Spot("a.yaml", "yaml", 1, 1), "Explain a.yaml, Review a.yaml, Ask about a.yaml"),
        (Spot("new.py", "python", 1, 1, has_text=False), "Ask about new.py"),
    ],
)
def test_what_makes_sense_is_offered_with_the_name_of_its_object(spot: Spot, expected: str) -> None:
    assert expected.split(", ") == titles(spot)


def test_an_offer_is_about_the_definition_the_selection_or_the_file() -> None:
    symbol = Spot("till.py", "python", 5, 5, symbol=FUNCTION)
    selection = Spot("till.py", "python", 5, 7, is_selection=True)
    assert {(4, 6, "total")} == {(o.first, o.last, o.symbol) for o in sources(symbol)}
    assert {(5, 7, "")} == {(o.first, o.last, o.symbol) for o in sources(selection)}
    assert {(None, None, "")} == {(o.first, o.last, o.symbol) for o in sources(CURSOR)}


def test_each_problem_gets_a_fix_and_all_of_them_get_one_together() -> None:
    reports = [Report(5, 5, "undefined name `x`\nmore"), Report(5, 6, "unused"), Report(4, 4, "unused")]
    assert [
        Offer("fix", "Fix: undefined name `x`", 5, 5, "", (0,)),
        Offer("fix", "Fix: unused", 4, 6, "", (1, 2)),
        Offer("fix", "Fix all 3 problems here", 4, 6, "", (0, 1, 2)),
    ] == list(fixes(CURSOR, reports))


def test_a_single_problem_gets_a_single_fix_that_names_the_definition_around_it() -> None:
    spot = Spot("till.py", "python", 5, 5, symbol=FUNCTION)
    assert [Offer("fix", "Fix: no", 5, 5, "total", (0,))] == list(fixes(spot, [Report(5, 5, "no")]))
    assert "" == next(fixes(spot, [Report(1, 9, "no")])).symbol
    assert [] == list(fixes(spot, []))


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("  spaced   out \n more", "Fix: spaced out"),
        ("", "Fix: this problem"),
        ("x" * 73, "Fix: " + "x" * 71 + "…"),
        ("x" * 72, "Fix: " + "x" * 72),
        ("Ärger mit 😀", "Fix: Ärger mit 😀"),
    ],
)
def test_the_title_of_a_fix_is_short(message: str, title: str) -> None:
    assert title == next(fixes(CURSOR, [Report(5, 5, message)])).title


def test_a_line_full_of_problems_does_not_fill_the_menu() -> None:
    found = list(fixes(CURSOR, [Report(5, 5, f"problem {number}") for number in range(50)]))
    assert MAX_FIXES + 1 == len(found)
    assert ("Fix all 50 problems here", tuple(range(50))) == (found[-1].title, found[-1].reports)


def test_every_task_has_a_kind_of_action() -> None:
    assert {*ANSWER_KINDS, *EDIT_KINDS} == set(ACTION_KINDS)
