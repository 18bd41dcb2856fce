"""Rules of the stand-in for content blocks, tools and cache marks, each by a request that breaks it alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.probe import CALL, EDITOR, RESULT, TOOL, USER, loop, make_body, mark, send, text, user


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def in_tools(**fields: object) -> list[Json]:
    return [{**TOOL, **fields}]


FIVE_MARKS = user(*(text(f"block {n}", cache_control=mark()) for n in range(5)))
SHORT_BEFORE_LONG = user(text("a", cache_control=mark("5m")), text("b", cache_control=mark("1h")))
NESTED = {**RESULT, "content": [text("a", cache_control=mark()), text("b")]}


WRONG: dict[str, tuple[Json, str]] = {
    "an unknown block": ({"messages": user({"type": "poem"})}, "messages.0.content.0: Input tag 'poem'"),
    "a block as text": ({"messages": [{**USER, "content": ["Hi"]}]}, "messages.0.content.0: Input should be"),
    "a text without text": (
        {"messages": user({"type": "text"})},
        "messages.0.content.0.text.text: Field required",
    ),
    "a text that is none": (
        {"messages": user(text("", text=1))},
        "text.text: Input should be a valid string",
    ),
    "an empty text": ({"messages": user(text(""))}, "messages: text content blocks must be non-empty"),
    "a blank text": (
        {"messages": user(text(" \n"))},
        "messages: text content blocks must contain non-whitespace",
    ),
    "an empty system text": ({"system": [text("")]}, "system: text content blocks must be non-empty"),
    "a blank system": ({"system": " "}, "system: text content blocks must contain non-whitespace"),
    "system as a number": ({"system": 1}, "system: Input should be a valid list"),
    "an image in system": (
        {"system": [{"type": "image", "source": {}}]},
        "system.0: `image` blocks can only be in `user` messages",
    ),
    "an extra field of a block": (
        {"messages": user(text("a", parsed_output=None))},
        "messages.0.content.0.text.parsed_output: Extra inputs are not permitted",
    ),
    "citations of a user": (
        {"messages": user(text("a", citations=[{"type": "char_location"}]))},
        "citations are not permitted on user text blocks",
    ),
    "a tool call of a user": (
        {"messages": user(CALL)},
        "`tool_use` blocks can only be in `assistant` messages",
    ),
    "a document of the assistant": (
        {"messages": [USER, {"role": "assistant", "content": [{"type": "document", "source": {}}]}, USER]},
        "`document` blocks can only be in `user` messages",
    ),
    "a mark on an empty text": (
        {"messages": user(text("", cache_control=mark()))},
        "cache_control cannot be set for empty text blocks",
    ),
    "a mark on thinking": (
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "", "signature": "", "cache_control": mark()}
                    ],
                },
                USER,
            ]
        },
        "messages.1.content.0.thinking.cache_control: Extra inputs are not permitted",
    ),
    "a mark of another type": (
        {"messages": user(text("a", cache_control={"type": "persistent"}))},
        "cache_control: Input tag 'persistent'",
    ),
    "a mark that is none": (
        {"messages": user(text("a", cache_control="1h"))},
        "cache_control: Input should be an object",
    ),
    "a mark with a scope": (
        {"system": [text("a", cache_control={**mark(), "scope": "global"})]},
        "cache_control.ephemeral.scope: Extra inputs are not permitted",
    ),
    "a mark for a day": (
        {"system": [text("a", cache_control=mark("24h"))]},
        "cache_control.ephemeral.ttl: Input should be '5m' or '1h'",
    ),
    "five marks": (
        {"messages": FIVE_MARKS},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    "four marks and the automatic one": (
        {
            "messages": [*user(*FIVE_MARKS[0]["content"][:4]), USER],
            "cache_control": mark(),
        },
        "Found 5.",
    ),
    "short-lived before long-lived": (
        {"messages": SHORT_BEFORE_LONG},
        "a ttl='1h' cache_control block must not",
    ),
    "short-lived tools before long-lived system": (
        {"tools": in_tools(cache_control=mark()), "system": [text("a", cache_control=mark("1h"))]},
        "a ttl='1h' cache_control block must not come after a ttl='5m'",
    ),
    "an automatic mark of another lifetime": (
        {"messages": user(text("a", cache_control=mark("1h"))), "cache_control": mark("5m")},
        "a different ttl",
    ),
    "an automatic mark of another type": (
        {"cache_control": {"type": "auto"}},
        "cache_control: Input tag 'auto'",
    ),
    "a mark inside of a tool result": (
        {"messages": loop(CALL, results=(NESTED,)), "tools": [TOOL]},
        "cache_control must be set on the parent `tool_result` block",
    ),
    "a tool result that is an object": (
        {"messages": loop(CALL, results=({**RESULT, "content": {"a": 1}},)), "tools": [TOOL]},
        "tool_result.content: Input should be a valid list",
    ),
    "a tool call in a tool result": (
        {"messages": loop(CALL, results=({**RESULT, "content": [CALL]},)), "tools": [TOOL]},
        "`tool_use` blocks are not permitted in `tool_result` blocks",
    ),
    "tools as an object": ({"tools": {}}, "tools: Input should be a valid list"),
    "a tool as text": ({"tools": ["search"]}, "tools.0: Input should be an object"),
    "a tool without schema": ({"tools": [{"name": "a"}]}, "tools.0.custom.input_schema: Field required"),
    "a tool without name": ({"tools": [{"input_schema": {}}]}, "tools.0.custom.name: Field required"),
    "a tool's name with a space": (
        {"tools": in_tools(name="a b")},
        "tools.0.custom.name: String should match",
    ),
    "a tool's description as a number": ({"tools": in_tools(description=1)}, "description: Input should be"),
    "a schema without type": ({"tools": in_tools(input_schema={})}, "input_schema.type: Field required"),
    "a schema for a list": (
        {"tools": in_tools(input_schema={"type": "array"})},
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    "a strict tool with an open schema": ({"tools": in_tools(strict=True)}, "'additionalProperties' must be"),
    "an extra field of a tool": (
        {"tools": in_tools(parameters={})},
        "parameters: Extra inputs are not permitted",
    ),
    "a deferred tool with a mark": (
        {"tools": in_tools(defer_loading=True, cache_control=mark())},
        "defer_loading=true cannot have cache_control",
    ),
    "two tools of one name": ({"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
    "an unknown tool type": ({"tools": [{**EDITOR, "type": "editor_1"}]}, "tools.0: Input tag 'editor_1'"),
    "the editor under another name": (
        {"tools": [{**EDITOR, "name": "edit"}]},
        "tools.0.text_editor_20250728.name: Input should be 'str_replace_based_edit_tool'",
    ),
    "the editor with a schema": (
        {"tools": [{**EDITOR, "input_schema": {"type": "object"}}]},
        "text_editor_20250728.input_schema: Extra inputs are not permitted",
    ),
    "an editor that shows nothing": (
        {"tools": [{**EDITOR, "max_characters": 0}]},
        "max_characters: Input should",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_rule_is_kept(api: MessagesApi, name: str) -> None:
    changes, message = WRONG[name]

    seen = send(api.url, make_body(**changes))

    assert (400, "invalid_request_error") == (seen.status, seen.body["error"]["type"])
    assert message in seen.error


RIGHT: dict[str, Json] = {
    "long-lived before short-lived": {
        "messages": user(text("a", cache_control=mark("1h")), text("b", cache_control=mark()))
    },
    "a null mark": {"messages": user(text("a", cache_control=None))},
    "an automatic mark where there is the same": {
        "messages": user(*FIVE_MARKS[0]["content"][:4]),
        "cache_control": mark(),
    },
    "a mark on the last part of a result": {
        "tools": [TOOL],
        "messages": loop(
            CALL, results=({**RESULT, "content": [text("a"), text("b", cache_control=mark())]},)
        ),
    },
    "the editor with a limit": {"tools": [{**EDITOR, "max_characters": 10_000, "cache_control": mark("1h")}]},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_service_accepts_is_accepted(api: MessagesApi, name: str) -> None:
    seen = send(api.url, make_body(**RIGHT[name]))

    assert 200 == seen.status, seen.raw
