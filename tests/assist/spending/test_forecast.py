from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import LedgerRow
from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import AnswerLengths, Forecast, advise, forecast_request
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import Cliff, cost
from foreword.prefix.prefix_store import SentRequest
from gitrepo import GitRepo
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture

MODEL = "claude-sonnet-4-6"
QUESTION = "What is a refund?"


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 6)


@pytest.fixture
def fixture(fixture: WorkspaceFixture) -> WorkspaceFixture:
    fixture.flags = {"model": MODEL, "provider": "anthropic", "context.budget": 60_000}
    return fixture


def prepared_in(session: Session) -> PreparedRequest:
    return prepare_now(session, QUESTION)


def send(session: Session, prepared: PreparedRequest, *, ttl_s: int = 300, **other: str) -> None:
    """Remember a question as sent now."""
    sent = SentRequest("anthropic", other.get("model", MODEL), session.clock(), ttl_s, prepared.digests)
    session.prefix_store.record_sent(session.worktree, prepared.prefix.variant, sent)


def book(session: Session, outputs: Iterable[int], verdict: str = "hit") -> None:
    for n, output in enumerate(outputs):
        session.ledger.book(LedgerRow(
            f"{verdict}{n}", session.clock() - n, "/w", "ask", "anthropic", MODEL, False, "done", "",
            Usage(output=output), 0.01, 0.02, "v", verdict, {},
        ))  # fmt: skip


def seen_of(session: Session) -> Forecast:
    return forecast_request(session, prepared_in(session))


def test_a_cold_prefix_is_written_and_a_warm_one_read(fixture: WorkspaceFixture, shop: GitRepo) -> None:
    with fixture.session(shop.path) as session:
        cold = seen_of(session)
        assert (0.0, None, 0) == (cold.probability, cold.warm_until, cold.if_hit.read)
        send(session, prepared_in(session))
        warm = seen_of(session)
    assert (fixture.now + 300, cold.prefix, 0) == (warm.warm_until, warm.if_hit.read, warm.if_hit.written)
    assert cold.if_miss == warm.if_miss
    assert 0.95 < warm.probability < 1
    assert warm.low < warm.mean < warm.high < cold.high < cold.most == warm.most
    assert warm.mean < cold.low < cold.mean < cold.high


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("nothing", "hit"),
        ("301 s went by", "miss"),
        ("the model", "miss"),
        ("the anchor", "miss"),
        ("a file", "hit"),
    ],
)
def test_a_hit_is_expected_where_lifetime_model_and_base_still_match(
    changed: str, expected: str, fixture: WorkspaceFixture, shop: GitRepo
) -> None:
    with fixture.session(shop.path) as session:
        send(session, prepared_in(session), model="claude-opus-4-8" if changed == "the model" else MODEL)
    if changed == "301 s went by":
        fixture.now += 301
    if changed == "a file":
        shop.write("new.py", "NEW = 1\n")
    if changed == "the anchor":
        fixture.flags = {**fixture.flags, "context.budget": 3_000}
    with fixture.session(shop.path) as session:
        shown = seen_of(session).to_json()
    assert expected == shown["expected"]
    assert (expected == "hit") == (shown["probability"] > 0.9)


def test_what_was_saved_since_is_written_and_the_rest_read(fixture: WorkspaceFixture, shop: GitRepo) -> None:
    with fixture.session(shop.path) as session:
        shop.write("new.py", "NEW = 1\n" * 50)
        send(session, prepared_in(session))
        shop.write("newer.py", "NEWER = 1\n" * 50)
        seen = seen_of(session)
    assert seen.prefix == seen.if_hit.read + seen.if_hit.written
    assert 0 < seen.if_hit.written < seen.if_hit.read


def test_the_chance_and_the_length_of_an_answer_are_learned_from_the_ledger(
    fixture: WorkspaceFixture, shop: GitRepo
) -> None:
    with fixture.session(shop.path) as session:
        send(session, prepared_in(session))
        guess = seen_of(session)
        book(session, [10, 20, 30, 40, 5_000])
        assert AnswerLengths(10, 30, 5_000, 5) == seen_of(session).output
        assert guess.probability < seen_of(session).probability
        book(session, [30] * 40, verdict="server_side")
        unsure = seen_of(session)
    assert 0.5 < unsure.probability < 0.7
    assert unsure.high > cost(replace(unsure.if_miss, output=0), unsure.model)


def test_a_prefix_under_the_minimum_costs_its_full_price_and_is_said(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {**fixture.flags, "model": "claude-haiku-4-5"}
    with fixture.session(repo.path) as session:
        prepared = prepared_in(session)
        seen = forecast_request(session, prepared)
        assert (True, 0, seen.prompt) == (seen.below_minimum, seen.if_miss.written, seen.if_miss.fresh)
        (first, *_) = advise(session, prepared, seen)
    assert "under the 4,096" in first


def test_advice_names_the_time_that_is_left_the_budget_the_cliff_and_another_model(
    fixture: WorkspaceFixture, shop: GitRepo
) -> None:
    with fixture.session(shop.path) as session:
        prepared = prepared_in(session)
        assert "the prefix is cold" in advise(session, prepared, forecast_request(session, prepared))[0]
        send(session, prepared)
        fixture.now += 100
        seen = forecast_request(session, prepared)
        told = advise(session, prepared, seen)
        assert "ask within 4 min" in told[0]
        assert any("would take it for about" in sentence for sentence in told)
        assert not any("context.budget" in sentence for sentence in told)
        large = Usage(fresh=100, read=50_000)
        model = replace(seen.model, cliff=Cliff(10_000, 2.0))
        seen = replace(seen, prompt=50_100, prefix=50_000, if_hit=large, model=model)
        told = advise(session, prepared, seen)
        assert any("2 times its prices" in sentence for sentence in told)
        assert any(
            "half of context.budget (25,000 tokens less) saves $0.0150" in sentence for sentence in told
        )
