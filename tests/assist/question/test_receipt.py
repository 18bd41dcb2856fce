from __future__ import annotations

from dataclasses import fields, replace

import pytest

from foreword.assist.question.receipt import Freshness, Receipt, dollars, receipt_from_json
from foreword.core.tokens import Usage
from foreword.core.tree import LeftOut, Scope
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
    provider="anthropic",
)


def line(**changes: object) -> str:
    return replace(RECEIPT, **changes).summary  # type: ignore[arg-type]


def test_a_receipt_says_who_the_cache_the_money_the_freshness_and_the_time() -> None:
    assert (
        "anthropic · sonnet · cache: hit, 52,000 read, 0 written, 1,000 fresh tokens · "
        "cost $0.0182, without cache $0.1613 · fresh: with 2 changed files · 4.3 s"
    ) == RECEIPT.summary
    assert RECEIPT.summary == RECEIPT.to_json()["summary"]


def test_a_simulated_receipt_never_looks_like_money_that_was_spent() -> None:
    shown = line(simulated=True)
    assert shown.startswith("offline · simulated cache: hit")
    assert "about 52,000 read" in shown
    assert "would cost (as sonnet) about $0.0182, without cache about $0.1613" in shown


def test_a_miss_says_what_was_written_and_what_was_not_cached() -> None:
    shown = line(usage=Usage(fresh=10, write_5m=900, write_1h=90), verdict=Verdict("cold", ""))
    assert "cache: cold, 0 read, 990 written, 10 fresh tokens ·" in shown


def test_an_answer_that_fills_the_cache_says_what_the_next_ones_cost() -> None:
    dear = {"cost": 0.1634, "without_cache": 0.1335}
    assert "cost $0.1634, without cache $0.1335; the next questions about $0.0220 ·" in line(
        next_cost=0.022, **dear
    )
    # Where it saves already, or nothing is read later, there is nothing to say.
    assert "the next" not in line(next_cost=0.022)
    assert "the next" not in line(**dear)
    told = replace(RECEIPT, next_cost=0.022).to_json()
    assert 0.022 == told["cost"]["next"]
    assert replace(RECEIPT, next_cost=0.022) == receipt_from_json(told, "anthropic")


def test_a_miss_names_the_file_that_changed() -> None:
    assert "cache: changed (a.py), " in line(verdict=Verdict("changed", "", file="a.py"))


def test_prices_that_are_an_assumption_are_said_to_be_estimated() -> None:
    shown = line(estimated=True)
    assert "cost about $0.0182, without cache about $0.1613 (the prices are estimated)" in shown
    assert replace(RECEIPT, estimated=True).to_json()["cost"]["estimated"]
    assert "estimated" not in RECEIPT.summary


def test_a_cost_that_nobody_told_is_not_called_zero() -> None:
    assert "the endpoint told no tokens" in line(usage=Usage(), cost=0.0, without_cache=0.0)
    free = line(cost=0.0, without_cache=0.0)
    assert " · cost nothing · " in free
    assert "$" not in free


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "fresh: no file changed since the base"),
        (("a",), "with 1 changed file"),
        (("a", "b"), "with 2 changed files"),
    ],
)
def test_freshness_counts_the_files_of_the_delta(files: tuple[str, ...], words: str) -> None:
    assert words in line(freshness=Freshness("r", "a", files))


def test_the_receipt_says_whose_unsaved_text_was_sent_and_whose_was_not() -> None:
    left_out = (LeftOut(".env", "secret"), *(LeftOut(f"{n}.png", "binary") for n in range(5)))
    shown = replace(RECEIPT, freshness=Freshness("r", "a", (), unsaved=("a.py",), unsaved_left_out=left_out))
    assert (
        "fresh: no file changed since the base, 1 unsaved file sent, "
        "unsaved text not sent: .env (secret), 0.png (binary), 1.png (binary) and 3 more"
    ) in shown.summary
    freshness = shown.to_json()["freshness"]
    assert ["a.py"] == freshness["unsaved"]
    assert {"path": ".env", "reason": "secret"} == freshness["unsavedLeftOut"][0]
    assert shown.freshness == receipt_from_json(shown.to_json(), "anthropic").freshness


def test_a_receipt_that_was_kept_says_the_same_again() -> None:
    verdict = Verdict("changed", "it differs", file="a.py", layer="delta", tokens_lost=9, cause="saving a.py")
    scope = Scope("web/", "/shop")
    receipt = replace(RECEIPT, verdict=verdict, estimated=True, request_id="r")
    receipt = replace(receipt, freshness=replace(receipt.freshness, scope=scope))
    assert receipt == receipt_from_json(receipt.to_json(), "anthropic")
    told = receipt.to_json()
    for field in fields(receipt):
        if type(value := getattr(receipt, field.name)) in (int, float, bool):
            other = replace(receipt, **{field.name: type(value)(not value)})
            assert told != other.to_json(), f"{field.name} is in no kept receipt"
            assert other == receipt_from_json(other.to_json(), "anthropic"), f"{field.name} is not read back"
    of_old = RECEIPT.to_json()
    del of_old["summary"], of_old["cost"]["estimated"], of_old["freshness"]["scope"]
    assert RECEIPT.summary == receipt_from_json(of_old, "anthropic").summary


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0.0, "$0.0000"),
        (0.00004, "$0.000040"),
        (0.00000004, "$0.0000"),
        (0.0182, "$0.0182"),
        (1.0, "$1.00"),
        (12.345, "$12.35"),
    ],
)
def test_small_amounts_have_more_places(amount: float, expected: str) -> None:
    assert expected in (dollars(amount), dollars(amount + 1e-9))
