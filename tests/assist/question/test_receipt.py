from __future__ import annotations

from dataclasses import replace

import pytest

from foreword.assist.question.answer import Answer, Freshness, Receipt
from foreword.assist.question.receipt import dollars, receipt_line
from foreword.core.token_usage import Usage
from foreword.prefix.verdict import Verdict

RECEIPT = Receipt(
    usage=Usage(fresh=1_000, read=52_000, output=300),
    cost=0.0182,
    without_cache=0.1613,
    verdict=Verdict("hit", "52,000 tokens read from the cache"),
    simulated=False,
    priced_as="sonnet",
    prices="2026-11",
    n_requests=1,
    freshness=Freshness("revision", "anchor", ("a.py", "b.py")),
    first_token_ms=900.0,
    total_ms=4_321.0,
)
ANSWER = Answer("Yes.", "anthropic", "sonnet", "end_turn", (), RECEIPT)


def line(**changes: object) -> str:
    return receipt_line(replace(ANSWER, receipt=replace(RECEIPT, **changes)))  # type: ignore[arg-type]


def test_a_receipt_says_who_the_cache_the_money_the_freshness_and_the_time() -> None:
    assert (
        "anthropic · sonnet · cache: hit, 52,000 of 53,000 prompt tokens read · "
        "cost $0.0182, without cache $0.1613 · fresh: 2 changed files in the delta · 4.3 s"
    ) == receipt_line(ANSWER)


def test_a_simulated_receipt_never_looks_like_money_that_was_spent() -> None:
    shown = line(simulated=True)
    assert shown.startswith("offline · simulated cache: hit")
    assert "would cost (as sonnet) $0.0182" in shown


def test_a_miss_has_no_tokens_that_were_read() -> None:
    shown = line(usage=Usage(fresh=10, write_5m=990), verdict=Verdict("cold", ""))
    assert "cache: cold, 1,000 prompt tokens ·" in shown


@pytest.mark.parametrize(
    ("files", "words"),
    [((), "fresh: as at the anchor"), (("a",), "1 changed file in"), (("a", "b"), "2 changed files in")],
)
def test_freshness_counts_the_files_of_the_delta(files: tuple[str, ...], words: str) -> None:
    assert words in line(freshness=Freshness("r", "a", files))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0.0, "$0.0000"), (0.00004, "$0.0000"), (0.0182, "$0.0182"), (1.0, "$1.00"), (12.345, "$12.35")],
)
def test_small_amounts_have_more_places(amount: float, expected: str) -> None:
    assert expected in (dollars(amount), dollars(amount + 1e-9))
