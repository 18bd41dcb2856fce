"""Rules of the stand-in for the conversation, each by a request that breaks it alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.probe import CALL, RESULT, TOOL, USER, loop, make_body, send, text, user


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


WRONG: dict[str, tuple[Json, str]] = {
    "no messages": ({"messages": None}, "messages: Field required"),
    "messages as text": ({"messages": "Hi"}, "messages: Input should be a valid list"),
    "empty messages": ({"messages": []}, "messages: at least one message is required"),
    "a message as text": ({"messages": ["Hi"]}, "messages.0: Input should be an object"),
    "no content": ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    "no role": ({"messages": [{"content": "Hi"}]}, "messages.0.role: Field required"),
    "an extra field of a message": (
        {"messages": [{**USER, "name": "x"}]},
        "messages.0.name: Extra inputs are not permitted",
    ),
    "an unknown role": ({"messages": [{**USER, "role": "tool"}]}, "messages.0.role: Input should be"),
    "content as a number": ({"messages": [{**USER, "content": 1}]}, "messages.0.content: Input should be"),
    "empty content": (
        {"messages": [{**USER, "content": ""}]},
        "messages.0: all messages must have non-empty",
    ),
    "the assistant first": (
        {"messages": [{"role": "assistant", "content": "Hi"}, USER]},
        'first message must use the "user" role',
    ),
    "a call without a result": (
        {"messages": [USER, {"role": "assistant", "content": [CALL]}, USER], "tools": [TOOL]},
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a.",
    ),
    "a call at the end": (
        {
            "model": "claude-haiku-4-5",
            "messages": [USER, {"role": "assistant", "content": [CALL]}],
            "tools": [TOOL],
        },
        "`tool_use` ids were found without",
    ),
    "text before a result": (
        {"messages": loop(CALL, results=(text("so:"), RESULT)), "tools": [TOOL]},
        "`tool_use` ids were found without",
    ),
    "one of two results": (
        {"messages": loop(CALL, {**CALL, "id": "b"}, results=(RESULT,)), "tools": [TOOL]},
        "immediately after: b.",
    ),
    "two calls of one id": (
        {"messages": loop(CALL, CALL, results=(RESULT,)), "tools": [TOOL]},
        "`tool_use` ids must be unique",
    ),
    "a call's id again": (
        {"messages": [*loop(CALL, results=(RESULT,)), *loop(CALL, results=(RESULT,))[1:]], "tools": [TOOL]},
        "messages.3: `tool_use` ids must be unique",
    ),
    "a call's id with a space": (
        {
            "messages": loop({**CALL, "id": "a b"}, results=({**RESULT, "tool_use_id": "a b"},)),
            "tools": [TOOL],
        },
        "tool_use.id: String should match pattern",
    ),
    "a result without a call": (
        {"messages": user(RESULT), "tools": [TOOL]},
        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: a.",
    ),
    "two results of one call": (
        {"messages": loop(CALL, results=(RESULT, RESULT)), "tools": [TOOL]},
        "each `tool_use` must have a single result",
    ),
    "the last word to the assistant": (
        {"messages": [USER, {"role": "assistant", "content": "The answer is"}]},
        "This model does not support assistant message prefill.",
    ),
    "a prefill with a blank end": (
        {"model": "claude-haiku-4-5", "messages": [USER, {"role": "assistant", "content": "It is "}]},
        "final assistant content cannot end with trailing whitespace",
    ),
    "a system turn on a model without": (
        {"messages": [USER, {"role": "system", "content": "Be brief."}]},
        'messages: Unexpected role "system".',
    ),
    "a system turn first": (
        {"model": "claude-opus-5", "messages": [{"role": "system", "content": "Be brief."}, USER]},
        "a `system` message must follow a `user` message",
    ),
    "a system turn after the assistant": (
        {
            "model": "claude-opus-5",
            "messages": [USER, {"role": "assistant", "content": "a"}, {"role": "system", "content": "b"}],
        },
        "messages.2: a `system` message must follow a `user` message",
    ),
    "a forged signature": (
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "", "signature": "made up"}],
                },
                USER,
            ]
        },
        "messages.1.content.0: Invalid `signature` in `thinking` block",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_rule_is_kept(api: MessagesApi, name: str) -> None:
    changes, message = WRONG[name]

    seen = send(api.url, make_body(**changes))

    assert (400, "invalid_request_error") == (seen.status, seen.body["error"]["type"])
    assert message in seen.error


RIGHT: dict[str, Json] = {
    "two user messages": {"messages": [USER, USER]},
    "a system turn after the user": {
        "model": "claude-opus-5",
        "messages": [USER, {"role": "system", "content": "Be brief."}],
    },
    "a prefill on an old model": {
        "model": "claude-haiku-4-5",
        "messages": [USER, {"role": "assistant", "content": "It is"}],
    },
    "results first, then text": {
        "tools": [TOOL],
        "messages": loop(
            CALL, {**CALL, "id": "b"}, results=(RESULT, {**RESULT, "tool_use_id": "b"}, text("?"))
        ),
    },
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_service_accepts_is_accepted(api: MessagesApi, name: str) -> None:
    seen = send(api.url, make_body(**RIGHT[name]))

    assert 200 == seen.status, seen.raw
