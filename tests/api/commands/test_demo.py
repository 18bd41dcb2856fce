"""`foreword demo`: the smallest example of caching, simulated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.cli.main import main
from foreword.core.tokens import weigh
from foreword.replay.caching_demo import made_up
from gitrepo import GitRepo
from messages_api import MessagesApi


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


LIVE = ["demo", "--live", "--questions", "4", "--tokens", "3000"]


def test_for_real_it_says_what_it_costs_and_sends_nothing_without_a_yes(
    shop: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 4 == main([*LIVE, "-w", str(shop.path)])
    shown = capsys.readouterr()
    assert ("", []) == (shown.out, api.requests)
    assert "nothing was sent: 8 requests to claude-sonnet-4-6 with made-up text, for about $0.0" in shown.err


def test_for_real_the_counters_and_the_money_are_the_provider_s(
    shop: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main([*LIVE, "--yes", "--json", "-w", str(shop.path)])
    shown = json.loads(capsys.readouterr().out)
    assert [] == api.rejected
    verdicts = [recorded.verdict for recorded in api.messages]
    assert [
        "written",
        "read",
        "read",
        "read",
        "read",
        "written",
        "below minimum",
        "below minimum",
    ] == verdicts
    assert (False, True) == (shown["simulated"], 70 > shown["savedPercent"] > 40)
    assert {"coldMs", "warmMs"} == set(shown["firstToken"])
    theirs = [recorded.usage or {} for recorded in api.messages[:4]]
    assert [one["cache_read_input_tokens"] for one in theirs] == [one["read"] for one in shown["requests"]]
    assert 0 == main(["usage", "--by", "kind", "--json", "-w", str(shop.path)])
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert ("demo", 8, pytest.approx(api.cost())) == (row["group"], row["requests"], row["cost"]["total"])


def test_for_real_the_limit_of_the_day_stands_in_the_way(
    shop: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOREWORD_LIMITS_DAY", "0.001")
    assert 4 == main([*LIVE, "--yes", "-w", str(shop.path)])
    assert "limits.day" in capsys.readouterr().err
    assert [] == api.requests


@pytest.mark.parametrize(
    ("flags", "said"),
    [([], "set ANTHROPIC_API_KEY"), (["--model", "article"], "choose a --model for --live")],
)
def test_for_real_somebody_has_to_answer(
    shop: GitRepo, capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    assert 2 == main([*LIVE, *flags, "-w", str(shop.path)])
    assert said in capsys.readouterr().err


@given(st.integers(1, 5_000))
@settings(max_examples=20)
def test_made_up_text_is_as_long_as_it_is_to_be(n_tokens: int) -> None:
    text = made_up(n_tokens, 3.0, "word")
    assert n_tokens <= weigh(text) / 3.0 < n_tokens + 60


def test_the_article_s_table_is_a_replay_without_the_questions_own_tokens(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace = tmp_path / "trace.jsonl"
    trace.write_text("".join(json.dumps({"t": 20.0 * n, "event": "ask"}) + "\n" for n in range(20)))
    policies = ["--policy", "none", "--policy", "delta-5m"]
    sizes = ["--base", "10000", "--turn", "0", "--model", "article"]
    assert 0 == main(["replay", str(trace), *sizes, *policies, "--json"])
    told = json.loads(capsys.readouterr().out)
    money = {one["policy"]: one["cost"] for one in told["policies"]}
    assert ("article", {"none": pytest.approx(0.6), "delta-5m": pytest.approx(0.0945)}) == (
        told["model"],
        money,
    )


def test_what_a_person_reads_fits_a_terminal_and_stands_in_the_readme(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 0 == main(["demo", "--model", "claude-sonnet-4-6"])
    shown = capsys.readouterr()
    lines = [line.rstrip() for line in (shown.out + shown.err).splitlines()]
    assert [] == [line for line in lines if len(line) > 80]
    printed = "\n".join(line.rstrip() for line in shown.out.splitlines())
    assert printed in (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
