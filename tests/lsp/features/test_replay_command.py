"""`foreword.replay` in an editor: the same JSON as on the command line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from clients import MINIMAL
from editor import connected
from gitrepo import GitRepo

Environ = dict[str, str]
TRACE = '{"t": 0, "event": "ask"}\n{"t": 60, "event": "ask"}'


def replayed(repo: GitRepo, environ: Environ, **arguments: object) -> Any:  # noqa: ANN401 - any JSON
    async def run() -> Any:  # noqa: ANN401 - any JSON
        async with connected(environ) as editor:
            await editor.start([repo.path], MINIMAL)
            return await editor.command("foreword.replay", **arguments)

    return asyncio.run(run())


def test_a_trace_is_replayed(repo: GitRepo, environ: Environ) -> None:
    (found,) = replayed(
        repo, environ, trace=TRACE, model="claude-sonnet-5", policy=["delta-5m"], base=1_024, turn=1
    )
    assert ("foreword.replay/1", "claude-sonnet-5") == (found["schema"], found["model"])
    assert {"hits": 1, "misses": 1} == {key: found["policies"][0][key] for key in ("hits", "misses")}


def test_days_are_made_up(repo: GitRepo, environ: Environ) -> None:
    order = {"synthetic": 2, "days": 1, "asks": 3, "law": "split", "developers": 2}
    found = replayed(repo, environ, **order)
    assert 3 == len(found)
    assert all(6 == row["hits"] + row["misses"] for row in found[0]["policies"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give either a trace"),
        ({"trace": TRACE, "synthetic": 1}, "give either a trace"),
        ({"trace": "x"}, "line 1 of the trace is not usable"),
        ({"synthetic": 1, "law": "chaos"}, '"law" must be one of lognormal'),
        ({"synthetic": 1, "day": 3}, 'did you mean "days"?'),
    ],
)
async def test_what_cannot_be_replayed_is_said(
    repo: GitRepo, environ: Environ, arguments: dict[str, object], said: str
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path], MINIMAL)
        params = {"command": "foreword.replay", "arguments": [arguments]}
        assert said in (await editor.refusal("workspace/executeCommand", params)).message
