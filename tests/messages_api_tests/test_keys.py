"""Which requests of the stand-in's cache are the same up to a mark, and how far a mark looks back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.probe import (
    BASE,
    BASE_TOKENS,
    HEADERS,
    TOOL,
    USER,
    ask,
    base,
    make_body,
    mark,
    marked,
    send,
    text,
    user,
    words,
)


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def calls(n: int, first: int = 0) -> list[Json]:
    ids = [f"call{index}" for index in range(first, first + n)]
    uses = [{"type": "tool_use", "id": name, "name": "search", "input": {}} for name in ids]
    results = [{"type": "tool_result", "tool_use_id": name, "content": "found"} for name in ids]
    return [{"role": "assistant", "content": uses}, {"role": "user", "content": results}]


def test_an_entry_stands_only_where_a_mark_stood(api: MessagesApi) -> None:
    ask(api.url, text(BASE), base(seed="more"), text("one"))

    assert 0 == ask(api.url, base(), text("two"))["read"]


def test_marks_are_no_part_of_what_is_compared(api: MessagesApi) -> None:
    ask(api.url, base(), text("question"))

    later = [text(BASE), text("question"), marked("and another")]
    assert BASE_TOKENS == ask(api.url, *later)["read"]


@pytest.mark.parametrize(("n_between", "n_read"), [(19, BASE_TOKENS), (20, 0)])
def test_the_look_back_ends_after_twenty_positions(api: MessagesApi, n_between: int, n_read: int) -> None:
    ask(api.url, base())
    more = [text(f"block {n}") for n in range(n_between - 1)]

    assert n_read == ask(api.url, text(BASE), *more, marked("end"))["read"]


def test_an_earlier_mark_looks_back_from_its_own_place(api: MessagesApi) -> None:
    ask(api.url, base())
    more = [text(f"block {n}") for n in range(30)]

    assert BASE_TOKENS == ask(api.url, base(), *more, marked("end"))["read"]


@pytest.mark.parametrize(
    ("turns", "is_read"),
    [
        ([calls(30)], True),
        ([calls(1, n) for n in range(9)], True),
        ([calls(1, n) for n in range(10)], False),
    ],
)
def test_a_run_of_calls_or_results_is_one_position(
    api: MessagesApi, turns: list[list[Json]], is_read: bool
) -> None:
    start = user(base())
    ask(api.url, messages=start, tools=[TOOL])
    messages = [*user(text(BASE)), *(message for turn in turns for message in turn)]
    messages[-1]["content"][-1]["cache_control"] = mark()

    assert is_read == (ask(api.url, messages=messages, tools=[TOOL])["read"] > 1200)


CHANGES: dict[str, tuple[Json, Json, bool]] = {
    "another model": ({}, {"model": "claude-sonnet-4-5"}, False),
    "other tools": ({"tools": [TOOL]}, {"tools": [{**TOOL, "description": "x"}]}, False),
    "another system text": ({"system": "a"}, {"system": "b"}, False),
    "another tool choice": (
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": {"type": "none"}},
        False,
    ),
    "the tool choice that was implied": (
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": {"type": "auto"}},
        True,
    ),
    "thinking": ({}, {"thinking": {"type": "adaptive"}}, False),
    "another effort": ({}, {"output_config": {"effort": "low"}}, False),
    "the effort that was implied": ({}, {"output_config": {"effort": "high"}}, True),
    "speed": ({}, {"speed": "fast"}, False),
    "a format": ({}, {"output_config": {"format": {"type": "json_schema", "schema": {}}}}, False),
    "max_tokens": ({}, {"max_tokens": 7}, True),
    "stop sequences": ({}, {"stop_sequences": ["x"]}, True),
    "keys of a schema in another order": (
        {"tools": [{**TOOL, "input_schema": {"type": "object", "properties": {}}}]},
        {"tools": [{**TOOL, "input_schema": {"properties": {}, "type": "object"}}]},
        False,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_drops_the_messages_from_the_cache(api: MessagesApi, name: str) -> None:
    before, after, is_read = CHANGES[name]
    ask(api.url, base(), **before)

    assert is_read == (ask(api.url, base(), **after)["read"] > 0)


def test_a_tool_choice_does_not_drop_the_system(api: MessagesApi) -> None:
    system = [text(words(1500, "rules"), cache_control=mark())]
    ask(api.url, system=system, tools=[TOOL], messages=[USER])

    later = ask(api.url, system=system, tools=[TOOL], tool_choice={"type": "none"}, messages=[USER])
    assert later["read"] > 1500


def test_an_image_anywhere_drops_the_messages(api: MessagesApi) -> None:
    ask(api.url, base())

    assert 0 == ask(api.url, base(), {"type": "image", "source": {}})["read"]


def test_a_string_is_one_block_of_text(api: MessagesApi) -> None:
    ask(api.url, system=[text(words(1500, "rules"))], messages=user(marked("one")))

    assert ask(api.url, system=words(1500, "rules"), messages=user(marked("one")))["read"] > 1500


def test_workspaces_share_nothing() -> None:
    with MessagesApi(workspaces={"a": "one", "b": "one", "c": "two"}) as own:
        verdicts = []
        for key in "abc":
            headers = {**HEADERS, "authorization": f"Bearer {key}"}
            seen = send(own.url, make_body(messages=user(base())), headers=headers)
            verdicts.append((seen.headers["anthropic-workspace-id"], own.messages[-1].verdict))

    assert [("one", "written"), ("one", "read"), ("two", "written")] == verdicts


def test_the_automatic_mark_stands_on_the_last_block(api: MessagesApi) -> None:
    assert BASE_TOKENS == ask(api.url, text(BASE), cache_control=mark())["write_5m"]
    ask(api.url, text(BASE), text("a question"), cache_control=mark("1h"))

    assert [("messages.0.content.1", "1h")] == api.messages[1].marks
    assert "read and written" == api.messages[1].verdict


def test_a_mark_on_the_last_part_of_a_result_is_that_of_the_result(api: MessagesApi) -> None:
    turns = calls(1)
    turns[1]["content"][0]["content"] = [text("a"), marked("b")]
    ask(api.url, messages=[*user(text(BASE)), *turns], tools=[TOOL])

    assert [("messages.2.content.0", "5m")] == api.messages[0].marks
