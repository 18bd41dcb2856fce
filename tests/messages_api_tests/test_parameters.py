"""Rules of the stand-in for parameters and models, each by a request that breaks it alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.probe import CALL, RESULT, TOOL, loop, make_body, send


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


WRONG: dict[str, tuple[Json, str]] = {
    "sampling is gone": ({"temperature": 1.0}, "temperature: Extra inputs are not permitted"),
    "top_p is gone": ({"top_p": 0.9}, "top_p: Extra inputs are not permitted"),
    "top_k is gone": ({"top_k": 5}, "top_k: Extra inputs are not permitted"),
    "no max_tokens": ({"max_tokens": None}, "max_tokens: Field required"),
    "max_tokens as text": ({"max_tokens": "100"}, "max_tokens: Input should be a valid integer"),
    "max_tokens as a truth value": ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    "negative max_tokens": ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
    "too many max_tokens": ({"max_tokens": 128_001}, "max_tokens: 128001 > 128000"),
    "no model": ({"model": None}, "model: Field required"),
    "a choice without tools": (
        {"tool_choice": {"type": "auto"}},
        "may only be specified while providing tools",
    ),
    "an unknown choice": ({"tools": [TOOL], "tool_choice": {"type": "one"}}, "tool_choice: Input tag 'one'"),
    "a choice of an unknown tool": (
        {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "find"}},
        "tool_choice: Tool 'find' not found in provided tools",
    ),
    "an extra field of the choice": (
        {"tools": [TOOL], "tool_choice": {"type": "auto", "strict": True}},
        "tool_choice.auto.strict: Extra inputs are not permitted",
    ),
    "an unknown effort": ({"output_config": {"effort": "huge"}}, "output_config.effort: Input should be"),
    "an effort that the model lacks": (
        {"output_config": {"effort": "xhigh"}},
        "does not support effort level",
    ),
    "an extra field of output_config": ({"output_config": {"x": 1}}, "output_config.x: Extra inputs"),
    "output_config as text": ({"output_config": "low"}, "output_config: Input should be an object"),
    "a format without schema": (
        {"output_config": {"format": {"type": "json_schema"}}},
        "output_config.format:",
    ),
    "an unknown thinking": ({"thinking": {"type": "auto"}}, "thinking: Input tag 'auto'"),
    "an extra field of thinking": (
        {"thinking": {"type": "adaptive", "budget_tokens": 2000}},
        "thinking.adaptive.budget_tokens: Extra inputs are not permitted",
    ),
    "an unknown display": ({"thinking": {"type": "adaptive", "display": "all"}}, "display: Input should be"),
    "thinking off on Opus 5.5": (
        {"model": "claude-opus-5-5", "thinking": {"type": "disabled"}},
        '"thinking.type.disabled" is not supported for this model.',
    ),
    "thinking off on Fable": (
        {"model": "claude-fable-5-2", "thinking": {"type": "disabled"}},
        '"thinking.type.disabled" is not supported for this model.',
    ),
    "thinking off on Sonnet 5.5": (
        {"model": "claude-sonnet-5-5", "thinking": {"type": "disabled"}},
        '"thinking.type.disabled" is not supported for this model.',
    ),
    "thinking between tools on Sonnet 5": (
        {"model": "claude-sonnet-5", "thinking": {"type": "between_tools"}},
        '"thinking.type.between_tools" is not supported for this model.',
    ),
    "thinking between tools with much effort": (
        {
            "model": "claude-sonnet-5-5",
            "thinking": {"type": "between_tools"},
            "output_config": {"effort": "xhigh"},
        },
        "is not supported at effort 'xhigh'",
    ),
    "a thinking budget on a new model": (
        {
            "model": "claude-opus-4-8",
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "max_tokens": 2000,
        },
        '"thinking.type.enabled" is not supported for this model.',
    ),
    "adaptive thinking on an old model": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "adaptive"}},
        '"thinking.type.adaptive" is not supported for this model.',
    ),
    "no thinking budget": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "enabled"}},
        "budget_tokens: Field required",
    ),
    "a small thinking budget": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "enabled", "budget_tokens": 10}},
        "budget_tokens: Input should be greater than or equal to 1024",
    ),
    "a thinking budget over max_tokens": (
        {"model": "claude-haiku-4-5", "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
    ),
    "a forced tool with a thinking budget": (
        {
            "model": "claude-haiku-4-5",
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "max_tokens": 2000,
            "tools": [TOOL],
            "tool_choice": {"type": "any"},
        },
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
    "a tool loop that lost its thinking": (
        {
            "model": "claude-haiku-4-5",
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "max_tokens": 2000,
            "tools": [TOOL],
            "messages": loop(CALL, results=(RESULT,)),
        },
        "Expected `thinking` or `redacted_thinking`, but found `tool_use`.",
    ),
    "an unknown speed": ({"speed": "ludicrous"}, "speed: Input should be one of"),
    "an unknown service tier": ({"service_tier": "batch"}, "service_tier: Input should be one of"),
    "stream as text": ({"stream": "yes"}, "stream: Input should be one of"),
    "unknown metadata": ({"metadata": {"name": "x"}}, "metadata: Extra inputs are not permitted"),
    "a blank stop sequence": ({"stop_sequences": [" "]}, "each stop sequence must contain non-whitespace"),
    "unknown diagnostics": ({"diagnostics": {"x": 1}}, "diagnostics: Extra inputs are not permitted"),
    "pre-warming in a stream": (
        {"max_tokens": 0, "stream": True},
        "max_tokens: 0 cannot be combined with stream",
    ),
    "pre-warming with a format": (
        {"max_tokens": 0, "output_config": {"format": {"type": "json_schema", "schema": {}}}},
        "max_tokens: 0 cannot be combined with output_config.format",
    ),
    "pre-warming with a forced tool": (
        {"max_tokens": 0, "tools": [TOOL], "tool_choice": {"type": "any"}},
        "max_tokens: 0 cannot be combined with tool_choice",
    ),
    "pre-warming with a thinking budget": (
        {
            "model": "claude-haiku-4-5",
            "max_tokens": 0,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
        "max_tokens: 0 cannot be combined with thinking",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_rule_is_kept(api: MessagesApi, name: str) -> None:
    changes, message = WRONG[name]

    seen = send(api.url, make_body(**changes))

    assert (400, "invalid_request_error") == (seen.status, seen.body["error"]["type"])
    assert message in seen.error


RIGHT: dict[str, Json] = {
    "a forced tool on an older model": {"tools": [TOOL], "tool_choice": {"type": "any"}},
    "thinking between tools": {"model": "claude-sonnet-5-5", "thinking": {"type": "between_tools"}},
    "a thinking budget": {
        "model": "claude-haiku-4-5",
        "max_tokens": 2000,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    },
    "a dated model": {"model": "claude-haiku-4-5-20251001"},
    "a model that is too new": {"model": "claude-opus-9"},
    "pre-warming": {"max_tokens": 0},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_service_accepts_is_accepted(api: MessagesApi, name: str) -> None:
    seen = send(api.url, make_body(**RIGHT[name]))

    assert 200 == seen.status, seen.raw


@pytest.mark.parametrize(
    "model", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1", "claude-mythos-5-2"]
)
@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "search"}])
def test_new_models_can_not_be_forced_to_use_a_tool(api: MessagesApi, model: str, choice: Json) -> None:
    seen = send(api.url, make_body(model=model, tools=[TOOL], tool_choice=choice))

    assert 400 == seen.status
    assert 'tool_choice: type "tool" and "any" are not supported for this model.' == seen.error
