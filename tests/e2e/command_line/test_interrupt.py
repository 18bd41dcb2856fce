"""Leaving in the middle: what was used is booked, the API sees us go, and the exit code says so."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from foreword_cli import PATIENCE, Foreword, command
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, SlowStart

Q = "What is a refund?"
LONG_ANSWER = "The refund is made by the warehouse. " * 20

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")


def rows(user: Foreword) -> list[dict[str, Any]]:
    """The ledger as it is on disk."""
    with closing(sqlite3.connect(user.data / "data" / "ledger.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM request ORDER BY at")]


def wait_for_rows(user: Foreword, n: int) -> None:
    """Wait until the ledger has `n` requests; SQLite has no event to wait for."""
    until = time.monotonic() + PATIENCE
    while len(rows(user)) < n:
        assert time.monotonic() < until
        os.sched_yield()


@contextmanager
def asked(user: Foreword, repo: GitRepo, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    with user.started("ask", Q, "--workspace", str(repo.path), *flags) as process:
        yield process


def first_words(process: subprocess.Popen[bytes]) -> bytes:
    """Wait for the first piece of the answer."""
    assert process.stdout is not None
    return os.read(process.stdout.fileno(), 10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_answer_cancels_it_and_books_what_was_used(
    online: Foreword, api: MessagesApi, shop: GitRepo, number: signal.Signals
) -> None:
    api.script((Hold(after=3), LONG_ANSWER))
    with asked(online, shop) as process:
        assert first_words(process)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert (130, "foreword: cancelled\n") == (process.returncode, err.decode())
    (recorded,) = api.messages
    assert recorded.disconnected.wait(PATIENCE)
    (row,) = rows(online)
    assert "cancelled" == row["status"]
    assert (recorded.usage or {})["cache_creation_input_tokens"] == row["write_5m"] > 1_000
    assert row["cost"] > 0


def test_a_signal_before_the_answer_begins_costs_nothing(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail(SlowStart())
    with asked(online, shop) as process:
        api.wait_for_request(1, timeout=PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (130, b"", b"foreword: cancelled\n") == (process.returncode, out, err)
    assert [] == rows(online)


def test_the_next_question_after_an_interrupt_reads_what_was_written(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.script((Hold(after=3), LONG_ANSWER))
    with asked(online, shop) as process:
        assert first_words(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    answer = online.ask(shop.path, Q).answer
    assert "hit" == answer["receipt"]["cache"]["verdict"]


def test_a_killed_process_has_booked_the_prompt(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.script((Hold(after=3), LONG_ANSWER))
    with asked(online, shop) as process:
        assert first_words(process)
        process.kill()
        process.communicate(timeout=PATIENCE)
    (row,) = rows(online)
    assert "started" == row["status"]
    assert row["write_5m"] > 1_000
    assert 0 == online.ask(shop.path, Q).code


def test_a_batch_that_is_interrupted_books_every_request_under_way(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.script("First.", (Hold(after=0), LONG_ANSWER), (Hold(after=0), LONG_ANSWER))
    lines = b'{"question": "a"}\n{"question": "b"}\n{"question": "c"}\n'
    with online.started("batch", "--workspace", str(shop.path)) as process:
        assert process.stdin is not None
        process.stdin.write(lines)
        process.stdin.flush()
        api.wait_for_request(3, timeout=PATIENCE)
        wait_for_rows(online, 3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (130, b"foreword: cancelled\n") == (process.returncode, err)
    assert 1 == len(out.splitlines())
    assert ["cancelled", "cancelled", "done"] == sorted(row["status"] for row in rows(online))


@pytest.mark.parametrize(
    "arguments", [["ask", Q], ["ask", Q, "--json"], ["map"], ["index", "--json"], ["search", "refund"]]
)
def test_a_reader_that_goes_away_is_no_crash(offline: Foreword, shop: GitRepo, arguments: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with subprocess.Popen(
        command(*arguments),
        cwd=shop.path,
        env=offline.environ(),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        _, err = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in err
    assert b"Broken" not in err
    assert b"unexpected" not in err
    assert 1 == process.returncode
