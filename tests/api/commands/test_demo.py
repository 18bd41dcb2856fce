"""`foreword demo`: the smallest example of caching, simulated."""

from __future__ import annotations

import json

import pytest

from foreword.cli.main import main


def test_twenty_questions_over_ten_thousand_tokens_cost_what_the_prices_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 0 == main(["demo", "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert {"tokens": 10_000, "questions": 20, "model": "claude-sonnet-4-6"} == shown["scenario"]
    assert ("foreword.demo/1", 0.6, 0.0945, 84.25, True) == (
        shown["schema"],
        shown["withoutCache"],
        shown["withCache"],
        shown["savedPercent"],
        shown["simulated"],
    )
    first, *others = shown["requests"]
    assert {"fresh": 0, "write5m": 10_000, "write1h": 0, "read": 0, "cost": 0.0375} == first
    assert [{"fresh": 0, "write5m": 0, "write1h": 0, "read": 10_000, "cost": 0.003}] * 19 == others


def test_a_changed_first_character_writes_all_and_a_short_prefix_is_never_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["demo", "--json", "--model", "claude-haiku-4-5"])
    shown = json.loads(capsys.readouterr().out)
    assert (10_000, 0) == (shown["changedInFront"]["write5m"], shown["changedInFront"]["read"])
    assert (4_095, 0, 0) == tuple(shown["belowMinimum"][key] for key in ("fresh", "write5m", "read"))


def test_a_person_reads_the_saving_and_that_it_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["demo"])
    shown = capsys.readouterr()
    assert "$0.0945: 84.2 % saved" in shown.out
    assert "This is simulated" in shown.out + shown.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--model", "nobody"], "`foreword models` lists those that are known"),
        (["--tokens", "2000000"], "choose fewer --tokens"),
        (["--questions", "0"], "--questions"),
    ],
)
def test_what_can_not_be_shown_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    assert 2 == main(["demo", *flags])
    assert said in capsys.readouterr().err
