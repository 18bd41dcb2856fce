"""Several processes on one worktree at the same moment: all answer, and the prefix stays one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from foreword_cli import Foreword
from foreword_output import Done
from gitrepo import GitRepo
from messages_api import MessagesApi
from prefix_money import prefix_texts


def ask_at_once(user: Foreword, folder: Path, n: int) -> list[Done]:
    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(lambda number: user.ask(folder, f"What is number {number}?"), range(n)))


def test_processes_that_start_on_a_cold_prefix_send_the_same_bytes(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    shop.write("saved.py", "SAVED = 1\n")
    done = ask_at_once(online, shop.path, 3)
    assert [(0, "")] * 3 == [(one.code, one.err) for one in done]
    assert 1 == len({tuple(prefix_texts(recorded)) for recorded in api.messages})


def test_a_delta_is_not_forked_by_questions_at_the_same_moment(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    online.ask(shop.path, "What is this?")
    for n in range(3):
        shop.write("saved.py", f"SAVED = {n}\n")
        assert [0, 0] == [one.code for one in ask_at_once(online, shop.path, 2)]
    prefixes = sorted((prefix_texts(recorded) for recorded in api.messages), key=len)
    for before, after in pairwise(prefixes):
        assert before == after[: len(before)]
    assert len(prefixes[0]) + 3 == len(prefixes[-1])


def test_the_ledger_has_every_request_of_every_process(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    done = ask_at_once(online, shop.path, 3)
    (row,) = online.json_of("usage")["rows"]
    assert (3, 3) == (row["requests"], len(api.messages))
    assert round(sum(one.answer["receipt"]["cost"]["total"] for one in done), 6) == round(
        row["cost"]["total"], 6
    )
