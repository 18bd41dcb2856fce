from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from foreword.assist.accounts.ledger import WARM, Ledger, LedgerRow
from foreword.assist.spending.explain import (
    ADVICE,
    FOLDED,
    NOTHING_TO_DO,
    NOTHING_YET,
    TITLES,
    explain,
    explain_requests,
)
from foreword.core.errors import UsageError
from foreword.core.tokens import Usage
from foreword.prefix.verdict import VerdictKind

HIT = LedgerRow(
    "abc1", 1_750_000_000.0, "/work", "ask", "anthropic", "sonnet", False, "done", "msg_1",
    Usage(fresh=1_000, read=52_000, output=300), 0.02, 0.16, "2026", "hit", {}, "52,000 tokens read from the cache",
    answer="abc1",
)  # fmt: skip
CHANGED = replace(
    HIT, verdict="changed", detail="the base was laid anew: a.py was changed first", file="a.py", layer="base",
    tokens_lost=52_000, cause="commit 1a2b3c4 Fix the cart", usage=Usage(fresh=1_000, write_5m=52_000), cost=0.2,
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def test_every_verdict_has_its_words() -> None:
    assert set(get_args(VerdictKind)) == TITLES.keys() == ADVICE.keys()


def test_a_hit_says_what_was_saved_and_that_there_is_nothing_to_do() -> None:
    happened, money, advice = explain_requests([HIT])
    assert "sonnet: the cache was hit: 52,000 tokens read from the cache" in happened
    assert (
        "it cost $0.0200: 52,000 of 53,000 prompt tokens read from the cache, $0.1400 less than without one"
        == money
    )
    assert NOTHING_TO_DO == advice


def test_a_change_names_the_file_and_who_did_it() -> None:
    happened, money, _ = explain_requests([CHANGED])
    assert "a.py was changed first (commit 1a2b3c4 Fix the cart)" in happened
    assert "$0.0400 more than without one, which the next hit earns back" in money


def test_a_folded_delta_has_advice_of_its_own() -> None:
    folded = replace(
        CHANGED, cause="saving a.py made the delta too long, and it was begun anew (context.delta)"
    )
    assert FOLDED == explain_requests([folded])[2]


def test_the_requests_of_a_tool_loop_are_one_answer(ledger: Ledger) -> None:
    ledger.book(HIT)
    ledger.book(replace(HIT, id="abc2", at=HIT.at + 5, cost=0.03))
    explanation = explain(ledger, "/work")
    assert "it cost $0.0500 in 2 requests: 104,000 of 106,000" in explanation.lines[1]
    request = explanation.to_json()["request"]
    assert ("abc1", 2, 0.05, 104_000) == (
        request["id"], request["requests"], request["cost"]["total"], request["tokens"]["read"],
    )  # fmt: skip


def test_the_last_question_counts_and_not_the_ping_after_it(ledger: Ledger) -> None:
    ledger.book(HIT)
    ping = replace(HIT, id="ping", at=HIT.at + 60, kind=WARM, cost=0.01, without_cache=0.0, answer="ping")
    ledger.book(ping)
    assert explain(ledger, "/work").lines[0].startswith("ask of ")
    happened, money, _ = explain(ledger, "/work", "ping").lines
    assert happened.startswith("warm-up of ")
    assert money.endswith("the next question saves more than that if it comes in time")


def test_a_row_of_an_old_release_is_explained_as_far_as_it_goes() -> None:
    happened, _, advice = explain_requests([replace(HIT, detail="", answer="")])
    assert "the cache was hit: how it came about was not kept" in happened
    assert NOTHING_TO_DO == advice


def test_a_process_that_was_killed_is_not_blamed_on_the_cache() -> None:
    assert "its process ended before the answer did" in explain_requests([replace(HIT, status="started")])[2]


def test_simulated_money_is_not_said_to_be_spent() -> None:
    assert explain_requests([replace(HIT, simulated=True)])[1].startswith("it would have cost")


def test_without_a_request_there_is_one_line(ledger: Ledger) -> None:
    ledger.book(replace(HIT, workspace="/other"))
    explanation = explain(ledger, "/work")
    assert (NOTHING_YET,) == explanation.lines
    assert {"schema": "foreword.why/1", "lines": [NOTHING_YET], "request": None} == explanation.to_json()


def test_a_request_is_named_by_the_beginning_of_its_id_or_message(ledger: Ledger) -> None:
    ledger.book(HIT)
    ledger.book(replace(HIT, id="abc2", message_id="msg_2", answer="abc2", detail="the second"))
    for name in ("abc2", "msg_2"):
        assert "the second" in explain(ledger, "/elsewhere", name).lines[0]
    with pytest.raises(UsageError, match="more than one request begins with 'abc'"):
        explain(ledger, "/work", "abc")
    with pytest.raises(UsageError, match="no request is called 'nope'"):
        explain(ledger, "/work", "nope")
