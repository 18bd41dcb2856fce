"""`foreword warm`: what a CI job and a user get from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from foreword_cli import Foreword
from foreword_output import misfit
from gitrepo import GitRepo
from messages_api import MessagesApi

Q = "What is a refund?"
WARM = {
    "schema": str,
    "outcome": str,
    "model": str,
    "anchor": {"kind": str, "name": str},
    "digests": {"instructions": str, "base": str, "delta": str},
    "prefixTokens": int,
    "tokens": {"fresh": int, "write5m": int, "write1h": int, "read": int, "output": int},
    "cost": {"currency": str, "total": float},
    "ttlSeconds": int,
    "expires": float,
}


def test_a_warm_up_writes_what_the_next_question_reads(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    shop.write("saved.py", "SAVED = 1\n")
    first = online.json("warm", shop.path, "--ttl", "1h")
    assert (None, "foreword.warm/1", "written", 3600) == (
        misfit(first, WARM),
        first["schema"],
        first["outcome"],
        first["ttlSeconds"],
    )
    answer = online.ask(shop.path, Q).answer
    assert ("hit", 0) == (answer["receipt"]["cache"]["verdict"], answer["receipt"]["tokens"]["write5m"])
    rows = {row["group"]: row for row in online.json_of("usage", "--by", "kind")["rows"]}
    assert (1, 1) == (rows["warm"]["requests"], rows["ask"]["requests"])
    assert rows["warm"]["cost"]["saved"] < 0
    assert [] == api.rejected


def test_a_base_that_a_ci_job_wrote_is_read_by_a_teammate_with_changes(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    ci, mate = shop.clone(tmp_path / "ci"), shop.clone(tmp_path / "mate")
    robot = replace(online, home=tmp_path / "robot")
    written = robot.json("warm", ci.path, "--base-only", "--ttl", "1h")
    mate.write("shop/checkout.py", "VAT = 7\n")
    mate.commit("Change it")
    mate.write("saved.py", "SAVED = 1\n")
    tokens = online.ask(mate.path, Q).answer["receipt"]["tokens"]
    assert written["tokens"]["write1h"] == tokens["read"] > tokens["write5m"] > 0


def test_a_shallow_clone_and_one_without_upstream_are_told_apart(
    online: Foreword, api: MessagesApi, shop: GitRepo, tmp_path: Path
) -> None:
    shop.write("more.py", "MORE = 1\n")
    shop.commit("More")
    partial = shop.clone(tmp_path / "partial", "--filter=blob:none")
    told = online.run("warm", "--base-only", "--dry-run", "--workspace", str(partial.path))
    assert (0, True, False) == (told.code, "partial clone" in told.err, "shallow clone" in told.err)
    shallow = shop.clone(tmp_path / "shallow", "--depth=1")
    done = online.run("warm", "--base-only", "--dry-run", "--workspace", str(shallow.path))
    assert (0, True, False) == (done.code, "shallow clone" in done.err, "upstream" in done.err)
    alone = online.run("warm", "--base-only", "--dry-run", "--workspace", str(shop.path))
    assert (0, False, True) == (alone.code, "shallow clone" in alone.err, "no upstream branch" in alone.err)
    assert "would be written for $" in alone.out
    assert not api.messages


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--model", "claude-haiku-4-5"], "below_minimum"),
        (["--no-cache"], "off"),
        (["--provider", "offline"], "offline"),
    ],
)
def test_what_can_not_be_warmed_is_said_and_nothing_is_sent(
    online: Foreword, api: MessagesApi, shop: GitRepo, flags: list[str], why: str
) -> None:
    for path in list(shop.path.glob("shop/*/*.py")):
        path.unlink()
    shop.commit("Sell everything")
    shown = online.json("warm", shop.path, *flags)
    assert ("skipped", why) == (shown["outcome"], shown["why"])
    assert not api.messages
