"""Questions through engines and gateways, which count, price and answer otherwise than the API itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import open_session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.warm_up import WarmUp, current_prefix, warm_now
from foreword.core.errors import ContextTooLarge
from gitrepo import GitRepo, make_repo
from messages_api import MODELS, Foreign, MessagesApi, cost
from messages_api.errors import Json

ENGINE = "qwen3-coder"
CLAUDE = "claude-sonnet-4-6"


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "shop")
    repo.write("shop.py", "".join(f"def function_{n}(x):\n    return x + {n}\n" for n in range(400)))
    repo.commit("Begin")
    return repo


@pytest.fixture
def api(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MessagesApi]:
    engine = replace(MODELS[CLAUDE], id=ENGINE, window=20_000)
    with MessagesApi(models={**MODELS, ENGINE: engine}) as running:
        bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))
        yield running


def asked(repo: GitRepo, question: str = "What is this?", **flags: object) -> Json:
    """The receipt of an answer."""

    async def run() -> Answer:
        given = {name.replace("_", "."): value for name, value in flags.items()}
        with open_session(repo.path, given, os.environ) as session:
            session.trust = TRUSTED
            async with aclosing(ask(session, question)) as events:
                async for event in events:
                    last = event
        assert isinstance(last, Answer)
        return last

    return asyncio.run(run()).receipt.to_json()


def uncounted(usage: Json) -> Json:
    return dict.fromkeys(usage, 0) | {"cache_creation": None}


def test_an_endpoint_that_is_named_is_asked_without_a_key(shop: GitRepo, api: MessagesApi) -> None:
    receipt = asked(shop, model=ENGINE, model_url=api.url)
    assert (False, 1) == (receipt["cache"]["simulated"], len(api.messages))


def test_without_a_key_and_an_endpoint_nobody_is_asked(shop: GitRepo, api: MessagesApi) -> None:
    assert (True, []) == (asked(shop)["cache"]["simulated"], api.messages)


def test_an_endpoint_elsewhere_is_meant_too(shop: GitRepo, api: MessagesApi) -> None:
    with open_session(shop.path, {"model.url": "https://gateway.example"}, os.environ) as session:
        assert ("anthropic", False) == (provider_name(session), session.is_own_engine)
    assert [] == api.messages


def test_an_engine_of_ones_own_costs_nothing_and_no_limit_stands_in_its_way(
    shop: GitRepo, api: MessagesApi
) -> None:
    receipt = asked(shop, model=ENGINE, model_url=api.url, limits_day=1e-6, limits_confirm=1e-6)
    money = receipt["cost"]
    assert (0.0, 0.0, False) == (money["total"], money["withoutCache"], money["estimated"])
    assert 0 < receipt["tokens"]["output"]


def test_a_claude_behind_a_gateway_on_this_machine_costs_what_it_costs(
    shop: GitRepo, api: MessagesApi
) -> None:
    receipt = asked(shop, model=CLAUDE, model_url=api.url)
    assert api.cost() == pytest.approx(receipt["cost"]["total"])
    assert 0 < api.cost()


def test_the_window_of_an_engine_is_what_it_says(shop: GitRepo, api: MessagesApi) -> None:
    with pytest.raises(ContextTooLarge, match="does not fit into the 20,000 of qwen3-coder"):
        asked(shop, "long " * 30_000, model=ENGINE, model_url=api.url)
    assert [] == api.messages


def test_what_nobody_counts_is_booked_as_it_was_estimated(
    shop: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    counted = asked(shop, model=CLAUDE, model_url=api.url, cache_ttl="off")
    api.tell_usage(uncounted)
    receipt = asked(shop, model=CLAUDE, model_url=api.url)
    assert pytest.approx(counted["tokens"]["fresh"], rel=0.4) == receipt["tokens"]["fresh"]
    assert (True, "not_reported") == (receipt["cost"]["estimated"], receipt["cache"]["verdict"])
    assert 0 < receipt["cost"]["total"]
    assert "no counters" in receipt["summary"]


def test_an_engine_without_counters_of_its_cache_is_no_miss(shop: GitRepo, api: MessagesApi) -> None:
    api.tell_usage(
        lambda usage: {
            "input_tokens": usage["input_tokens"] + usage["cache_creation_input_tokens"],
            "output_tokens": usage["output_tokens"],
        }
    )
    receipts = [asked(shop, model=ENGINE, model_url=api.url) for _ in range(2)]
    assert ["not_reported"] * 2 == [receipt["cache"]["verdict"] for receipt in receipts]
    assert "no counters: the endpoint reports neither" in receipts[1]["cache"]["detail"]
    assert f"no counters, {receipts[1]['tokens']['fresh']:,} prompt tokens" in receipts[1]["summary"]


def test_the_place_where_it_was_answered_is_in_the_price(
    shop: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    api.tell_usage(lambda usage: {**usage, "inference_geo": "us"})
    receipt = asked(shop, model=CLAUDE, model_url=api.url)
    assert 1.1 * api.cost() == pytest.approx(receipt["cost"]["total"])
    assert 1.1 * cost(_uncached(api), CLAUDE) == pytest.approx(receipt["cost"]["withoutCache"])


def _uncached(api: MessagesApi) -> dict[str, Any]:
    usage = api.messages[-1].usage or {}
    prompt = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return {"input_tokens": sum(usage[name] for name in prompt), "output_tokens": usage["output_tokens"]}


def test_another_endpoint_is_a_cause_by_its_name(
    shop: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    asked(shop, model=CLAUDE, model_url=api.url)
    with MessagesApi() as other:
        receipt = asked(shop, model=CLAUDE, model_url=other.url)
    assert ("changed", "endpoint") == (receipt["cache"]["verdict"], receipt["cache"]["layer"])
    assert f"the endpoint changed from {api.url} to {other.url}" in receipt["cache"]["detail"]


async def test_a_warm_up_takes_one_token_where_none_is_refused(shop: GitRepo, api: MessagesApi) -> None:
    api.script(Foreign(400, b'{"error": {"message": "max_tokens must be positive"}}'), "x")
    with open_session(shop.path, {"model": ENGINE, "model.url": api.url}, os.environ) as session:
        session.trust = TRUSTED
        warmed = await warm_now(session, current_prefix(session, take_snapshot(session)))
    assert isinstance(warmed, WarmUp)
    assert [0, 1] == [(recorded.body or {})["max_tokens"] for recorded in api.messages]


def test_a_stream_is_asked_for_as_it_is(shop: GitRepo, api: MessagesApi) -> None:
    asked(shop, model=ENGINE, model_url=api.url)
    assert "identity" == api.messages[0].headers["accept-encoding"]


def test_the_model_has_its_id_on_bedrock(shop: GitRepo, bare_environment: pytest.MonkeyPatch) -> None:
    bare_environment.setenv("AWS_REGION", "eu-central-1")
    with open_session(shop.path, {"provider": "bedrock"}, os.environ) as session:
        told = (session.model_id, session.model.known_as, session.model.id)
    assert ("global.anthropic.claude-sonnet-5-5", "claude-sonnet-5-5", told[0]) == told
