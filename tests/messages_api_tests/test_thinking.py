"""Thinking blocks of the stand-in: when they come, what is shown, and what they are bound to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import MessagesApi, Reply, text_block, thinking_block
from messages_api.errors import Json
from messages_api.probe import TOOL, USER, make_body, mark, send, text
from messages_api.sdk import create, stream


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


THOUGHT = Reply((thinking_block("Hm."), text_block("So.")))


@pytest.mark.parametrize(
    ("model", "thinking", "shown"),
    [
        ("claude-sonnet-4-6", None, None),
        ("claude-sonnet-4-6", {"type": "adaptive"}, "Hm."),
        ("claude-sonnet-5-5", None, ""),
        ("claude-sonnet-5-5", {"type": "adaptive", "display": "summarized"}, "Hm."),
        ("claude-sonnet-5-5", {"type": "between_tools"}, None),
        ("claude-opus-5", {"type": "disabled"}, None),
        ("claude-haiku-5-5", {"type": "adaptive", "display": "omitted"}, ""),
    ],
)
def test_thinking_is_shown_as_the_model_and_the_request_have_it(
    api: MessagesApi, model: str, thinking: Json | None, shown: str | None
) -> None:
    api.script(THOUGHT, THOUGHT)
    whole = create(api, model=model, thinking=thinking)
    _, streamed = stream(api, model=model, thinking=thinking)
    thoughts = [block.thinking for block in whole.content if block.type == "thinking"]

    assert [shown] * (shown is not None) == thoughts
    assert whole.to_dict()["content"] == streamed.to_dict()["content"]


def test_thinking_between_tools_needs_tools(api: MessagesApi) -> None:
    api.script(THOUGHT)
    message = create(api, model="claude-sonnet-5-5", thinking={"type": "between_tools"}, tools=[TOOL])

    assert "thinking" == message.content[0].type


def echo(api: MessagesApi, model: str = "claude-opus-5-5", **changes: object) -> tuple[Json, Json]:
    """A valid request that sends an answer's thinking back, and the same with `changes`."""
    api.script(THOUGHT)
    first = send(api.url, make_body(model=model, system="Be brief.", messages=[USER], tools=[TOOL])).body
    messages = [USER, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": "And?"}]
    body = make_body(model=model, system="Be brief.", messages=messages, tools=[TOOL])
    return body, {**body, **changes}


PREFIXES: dict[str, Json] = {
    "system": {"system": "Be long."},
    "tools": {"tools": [{**TOOL, "description": "Finds."}]},
    "no tools": {"tools": []},
}


@pytest.mark.parametrize("name", PREFIXES)
def test_thinking_is_bound_to_what_stood_before_it(api: MessagesApi, name: str) -> None:
    same, changed = echo(api, **PREFIXES[name])

    assert 200 == send(api.url, same).status
    refused = send(api.url, changed)
    assert 400 == refused.status
    assert "messages.1.content.0: Invalid signature in thinking block. The block is bound" in refused.error
    count = {name: value for name, value in changed.items() if name != "max_tokens"}
    assert 400 == send(api.url, count, path="/v1/messages/count_tokens").status


def test_thinking_is_bound_to_earlier_messages(api: MessagesApi) -> None:
    body, _ = echo(api)
    body["messages"][0] = {"role": "user", "content": "Something else"}

    assert 400 == send(api.url, body).status


def test_thinking_is_not_bound_to_marks_and_parameters(api: MessagesApi) -> None:
    system = [text("Be brief.", cache_control=mark())]
    _, changed = echo(api, system=system, max_tokens=7, output_config={"effort": "low"})

    assert 200 == send(api.url, changed).status


def test_thinking_of_older_models_is_not_bound(api: MessagesApi) -> None:
    _, changed = echo(api, model="claude-opus-5", system="Be long.")

    assert 200 == send(api.url, changed).status


def test_thinking_must_come_back_unmodified_on_any_model(api: MessagesApi) -> None:
    body, _ = echo(api, model="claude-opus-5")
    body["messages"][1]["content"][0]["thinking"] = "Something else."

    assert "messages.1.content.0: Invalid `signature` in `thinking` block" == send(api.url, body).error


def test_thinking_may_be_left_out(api: MessagesApi) -> None:
    _, body = echo(api, system="Be long.")
    del body["messages"][1]["content"][0]

    assert 200 == send(api.url, body).status


def test_thinking_of_some_models_is_bound_to_the_account() -> None:
    with MessagesApi(workspaces={"any": "one", "other": "two"}) as own:
        body, _ = echo(own, model="claude-haiku-5-5")
        headers = {"x-api-key": "other", "anthropic-version": "2026-10-21"}

        assert 400 == send(own.url, body, headers=headers).status
        assert 200 == send(own.url, body).status


def test_an_old_model_forgets_the_thinking_of_finished_turns(api: MessagesApi) -> None:
    thinking = {"type": "enabled", "budget_tokens": 1024}
    counts = []
    for model in ("claude-haiku-4-5", "claude-opus-4-5"):
        api.script(Reply((thinking_block("word " * 50), text_block("So."))))
        changes: Json = {"model": model, "max_tokens": 2000, "thinking": thinking}
        first = send(api.url, make_body(**changes, messages=[USER])).body
        messages = [USER, {"role": "assistant", "content": first["content"]}, USER]
        counts.append(send(api.url, make_body(**changes, messages=messages)).body["usage"]["input_tokens"])

    assert 50 < counts[1] - counts[0]
