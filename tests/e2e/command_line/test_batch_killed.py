"""`foreword batch --later`, killed at the worst moment."""

from __future__ import annotations

import json
import signal
from typing import Any

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, SlowStart

N = 12
QUESTIONS = [{"id": n, "question": f"What does number {n} do?"} for n in range(N)]


def killed(foreword: Foreword, repo: GitRepo, api: MessagesApi) -> None:
    """Submit, and kill the process when the batch has come to be and nobody has heard of it."""
    api.fail_batches(SlowStart())
    with foreword.started("batch", "--later", "--workspace", str(repo.path)) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join(json.dumps(one) for one in QUESTIONS).encode())
        process.stdin.close()
        api.wait_for(lambda: bool(api.batches.custom_ids), timeout=60.0)
        process.send_signal(signal.SIGKILL)
        process.wait(20)


def answered(foreword: Foreword, repo: GitRepo, batch: str) -> set[Any]:
    done = foreword.run("batch", "results", batch, "--workspace", str(repo.path))
    return {one["id"] for one in done.answers if one["schema"] == "foreword.answer/1"}


def test_a_kill_between_submission_and_note_loses_nothing_and_asks_nothing_twice(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    killed(online, shop, api)
    (told,) = online.batch(shop.path, QUESTIONS, "--later").answers
    assert (N, N, 1) == (told["questions"], told["earlier"], len(told["batches"]))
    assert N == len(api.batches.custom_ids)
    assert {*range(N)} == answered(online, shop, told["batches"][0])


def test_what_was_submitted_before_a_kill_is_found_by_whoever_asks_how_it_stands(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    killed(online, shop, api)
    (state,) = online.json("batch", shop.path, "status")["batches"]
    assert ("ended", N) == (state["status"], state["questions"])
    assert {*range(N)} == answered(online, shop, state["id"])
