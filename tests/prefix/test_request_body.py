"""The bodies of requests, judged by the rules of the Messages API and by the stand-in's reading of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.layers import Base, Block
from foreword.prefix.policy.policy import Ttl
from foreword.prefix.request_body import Parameters, PrefixPayload, marked_positions, request_body

TOOL = {"name": "search", "description": "Find.", "input_schema": {"type": "object"}}
PARAMETERS = Parameters("claude-sonnet-5-5", 1_000, "Be brief.", (TOOL,))
Json = dict[str, Any]


def payload(n_stable: int = 1, n_rest: int = 1, n_delta: int = 1, ttl: Ttl | None = "5m") -> PrefixPayload:
    def blocks(name: str, n: int) -> tuple[Block, ...]:
        return tuple(Block(f"{name} {i}") for i in range(n))

    return PrefixPayload(
        Base(blocks("stable", n_stable), blocks("rest", n_rest)), blocks("delta", n_delta), ttl
    )


def content(body: Mapping[str, Any], message: int = 0) -> list[Json]:
    found: list[Json] = body["messages"][message]["content"]
    return found


def marks(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The text and the time to live of each marked block, in order."""
    blocks = [*body.get("tools", ()), *body["system"], *(b for m in body["messages"] for b in m["content"])]
    return [
        (str(block.get("text", block.get("type"))), block["cache_control"].get("ttl", "5m"))
        for block in blocks
        if "cache_control" in block
    ]


def tail(*contents: list[Json]) -> list[Json]:
    roles = ("assistant", "user")
    return [{"role": roles[n % 2], "content": blocks} for n, blocks in enumerate(contents)]


CALL: Json = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {}}
RESULT: Json = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "found"}


@pytest.mark.parametrize(
    ("n_calls", "n_rounds", "expected"),
    [(1, 3, [5]), (9, 2, [3]), (10, 1, [1]), (10, 2, [1, 3]), (30, 3, [3, 5])],
)
def test_rounds_of_many_calls_find_what_was_written_before_them_at_a_mark(
    n_calls: int, n_rounds: int, expected: list[int]
) -> None:
    """On Bedrock each call counts as a block; by the marks of two rounds a read need not look back at all."""
    rounds = tail([CALL] * n_calls, [RESULT] * n_calls) * n_rounds
    body = request_body(PARAMETERS, payload(), ["question"], rounds)
    marked = [n for n in range(1, len(body["messages"])) if "cache_control" in content(body, n)[-1]]
    assert [n + 1 for n in expected] == marked
    assert len(marks(body)) <= 4


def test_each_layer_ends_with_a_mark_and_the_turn_follows_them() -> None:
    body = request_body(PARAMETERS, payload(), ["excerpts", "question"])
    assert [("stable 0", "5m"), ("rest 0", "5m"), ("delta 0", "5m")] == marks(body)
    assert ["excerpts", "question"] == [block["text"] for block in content(body)[-2:]]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((0, 1, 0), ["rest 0"]),
        ((1, 0, 0), ["stable 0"]),
        ((2, 3, 0), ["stable 1", "rest 2"]),
        ((0, 1, 4), ["rest 0", "delta 3"]),
        ((1, 1, 25), ["stable 0", "rest 0", "delta 24"]),
    ],
)
def test_a_layer_without_blocks_has_no_mark(shape: tuple[int, int, int], expected: list[str]) -> None:
    assert expected == [text for text, _ in marks(request_body(PARAMETERS, payload(*shape), ["question"]))]


def test_without_a_time_to_live_there_is_no_mark_at_all() -> None:
    body = request_body(PARAMETERS, payload(ttl=None), ["question"], tail([CALL], [RESULT]))
    assert "cache_control" not in json.dumps(body)


def test_marks_that_live_longer_come_before_those_that_live_shorter() -> None:
    body = request_body(PARAMETERS, payload(ttl="1h"), ["question"], tail([CALL], [RESULT]))
    assert ["1h", "1h", "1h", "5m"] == [ttl for _, ttl in marks(body)]


def test_a_tool_loop_marks_its_last_result() -> None:
    first = tail([CALL], [RESULT])
    body = request_body(PARAMETERS, payload(), ["question"], [*first, *first])
    assert "tool_result" == marks(body)[-1][0]
    assert "cache_control" not in content(body, 2)[-1]
    assert "cache_control" in content(body, 4)[-1]


def test_what_the_model_said_is_echoed_without_a_change() -> None:
    """A turn that is paused ends with the model's own words; a mark on its thinking would be refused."""
    said: list[Json] = [{"type": "thinking", "thinking": "hm", "signature": "s"}]
    paused = request_body(PARAMETERS, payload(), ["question"], tail(said))
    assert said == content(paused, 1)
    assert said == content(request_body(PARAMETERS, payload(), ["question"], tail(said, [RESULT])), 1)


def test_the_messages_of_the_caller_are_not_written_to() -> None:
    turns = tail([CALL], [dict(RESULT)])
    before = json.dumps(turns)
    request_body(PARAMETERS, payload(), ["question"], turns)
    assert before == json.dumps(turns)


def test_parameters_that_are_not_set_are_not_sent() -> None:
    body = request_body(Parameters("m", 5, "s"), payload(), ["question"])
    assert {"model", "max_tokens", "system", "messages"} == body.keys()
    thinking = Parameters("m", 5, "s", (), {"type": "adaptive"})
    assert {"type": "adaptive"} == request_body(thinking, payload(), ["question"])["thinking"]


@settings(deadline=None, max_examples=80)
@given(
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 30),
    st.sampled_from(["5m", "1h", None]),
    st.integers(0, 3),
)
def test_no_request_has_more_than_four_marks_or_one_on_volatile_text(
    n_stable: int, n_rest: int, n_delta: int, ttl: Ttl | None, n_rounds: int
) -> None:
    prefix = payload(n_stable, n_rest, n_delta, ttl)
    body = request_body(PARAMETERS, prefix, ["excerpts", "question"], tail([CALL], [RESULT]) * n_rounds)
    found = marks(body)
    assert len(found) <= 4
    assert all("cache_control" not in block for block in content(body)[-2:])
    assert sorted((ttl for _, ttl in found), key=["1h", "5m"].index) == [ttl for _, ttl in found]
    n_marked = len(marked_positions(prefix)) if ttl else 0
    assert n_marked + (1 if ttl and n_rounds else 0) == len(found)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2), st.integers(1, 2), st.integers(0, 6))
def test_one_more_block_of_the_delta_changes_nothing_before_it(
    n_stable: int, n_rest: int, n_delta: int
) -> None:
    def bare(body: Mapping[str, Any]) -> list[str]:
        return [block["text"] for block in content(body)]

    before = bare(request_body(PARAMETERS, payload(n_stable, n_rest, n_delta), ["question"]))
    after = bare(request_body(PARAMETERS, payload(n_stable, n_rest, n_delta + 1), ["question"]))
    assert before[:-1] == after[: len(before) - 1]
