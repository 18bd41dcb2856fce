"""Processes that start together on one cold prefix: it is written once, and nothing is spent past the day's limit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import ask_at_once
from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, SlowStart

Process = subprocess.Popen[str]


@contextmanager
def askers(user: Foreword, folder: Path, *crowds: int) -> Iterator[list[Process]]:
    """Processes that are ready to ask as many questions each, and killed if they still run at the end."""
    with ExitStack() as stack:
        started = []
        for n in crowds:
            arguments = [sys.executable, ask_at_once.__file__, str(folder), str(n)]
            process = subprocess.Popen(
                arguments, env=user.environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(process)
        for process in started:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()
        yield started


def go(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def outcomes(processes: list[Process]) -> list[str]:
    return [line for process in processes for line in process.communicate(timeout=PATIENCE)[0].splitlines()]


def test_ten_requests_of_two_processes_make_exactly_one_write(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    shop.write("saved.py", "SAVED = 1\n")
    api.fail(SlowStart())
    with askers(online, shop.path, 5, 5) as processes:
        for process in processes:
            go(process)
        api.wait_for_request(1, timeout=PATIENCE)
        with pytest.raises(TimeoutError):
            api.wait_for_request(2, timeout=0.7)
        api.release()
        ended = outcomes(processes)
    assert 10 == len(ended)
    assert ["written"] + ["read"] * 9 == [recorded.verdict for recorded in api.messages]
    assert [] == api.rejected


def test_when_the_writer_is_killed_another_process_writes(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail(SlowStart())
    with askers(online, shop.path, 1, 2) as (first, second):
        go(first)
        api.wait_for_request(1, timeout=PATIENCE)
        go(second)
        with pytest.raises(TimeoutError):
            api.wait_for_request(2, timeout=0.5)
        first.kill()
        ended = outcomes([second])
        api.release()
    assert 2 == len(ended)
    assert ["written", "read"] == [recorded.verdict for recorded in api.messages[1:]]


def test_requests_at_the_same_moment_stay_within_the_limit_together(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    worst = online.json("forecast", shop.path, "What is number 1?")["cost"]
    at_most_one = worst["miss"] + (worst["high"] - worst["miss"]) * 1.1
    limited = replace(online, more={"FOREWORD_LIMITS_DAY": f"{at_most_one * 3.5:.6f}"})
    api.fail(SlowStart())
    with askers(limited, shop.path, 5, 5) as processes:
        for process in processes:
            go(process)
        api.wait_for_request(1, timeout=PATIENCE)
        with pytest.raises(TimeoutError):
            api.wait_for_request(2, timeout=0.7)
        api.release()
        ended = outcomes(processes)
    assert 3 == len(api.messages)
    assert 7 == ended.count("over the limit")
    assert api.cost() < at_most_one * 3.5
