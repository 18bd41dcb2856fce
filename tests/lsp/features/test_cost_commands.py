"""Forecasts, warm-ups and the question before money is spent, as an editor meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from editor import Editor, RpcError, connected
from messages_api import MessagesApi
from sample_repo import make_sample

Environ = dict[str, str]
ASK = "window/showMessageRequest"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Enough for the model's cache."""
    return make_sample(tmp_path / "shop", 6).path


@asynccontextmanager
async def editor_on(folder: Path, environ: Environ, answer: str | None = None) -> AsyncIterator[Editor]:
    """An editor whose user gives one answer to every question; None is for one who can't be asked."""
    answers = usual_answers()
    if answer is not None:
        answers[ASK] = lambda _: {"title": answer}
    async with connected(environ, answers) as editor:
        capabilities = VSCODE_CLIENT_11 if answer is not None else {}
        await editor.start([folder], capabilities, initializationOptions={"trusted": True})
        yield editor


async def refusal(editor: Editor, command: str, **arguments: object) -> RpcError:
    params = {"command": command, "arguments": [arguments]}
    return await editor.refusal("workspace/executeCommand", params)


def careful(online: Environ) -> Environ:
    return online | {"FOREWORD_LIMITS_CONFIRM": "0.000001"}


async def test_a_forecast_before_and_after_a_warm_up(shop: Path, online: Environ, api: MessagesApi) -> None:
    async with editor_on(shop, online) as editor:
        await editor.command("foreword.index")
        cold = await editor.command("foreword.forecast", question="What is a refund?")
        planned = await editor.command("foreword.warm", dryRun=True)
        assert ("foreword.forecast/1", "miss") == (cold["schema"], cold["expected"])
        assert ("planned", 0) == (planned["outcome"], len(api.messages))
        done = await editor.command("foreword.warm", ttl="1h")
        assert ("foreword.warm/1", "written", 3600) == (
            done["schema"],
            done["outcome"],
            done["ttlSeconds"],
        )
        warm = await editor.command("foreword.forecast")
        assert ("hit", True) == (warm["expected"], warm["cost"]["high"] < cold["cost"]["high"])
        base = await editor.command("foreword.warm", baseOnly=True)
        assert "renewed" == base["outcome"]
        assert "5m or 1h" in (await refusal(editor, "foreword.warm", ttl="2h")).message


@pytest.mark.parametrize("command", ["foreword.ask", "foreword.edit", "foreword.warm"])
@pytest.mark.parametrize("answer", ["Cancel", None])
async def test_nothing_is_sent_above_the_limit_unless_the_user_says_so(
    command: str, answer: str | None, shop: Path, online: Environ, api: MessagesApi
) -> None:
    words: dict[str, Any] = {
        "foreword.ask": {"question": "What is a refund?"},
        "foreword.edit": {"instruction": "Rename it"},
    }

    async with editor_on(shop, careful(online), answer) as editor:
        await editor.command("foreword.index")
        error = await refusal(editor, command, **words.get(command, {}))
        assert ("Limit", 4) == (error.data["kind"], error.data["exitCode"])
        assert (0 if answer is None else 1) == editor.count(ASK)
    assert not api.messages


async def test_the_user_sees_the_money_and_lets_it_go(shop: Path, online: Environ, api: MessagesApi) -> None:
    async with editor_on(shop, careful(online), "OK") as editor:
        await editor.command("foreword.index")
        assert "foreword.answer/1" == (await editor.command("foreword.ask", question="Why?"))["schema"]
        (asked,) = [message for message in editor.heard if message["method"] == ASK]
        assert "limits.confirm. Send it?" in asked["params"]["message"]
        await editor.command("foreword.ask", question="Why not?", yes=True)
        assert 1 == editor.count(ASK)
    assert 2 == len(api.messages)


async def test_a_warm_up_needs_trust_and_a_forecast_does_not(
    shop: Path, online: Environ, api: MessagesApi
) -> None:
    async with connected(online) as editor:
        await editor.start([shop])
        await editor.command("foreword.index")
        assert "foreword.forecast/1" == (await editor.command("foreword.forecast"))["schema"]
        assert "not trusted" in (await refusal(editor, "foreword.warm")).message
    assert not api.messages
