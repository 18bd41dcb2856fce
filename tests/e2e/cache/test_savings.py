"""The promises about money, against the stand-in: twenty questions cost a fraction of twenty prefixes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from foreword_cli import MODEL, Foreword
from foreword_output import ANSWER, misfit
from gitrepo import GitRepo
from messages_api import MessagesApi, Recorded, SlowStart, cost
from prefix_money import blocks, prefix_money, prefix_texts, turn_texts
from sample_repo import CHECKOUT, make_sample

N_QUESTIONS = 20
BUDGET_TOKENS = 60_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """A repository that does not fit: its base is near the budget."""
    return make_sample(tmp_path_factory.mktemp("large") / "shop", 240)


def money_of(answers: Sequence[dict[str, Any]]) -> float:
    return float(sum(answer["receipt"]["cost"]["total"] for answer in answers))


def check_receipts(answers: Sequence[dict[str, Any]], api: MessagesApi) -> None:
    """Our receipts are the stand-in's accounts, token by token, and its money to the cent."""
    ours = sorted(tuple(answer["receipt"]["tokens"].values()) for answer in answers)
    theirs = sorted(_tokens(recorded) for recorded in api.messages)
    assert theirs == ours
    theirs_in_dollars = sum(cost(recorded.usage or {}, MODEL) for recorded in api.messages)
    assert round(theirs_in_dollars, 4) == round(money_of(answers), 4)


def _tokens(recorded: Recorded) -> tuple[int, ...]:
    usage = recorded.usage or {}
    written = usage["cache_creation"]
    return (
        usage["input_tokens"],
        written["ephemeral_5m_input_tokens"],
        written["ephemeral_1h_input_tokens"],
        usage["cache_read_input_tokens"],
        usage["output_tokens"],
    )


def test_twenty_questions_of_a_batch_save_84_percent_of_the_prefix(
    online: Foreword, api: MessagesApi, large: GitRepo
) -> None:
    done = online.batch(
        large.path, [{"id": n, "question": f"What does number {n} do?"} for n in range(N_QUESTIONS)]
    )
    assert (0, "") == (done.code, done.err)
    assert [] == api.rejected
    assert {*range(N_QUESTIONS)} == {answer["id"] for answer in done.answers}
    assert [None] * N_QUESTIONS == [misfit(answer, ANSWER) for answer in done.answers]
    money = prefix_money(api.messages)
    assert money.saving >= 0.84
    assert 1 == len({"".join(prefix_texts(recorded)) for recorded in api.messages})
    assert 0.6 * BUDGET_TOKENS < money.tokens / N_QUESTIONS < 1.1 * BUDGET_TOKENS
    check_receipts(done.answers, api)


def test_twenty_processes_with_a_saved_edit_before_each_question_save_80_percent(
    online: Foreword, api: MessagesApi, large: GitRepo, tmp_path: Path
) -> None:
    repo = large.clone(tmp_path / "edited")
    answers = []
    for n in range(N_QUESTIONS):
        repo.write("shop/checkout.py", CHECKOUT.replace("VAT_PERCENT = 19", f"VAT_PERCENT = {n + 20}"))
        answers.append(online.ask(repo.path, f"What is the rate? ({n})").answer)
    assert [] == api.rejected
    assert prefix_money(api.messages).saving >= 0.80
    check_receipts(answers, api)
    check_append_only(api.messages)
    for n, recorded in enumerate(api.messages):
        assert f"+VAT_PERCENT = {n + 20}" in prefix_texts(recorded)[-1]
    assert [["shop/checkout.py"]] * N_QUESTIONS == [
        answer["receipt"]["freshness"]["deltaFiles"] for answer in answers
    ]


def check_append_only(requests: Sequence[Recorded]) -> None:
    """Each prefix is the one before with one block more; marks are few and nothing volatile is before them."""
    for before, after in pairwise(requests):
        assert prefix_texts(before) == prefix_texts(after)[:-1]
    for n, recorded in enumerate(requests):
        assert 1 <= len(recorded.marks) <= 4
        assert "cache_control" not in blocks(recorded)[-1]
        assert f"({n})" in turn_texts(recorded)[-1]
        assert not any(f"What is the rate? ({n})" in text for text in prefix_texts(recorded))


def test_an_unchanged_repository_sends_the_same_bytes_from_every_process(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    for question in ("What is a refund?", "What is a parcel?"):
        assert 0 == online.ask(shop.path, question).code
    first, second = api.messages
    assert prefix_texts(first) == prefix_texts(second)
    assert ["written", "read"] == [first.verdict, second.verdict]
    bodies = [recorded.body or {} for recorded in (first, second)]
    assert bodies[0]["tools"] == bodies[1]["tools"]
    assert bodies[0]["system"] == bodies[1]["system"]


def test_nothing_of_this_machine_or_this_moment_is_before_the_last_mark(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    online.ask(shop.path, "What is a refund?")
    (recorded,) = api.messages
    shared = "".join(prefix_texts(recorded)) + str((recorded.body or {})["system"])
    for volatile in (str(shop.path), str(online.home), "What is a refund?", shop.head()):
        assert volatile not in shared


@contextmanager
def batch_under_way(user: Foreword, repo: GitRepo, n_lines: int, *flags: str) -> Iterator[list[bytes]]:
    """A batch whose questions are all written at once; the output is there when the block ends."""
    lines = "".join(f'{{"id": {n}, "question": "What is number {n}?"}}\n' for n in range(n_lines))
    out: list[bytes] = []
    with user.started("batch", "--workspace", str(repo.path), *flags) as process:
        reader = threading.Thread(
            target=lambda: out.append(process.communicate(lines.encode(), timeout=60)[0])
        )
        reader.start()
        try:
            yield out
        finally:
            reader.join(60)
        assert 0 == process.returncode


def test_the_first_request_of_a_batch_goes_alone_and_then_no_more_than_the_limit_at_once(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail(*[SlowStart()] * 8)
    with batch_under_way(online, shop, 8, "--parallel", "3") as out:
        api.wait_for_request(1, timeout=60)
        with pytest.raises(TimeoutError):
            api.wait_for_request(2, timeout=0.7)
        api.release()
        api.wait_for_request(4, timeout=60)
        with pytest.raises(TimeoutError):
            api.wait_for_request(5, timeout=0.7)
        api.release(100)
    assert 8 == len(out[0].splitlines())
    assert ["written"] + ["read"] * 7 == [recorded.verdict for recorded in api.messages]


def test_a_bad_line_of_a_batch_gets_an_error_with_its_id_and_the_rest_goes_on(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    lines = [
        "this is no JSON",
        {"id": "good", "question": "What is a refund?"},
        {"id": "without", "text": "no question"},
        {"id": "missing", "question": "What is this?", "path": "shop/nowhere.py"},
        {"id": "empty", "question": "  "},
        "[1, 2]",
        {"question": "What is a parcel?", "path": "shop/checkout.py:1-3"},
    ]
    done = online.batch(shop.path, lines)
    errors = {answer["line"]: answer for answer in done.answers if "error" in answer}
    assert {1, 3, 4, 5, 6} == errors.keys()
    assert {"without", "missing", "empty"} == {error["id"] for error in errors.values() if "id" in error}
    assert "shop/nowhere.py" in errors[4]["error"]["message"]
    assert all("\n" not in error["error"]["message"] for error in errors.values())
    assert 2 == len([answer for answer in done.answers if "text" in answer])
    assert "Traceback" not in done.err
    assert 2 == done.code
    assert 2 == len(api.messages)
