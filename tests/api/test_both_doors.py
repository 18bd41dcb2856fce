"""What is typed on the command line can be sent to the server too, and gives the same JSON."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from editor import connected
from foreword.cli.main import main
from gitrepo import GitRepo

DAYS = {"synthetic": 4, "days": 2, "law": "hourly", "model": "claude-sonnet-5", "policy": "foreword"}


def sent(shop: GitRepo, home: Path, name: str, /, **arguments: object) -> Any:  # noqa: ANN401 - any JSON
    async def run() -> Any:  # noqa: ANN401 - any JSON
        async with connected({"FOREWORD_HOME": str(home)}) as editor:
            # As on the command line here: what the user trusts has other instructions for the model.
            await editor.start([shop.path], initializationOptions={"trusted": True})
            return await editor.command(name, **arguments)

    return asyncio.run(run())


def typed(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:  # noqa: ANN401 - any JSON
    capsys.readouterr()
    assert 0 == main([*argv, "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_budget_for_warming_can_be_sent(shop: GitRepo, tmp_path: Path) -> None:
    (free,) = sent(shop, tmp_path / "home", "foreword.replay", **DAYS)
    (none,) = sent(shop, tmp_path / "home", "foreword.replay", **DAYS, warmDay=0)
    assert 0 == none["policies"][0]["pings"]
    assert 0 < free["policies"][0]["pings"]


def test_a_warm_up_without_a_cache_can_be_sent(shop: GitRepo, tmp_path: Path) -> None:
    planned = sent(shop, tmp_path / "home", "foreword.warm", noCache=True, dryRun=True, provider="anthropic")
    assert ("planned", "off") == (planned["outcome"], planned["why"])


def test_a_trace_can_be_asked_for(shop: GitRepo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    sent(shop, home, "foreword.ask", question="What is a refund?")
    told = sent(shop, home, "foreword.usage", exportTrace=True)
    (line,) = told["exportTrace"].splitlines()
    assert ("foreword.usage/1", "ask") == (told["schema"], json.loads(line)["event"])
    assert "exportTrace" not in sent(shop, home, "foreword.usage")


def test_the_settings_can_be_asked_for(shop: GitRepo, tmp_path: Path) -> None:
    told = sent(shop, tmp_path / "home", "foreword.doctor", settings=True)["settings"]
    (budget,) = [one for one in told if one["key"] == "context.budget"]
    assert ("FOREWORD_CONTEXT_BUDGET", "auto") == (budget["variable"], budget["default"])


def test_every_file_of_a_context_can_be_asked_for(
    shop: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sent(shop, tmp_path / "home", "foreword.context", files=True)
    assert typed(capsys, "context", "--files", "-w", str(shop.path))["layers"] == told["layers"]


async def test_a_batch_can_be_sent_and_streams_its_answers(shop: GitRepo, tmp_path: Path) -> None:
    questions = ["What is a refund?", {"id": 7, "question": "Where is the checkout?"}, {"id": 8}]

    async with connected({"FOREWORD_HOME": str(tmp_path / "home")}) as editor:
        await editor.start([shop.path])
        found = await editor.command("foreword.batch", questions=questions, partialResultToken="b")
        told = [one["params"]["value"] for one in editor.heard if one["method"] == "$/progress"]
    assert {None, 7, 8} == {one.get("id") for one in found}
    schemas = {one.get("id"): one["schema"] for one in found}
    assert {None: "foreword.answer/1", 7: "foreword.answer/1", 8: "foreword.error/1"} == schemas
    parts = [one for one in told if one.get("kind") == "result"]
    assert found == [one["value"] for one in parts]
    assert [0, 1, 2] == [one["seq"] for one in parts]


@pytest.mark.parametrize("name", ["index", "symbols", "search", "map", "usage", "why", "trust", "doctor"])
def test_both_doors_give_the_same_json(
    name: str, shop: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"symbols": ("name", "Checkout"), "search": ("query", "refund")}.get(name)
    argv = [name, *([words[1]] if words else []), "-w", str(shop.path)]
    expected = typed(capsys, *argv)
    found = sent(shop, tmp_path / "home", f"foreword.{name}", **(dict([words]) if words else {}))
    for volatile in ("seconds", "parsed", "reused", "facts"):
        if isinstance(found, dict):
            expected.pop(volatile, None)
            found.pop(volatile, None)
    assert expected == found
