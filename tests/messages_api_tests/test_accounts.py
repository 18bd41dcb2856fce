"""What the stand-in says about requests afterwards: money, diagnostics, records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import ARTICLE, MessagesApi, cost
from messages_api.errors import Json
from messages_api.probe import TOOL, USER, make_body, mark, send, text, user, words

BASE = text(words(1200, "base"), cache_control=mark())
BASE_TOKENS = 1203


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def test_money_is_counted_by_bucket() -> None:
    usage = {
        "input_tokens": 1_000_000,
        "cache_read_input_tokens": 1_000_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1_000_000, "ephemeral_1h_input_tokens": 1_000_000},
        "output_tokens": 1_000_000,
    }

    assert 3.00 + 0.30 + 3.75 + 6.00 + 15.00 == pytest.approx(cost(usage, "claude-sonnet-4-6"))
    assert 3.00 + 0.30 + 3.75 + 6.00 + 15.00 == pytest.approx(cost(usage, "any-model", ARTICLE))
    assert 4.00 + 0.20 + 5.00 + 8.00 + 20.00 == pytest.approx(cost(usage, "claude-opus-5-5"))


def test_the_small_model_costs_more_past_its_cliff() -> None:
    usage = {"input_tokens": 100_000, "output_tokens": 0}

    assert 0.01 == pytest.approx(cost(usage, "claude-haiku-5-5"))
    assert 0.05 == pytest.approx(cost({**usage, "cache_read_input_tokens": 1}, "claude-haiku-5-5"), rel=1e-3)


def test_the_stand_in_adds_its_costs_up(api: MessagesApi) -> None:
    send(api.url, make_body(messages=user(BASE)))
    send(api.url, make_body(messages=user(BASE)))
    usages = [recorded.usage or {} for recorded in api.messages]

    assert sum(cost(usage, "claude-sonnet-4-6") for usage in usages) == api.cost()
    assert 0 < api.cost()


DIVERGENCES: dict[str, tuple[Json, str | None]] = {
    "nothing": ({}, None),
    "a longer conversation": (
        {"messages": [USER, {"role": "assistant", "content": "Hi"}, USER]},
        None,
    ),
    "another model": ({"model": "claude-opus-5"}, "model_changed"),
    "another speed": ({"speed": "fast"}, "model_changed"),
    "another tool": ({"tools": [TOOL]}, "tools_changed"),
    "another system": ({"system": "Be long."}, "system_changed"),
    "another question": ({"messages": [{**USER, "content": "Bye"}]}, "messages_changed"),
    "another effort": ({"output_config": {"effort": "low"}}, "unavailable"),
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_diagnostics_name_the_first_divergence(api: MessagesApi, name: str) -> None:
    changes, reason = DIVERGENCES[name]
    body = make_body(system="Be brief.", messages=[USER], diagnostics={"previous_message_id": None})
    first = send(api.url, body).body

    second = send(api.url, {**body, **changes, "diagnostics": {"previous_message_id": first["id"]}}).body

    assert first["diagnostics"] is None
    found = second["diagnostics"] and second["diagnostics"]["cache_miss_reason"]["type"]
    assert reason == found


def test_diagnostics_say_how_much_was_missed(api: MessagesApi) -> None:
    first = send(api.url, make_body(messages=user(BASE))).body
    asked = {"previous_message_id": first["id"]}

    second = send(api.url, make_body(messages=user(text("edited"), BASE), diagnostics=asked)).body

    assert {"type": "messages_changed", "cache_missed_input_tokens": BASE_TOKENS} == second["diagnostics"][
        "cache_miss_reason"
    ]


def test_diagnostics_do_not_know_an_unknown_message(api: MessagesApi) -> None:
    seen = send(api.url, make_body(diagnostics={"previous_message_id": "msg_unknown"}))

    assert {"cache_miss_reason": {"type": "previous_message_not_found"}} == seen.body["diagnostics"]
