"""`foreword batch --later`: submitted once whatever happens, collected, retried, told."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from foreword.cli.main import main
from foreword_output import ANSWER, Done, misfit
from gitrepo import GitRepo
from messages_api import MessagesApi, Status, cost
from messages_api.batches import Fate
from messages_api.faults import Drop
from sample_repo import make_sample

N = 12
QUESTIONS = [{"id": f"q {n}", "question": f"What does number {n} do?"} for n in range(N)]
"""Enough for a prefix that is written first to pay."""


MODEL = "claude-sonnet-4-6"


class Stdin:
    """Standard input with some bytes in it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


class Shell:
    """Runs commands in this process; `run` and its like are those of `Foreword`, which runs processes."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._capsys = capsys

    def run(self, *arguments: str, stdin: str = "", more: Mapping[str, str] | None = None) -> Done:
        self._capsys.readouterr()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", Stdin(stdin.encode()))
            for name, value in (more or {}).items():
                patch.setenv(name, value)
            code = main(list(arguments))
        out, err = self._capsys.readouterr()
        return Done(code, out, err)

    def batch(
        self, workspace: Path, lines: Sequence[object], *flags: str, more: Mapping[str, str] | None = None
    ) -> Done:
        text = "\n".join(json.dumps(line) for line in lines)
        return self.run("batch", "--workspace", str(workspace), *flags, stdin=text, more=more)

    def json(self, command: str, workspace: Path, *arguments: str) -> Any:  # noqa: ANN401 - as json.loads is typed
        done = self.run(command, *arguments, "--workspace", str(workspace), "--json")
        assert 0 == done.code, done
        return json.loads(done.out)


@pytest.fixture
def shell(api: MessagesApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    return Shell(monkeypatch, capsys)


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 20)


def submit(shell: Shell, repo: GitRepo, lines: Sequence[object] = QUESTIONS, *flags: str) -> dict[str, Any]:
    done = shell.batch(repo.path, lines, "--later", *flags)
    assert 0 == done.code, done
    (told,) = done.answers
    assert "foreword.batch/1" == told["schema"]
    return dict(told)


def results(shell: Shell, repo: GitRepo, batch: str, *flags: str) -> list[dict[str, Any]]:
    return shell.run("batch", "results", batch, "--workspace", str(repo.path), *flags).answers


def ids(answers: Sequence[dict[str, Any]]) -> set[Any]:
    return {one.get("id") for one in answers if one["schema"] == "foreword.answer/1"}


def test_questions_are_submitted_once_and_answered_at_half_the_price(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    told = submit(shell, shop)
    assert (N, 1) == (told["questions"], len(told["batches"]))
    answers = results(shell, shop, told["batches"][0])
    assert [] == api.rejected
    assert [None] * N == [misfit(answer, ANSWER) for answer in answers]
    assert {question["id"] for question in QUESTIONS} == ids(answers)
    receipts = [answer["receipt"] for answer in answers]
    assert {"hit"} == {receipt["cache"]["verdict"] for receipt in receipts}
    assert api.batch_cost() == pytest.approx(sum(receipt["cost"]["total"] for receipt in receipts))
    (seed,) = api.messages
    assert (0, True) == ((seed.body or {})["max_tokens"], "written" == seed.verdict)
    spent = shell.json("usage", shop.path, "--by", "kind")
    by_kind = {row["group"]: row["cost"]["total"] for row in spent["rows"]}
    assert api.batch_cost() == pytest.approx(by_kind["batch"])
    assert cost(seed.usage or {}, MODEL) == pytest.approx(by_kind["warm"])


def test_the_results_can_be_read_again_and_are_paid_for_once(shell: Shell, shop: GitRepo) -> None:
    (batch,) = submit(shell, shop)["batches"]
    first, second = (results(shell, shop, batch) for _ in range(2))
    assert [one["text"] for one in first] == [one["text"] for one in second]
    groups = shell.json("usage", shop.path, "--by", "kind")["rows"]
    assert N == next(row["requests"] for row in groups if row["group"] == "batch")


def test_a_batch_says_how_it_stands_and_can_be_cancelled(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    api.batches.holds = True
    (batch,) = submit(shell, shop)["batches"]
    (state,) = shell.json("batch", shop.path, "status")["batches"]
    assert (batch, "in_progress", N) == (state["id"], state["status"], state["questions"])
    early = shell.run("batch", "results", batch, "--workspace", str(shop.path))
    assert (2, "") == (early.code, early.out)
    assert f"foreword: {batch} is in progress (0 of {N} done): ask for its results" in early.err
    cancelled = shell.run("batch", "cancel", batch, "--workspace", str(shop.path)).answers
    assert "canceling" == cancelled[0]["batches"][0]["status"]
    api.batches.finish()
    told = results(shell, shop, batch)
    assert {"foreword.error/1"} == {one["schema"] for one in told}
    assert "cancelled before this question was answered" in told[0]["error"]["message"]


def test_a_connection_that_breaks_after_a_batch_came_to_be_submits_it_once(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail_batches(Drop())
    told = submit(shell, shop)
    assert (N, 1, N) == (told["questions"], len(told["batches"]), len(api.batches.custom_ids))


def test_the_same_questions_are_the_same_submission_until_their_answers_are_collected(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    first, second = submit(shell, shop), submit(shell, shop)
    assert (first["batches"], N) == (second["batches"], second["earlier"])
    results(shell, shop, first["batches"][0])
    third = submit(shell, shop)
    assert first["batches"] != third["batches"]
    assert 2 * N == len(api.batches.custom_ids)


def test_what_failed_for_no_fault_of_its_own_is_told_and_submitted_again(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    fates: dict[int, Fate] = {2: "expired", 5: "errored", 7: "canceled"}
    api.batches.fate = lambda name, _params: fates.get(int(name.split("-")[2]) - 1, "succeeded")
    (batch,) = submit(shell, shop)["batches"]
    api.batches.fate = lambda _name, _params: "succeeded"
    told = results(shell, shop, batch, "--retry")
    failed = {one["id"] for one in told if one["schema"] == "foreword.error/1"}
    assert {"q 2", "q 5", "q 7"} == failed
    (again,) = [one for one in told if one["schema"] == "foreword.batch/1"]
    assert 3 == again["questions"]
    assert failed == ids(results(shell, shop, again["batches"][0]))
    assert [] == [
        one for one in results(shell, shop, batch, "--retry") if one["schema"] == "foreword.batch/1"
    ]
    assert N + 3 == len(api.batches.custom_ids)


def test_a_refused_batch_is_one_line_and_nothing_is_held_back(
    shell: Shell, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail_batches(Status(403, "no batches for you"))
    done = shell.batch(shop.path, QUESTIONS, "--later")
    assert (5, "") == (done.code, done.out)
    assert "no batches for you" in done.complaint
    assert 1 == len(submit(shell, shop)["batches"])


def test_a_limit_stops_it_before_anything_is_sent(shell: Shell, api: MessagesApi, shop: GitRepo) -> None:
    done = shell.batch(shop.path, QUESTIONS, "--later", more={"FOREWORD_LIMITS_DAY": "0.001"})
    assert (4, "") == (done.code, done.out)
    assert "limits.day" in done.complaint
    assert ([], []) == (api.messages, api.batches.custom_ids)


def test_lines_name_repositories_that_are_trusted(shell: Shell, shop: GitRepo, tmp_path: Path) -> None:
    other = make_sample(tmp_path / "other", 5)
    lines = [{"id": n, "question": f"What is it? ({n})", "workspace": str(other.path)} for n in range(N)]
    done = shell.batch(shop.path, [*QUESTIONS, *lines], "--later")
    *errors, told = done.answers
    assert (N, N) == (len(errors), told["questions"])
    assert "is not trusted" in errors[0]["error"]["message"]
    shell.run("trust", "--workspace", str(other.path))
    told = submit(shell, shop, [*QUESTIONS, *lines])
    answers = [one for batch in told["batches"] for one in results(shell, shop, batch)]
    assert {*range(N)} | {question["id"] for question in QUESTIONS} == ids(answers)
    assert 2 == len({one["receipt"]["freshness"]["revision"] for one in answers})


def test_a_bad_line_is_told_and_the_rest_goes_on(shell: Shell, shop: GitRepo) -> None:
    done = shell.batch(
        shop.path, [{"id": 1}, {"question": "What?", "path": "missing.py"}, *QUESTIONS], "--later"
    )
    assert 2 == done.code
    bad, missing, told = done.answers
    assert (1, 1) == (bad["id"], bad["line"])
    assert "missing.py" in missing["error"]["message"]
    assert N == told["questions"]


def test_a_few_questions_pay_no_premium(shell: Shell, api: MessagesApi, shop: GitRepo) -> None:
    told = submit(shell, shop, QUESTIONS[:2])
    assert [] == api.messages
    answers = results(shell, shop, told["batches"][0])
    assert {"off"} == {one["receipt"]["cache"]["verdict"] for one in answers}
    assert {"unmarked"} == {recorded.verdict for recorded in api.batches.records}


NOBODY = {"ANTHROPIC_FOUNDRY_API_KEY": "any", "ANTHROPIC_FOUNDRY_BASE_URL": "http://127.0.0.1:9/"}


@pytest.mark.parametrize("provider", ["foundry", "offline"])
def test_who_has_no_batches_is_named_and_batch_is_offered(shell: Shell, shop: GitRepo, provider: str) -> None:
    done = shell.batch(shop.path, QUESTIONS, "--later", "--provider", provider, more=NOBODY)
    assert "by `foreword batch` without --later" in done.complaint


def test_an_endpoint_without_batches_is_named_before_anything_is_paid(shell: Shell, shop: GitRepo) -> None:
    with MessagesApi(has_batches=False) as api:
        done = shell.batch(shop.path, QUESTIONS, "--later", more={"ANTHROPIC_BASE_URL": api.url})
        assert (5, "") == (done.code, done.out)
        assert f"{api.url} has no Message Batches: ask the questions now" in done.complaint
        assert [] == api.messages


def test_a_batch_does_not_change_what_the_next_question_meets(shell: Shell, shop: GitRepo) -> None:
    first = shell.json("ask", shop.path, "Where is it?")
    submit(shell, shop)
    second = shell.json("ask", shop.path, "Where is it now?")
    assert ("cold", "hit") == tuple(one["receipt"]["cache"]["verdict"] for one in (first, second))
