from __future__ import annotations

from dataclasses import replace

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from prefix_money import blocks, prefix_texts

QUESTION = "What is a refund?"
HAIKU = "claude-haiku-4-5"
"""Its shortest cached prefix is 4,096 tokens, more than the small repository has."""


def test_a_dry_run_prints_the_body_that_the_next_ask_sends(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    for saved in (None, "VAT = 7\n"):
        if saved is not None:
            shop.write("shop/vat.py", saved)
        dry = online.ask(shop.path, QUESTION, "--dry-run", "--path", "shop/checkout.py:13").answer
        assert 0 == online.ask(shop.path, QUESTION, "--path", "shop/checkout.py:13").code
        assert "foreword.request/1" == dry["schema"]
        assert api.messages[-1].body == {**dry["request"], "stream": True}
    assert 2 == len(api.requests)


def test_a_dry_run_says_which_answer_the_api_compares_with(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    asking = replace(online, more={"FOREWORD_CACHE_DIAGNOSTICS": "on"})
    asking.ask(shop.path, QUESTION)
    dry = asking.ask(shop.path, QUESTION, "--dry-run").answer
    asking.ask(shop.path, QUESTION)
    assert {"previous_message_id": api.messages[0].message_id} == dry["request"]["diagnostics"]
    assert api.messages[1].body == {**dry["request"], "stream": True}


def test_a_dry_run_changes_nothing(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    online.ask(shop.path, QUESTION)
    shop.write("shop/vat.py", "VAT = 7\n")
    dry = online.ask(shop.path, QUESTION, "--dry-run").answer
    assert "VAT = 7" in str(dry["request"]["messages"])
    shop.remove("shop/vat.py")
    online.ask(shop.path, QUESTION)
    first, second = api.messages
    assert prefix_texts(first) == prefix_texts(second)


def test_the_forecast_of_a_dry_run_knows_whether_the_prefix_is_warm(online: Foreword, shop: GitRepo) -> None:
    cold = online.ask(shop.path, QUESTION, "--dry-run").answer["forecast"]
    online.ask(shop.path, QUESTION)
    warm = online.ask(shop.path, QUESTION, "--dry-run").answer["forecast"]
    assert ["miss", "hit"] == [cold["expected"], warm["expected"]]
    assert warm["cost"]["hit"] < warm["cost"]["withoutCache"] < warm["cost"]["miss"]


def test_a_dry_run_needs_no_key_and_no_network(offline: Foreword, shop: GitRepo) -> None:
    done = offline.ask(shop.path, QUESTION, "--dry-run", "--provider", "anthropic")
    assert 0 == done.code
    assert QUESTION in done.answer["request"]["messages"][0]["content"][-1]["text"]


def test_no_cache_sends_no_marks_and_pays_the_plain_price(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    answer = online.ask(shop.path, QUESTION, "--no-cache").answer
    (recorded,) = api.messages
    assert [] == recorded.marks
    assert "off" == answer["receipt"]["cache"]["verdict"]
    assert 0 == answer["receipt"]["cost"]["saved"]
    tokens = answer["receipt"]["tokens"]
    assert 0 == tokens["write5m"] + tokens["write1h"] + tokens["read"]


def test_a_setting_switches_the_cache_off_or_to_an_hour(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    replace(online, more={**online.more, "FOREWORD_CACHE_TTL": "off"}).ask(shop.path, QUESTION)
    shop.write(".foreword.toml", '[cache]\nttl = "1h"')
    online.ask(shop.path, QUESTION)
    off, hour = api.messages
    assert [] == off.marks
    assert {"1h"} == {ttl for _, ttl in hour.marks}
    assert (hour.usage or {})["cache_creation"]["ephemeral_1h_input_tokens"] > 0


def test_a_prefix_under_the_minimum_of_the_model_is_reported_in_verdict_and_context(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    for path in list(shop.path.glob("shop/*/*.py")):
        path.unlink()
    shop.commit("Sell everything")
    answer = online.ask(shop.path, QUESTION, "--model", HAIKU).answer
    assert "below minimum" == api.messages[0].verdict
    assert "below_minimum" == answer["receipt"]["cache"]["verdict"]
    assert "4,096" in answer["receipt"]["cache"]["detail"]
    context = online.json("context", shop.path, "--model", HAIKU)
    assert 4_096 == context["minimum"]
    assert context["tokens"] < context["minimum"]
    shown = online.run("context", "--workspace", str(shop.path), "--model", HAIKU)
    assert "under the 4,096 tokens" in " ".join(shown.out.split())
    assert online.ask(shop.path, QUESTION, "--model", HAIKU, "--dry-run").answer["forecast"]["belowMinimum"]


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"])
def test_current_models_take_the_same_prefix_and_their_own_parameters(
    online: Foreword, api: MessagesApi, shop: GitRepo, model: str
) -> None:
    assert 0 == online.ask(shop.path, QUESTION).code
    done = online.ask(shop.path, QUESTION, "--model", model)
    assert (0, []) == (done.code, api.rejected)
    assert "model_changed" == done.answer["receipt"]["cache"]["verdict"]
    assert blocks(api.messages[0]) == blocks(api.messages[1])
