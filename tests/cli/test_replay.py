"""`foreword replay`: traces from files and from a seed, for people and for scripts."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from foreword.cli.main import main

Output = pytest.CaptureFixture[str]
MODEL = ["--model", "claude-sonnet-5-5"]
DAY = ["--synthetic", "4", "--days", "1", "--asks", "6", *MODEL]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOREWORD_HOME", str(tmp_path / "home"))


def json_of(capsys: Output, *arguments: str) -> list[dict[str, Any]]:
    assert 0 == main(["replay", *arguments, "--json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def refused(capsys: Output, *arguments: str) -> str:
    assert 2 == main(["replay", *arguments])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert 1 == shown.err.count("\n")
    return shown.err


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines))
    return str(path)


def test_a_trace_is_replayed_for_each_model(capsys: Output, tmp_path: Path) -> None:
    lines = ('{"t": 0, "event": "ask", "tokens": 100}', '{"t": 60, "event": "ask"}')
    trace = write(tmp_path / "trace.jsonl", *lines)
    asked = (
        "--model",
        "claude-sonnet-5-5",
        "--model",
        "claude-opus-5",
        "--policy",
        "delta-5m",
        "--base",
        "1000",
    )
    first, second = json_of(capsys, trace, *asked, "--turn", "50")
    assert ("claude-sonnet-5-5", "claude-opus-5") == (first["model"], second["model"])
    cost = (100 * 2.0 + 1_000 * 2.5 + 50 * 2.0 + 1_000 * 0.1) / 1e6
    expected = {"policy": "delta-5m", "cost": cost, "hits": 1, "misses": 1, "writes": 1, "pings": 0}
    assert expected == {key: value for key, value in first["policies"][0].items() if key != "savedPercent"}


def test_a_trace_comes_through_standard_input(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b'\xef\xbb\xbf{"t": 0, "event": "ask"}\r\n')

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert 1 == json_of(capsys, "-", *MODEL, "--policy", "none")[0]["policies"][0]["misses"]


def test_days_are_made_up_from_a_seed(capsys: Output) -> None:
    assert json_of(capsys, *DAY) == json_of(capsys, *DAY)
    assert 3 == len(json_of(capsys, "--synthetic", "0", "--days", "1", "--asks", "2"))


def test_people_get_a_table(capsys: Output) -> None:
    assert 0 == main(["replay", *DAY])
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("claude-sonnet-5-5", "foreword", "optimum", "saved", "pings"))


def test_nothing_but_edits_costs_nothing(capsys: Output) -> None:
    rows = json_of(capsys, *DAY, "--law", "edits")[0]["policies"]
    assert {0.0} == {row["cost"] for row in rows}


def test_the_budget_for_warming_can_be_given(capsys: Output) -> None:
    hourly = ("--synthetic", "4", "--days", "2", "--law", "hourly", *MODEL, "--policy", "foreword")
    assert 0 == json_of(capsys, *hourly, "--warm-day", "0")[0]["policies"][0]["pings"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give either a trace or the seed of a synthetic one"),
        ((os.devnull, "--synthetic", "1"), "give either a trace or the seed of a synthetic one"),
        ((os.devnull, "--days", "3"), "days is for a synthetic trace"),
        (
            ("missing.jsonl",),
            "the trace missing.jsonl can't be read: there is no such file (check the spelling)",
        ),
        ((".",), "the trace . can't be read: it is a folder (name a file in it)"),
        ((*DAY, "--policy", "best"), "there is no policy 'best'"),
        ((*DAY, "--law", "chaos"), "invalid choice: 'chaos'"),
        ((*DAY, "--warm-day", "-1"), "'-1' is no amount of dollars"),
        ((*DAY, "--developers", "2", "--policy", "optimum"), "one developer only"),
    ],
)
def test_what_cannot_be_done_is_one_line(capsys: Output, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(capsys, *arguments)


def test_a_bad_line_of_a_trace_is_named(capsys: Output, tmp_path: Path) -> None:
    trace = write(tmp_path / "trace.jsonl", '{"t": 0, "event": "ask"}', '{"t": 1, "event": "sing"}')
    assert 'line 2 of the trace is not usable: "event" must be one of ask' in refused(capsys, trace)
