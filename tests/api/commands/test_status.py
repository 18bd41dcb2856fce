"""`foreword status` and `foreword models`."""

from __future__ import annotations

import json
import re

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo
from messages_api import MessagesApi


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert 0 == main(list(argv))
    return capsys.readouterr().out


def test_before_the_first_question_a_workspace_is_cold(
    shop: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(printed(capsys, "status", "--json", "-w", str(shop.path)))
    assert {
        "schema": "foreword.status/1",
        "warmUntil": None,
        "hitRatio": None,
        "spentToday": 0.0,
        "lastVerdict": None,
        "provider": "offline",
        "model": "claude-sonnet-5-5",
        "scope": None,
    } == told
    line = printed(capsys, "status", "--line", "-w", str(shop.path))
    assert "offline · cold · $0.0000 today\n" == line


def test_after_a_question_it_says_until_when_the_prefix_is_warm_and_what_the_cache_did(
    shop: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        printed(capsys, "ask", "What does the till do?", "-w", str(shop.path))
    n_sent = len(api.messages)
    told = json.loads(printed(capsys, "status", "--json", "-w", str(shop.path)))
    assert ("anthropic", "claude-sonnet-4-6", "hit") == (
        told["provider"],
        told["model"],
        told["lastVerdict"],
    )
    assert told["warmUntil"] is not None
    assert 0 < told["hitRatio"] < 1
    line = printed(capsys, "status", "--line", "-w", str(shop.path))
    assert re.fullmatch(
        r"claude-sonnet-4-6 · warm \d+ (min|s) · \d+% cached · \$\d\.\d{4} today · last hit\n", line
    )
    other = json.loads(
        printed(capsys, "status", "--json", "--model", "claude-haiku-4-5", "-w", str(shop.path))
    )
    assert other["warmUntil"] is None
    assert n_sent == len(api.messages)


def test_without_a_provider_the_catalog_stands_alone(
    shop: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = json.loads(printed(capsys, "models", "--json", "-w", str(shop.path)))
    by_id = {one["id"]: one for one in listed}
    assert {"id", "known", "retired", "successor", "window", "prices", "offered"} == set(listed[0])
    assert [None] == list({one["offered"] for one in listed})
    assert ("2027-01-22", "claude-opus-5-5", 200_000) == tuple(
        by_id["claude-opus-4-5"][key] for key in ("retired", "successor", "window")
    )
    prices = {"input": 3.0, "write5m": 3.75, "write1h": 6.0, "read": 0.3, "output": 15.0}
    assert prices == by_id["claude-sonnet-4-6"]["prices"]
    assert 0 == main(["models", "-w", str(shop.path)])
    assert "no endpoint was asked" in capsys.readouterr().err


def test_what_the_endpoint_lists_stands_beside_the_catalog(
    shop: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {
        one["id"]: one["offered"]
        for one in json.loads(printed(capsys, "models", "--json", "-w", str(shop.path)))
    }
    assert listed["claude-sonnet-4-6"]
    assert not listed["claude-3-5-sonnet"]
    assert not api.messages
