from __future__ import annotations

import json
from typing import Any

import pytest

from foreword.core.reply import (
    Finished,
    ReplyEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolCallStarted,
    ToolInputDelta,
)
from foreword.core.tokens import Usage
from foreword.model.echo import INVALID_JSON
from foreword.model.messages_api.stream_assembler import Assembly

Event = dict[str, Any]


def opening(index: int, block: object) -> Event:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: object) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def closing(index: int) -> Event:
    return {"type": "content_block_stop", "index": index}


def stop(reason: str | None, usage: Event | None = None, **more: object) -> Event:
    return {"type": "message_delta", "delta": {"stop_reason": reason, **more}, "usage": usage}


def start(usage: Event | None = None, **more: object) -> Event:
    return {"type": "message_start", "message": {"id": "m1", "model": "x", "usage": usage, **more}}


def assemble(*events: Event, trouble: str = "It broke") -> tuple[list[ReplyEvent], Finished]:
    answer = Assembly()
    said = [event for raw in events for event in answer.feed(raw)]
    return said, answer.finish(trouble)


THINKING = (
    opening(0, {"type": "thinking", "thinking": "", "signature": ""}),
    delta(0, "thinking_delta", thinking="hm"),
    delta(0, "signature_delta", signature="s1"),
    closing(0),
)
CALL = (
    opening(1, {"type": "tool_use", "id": "t1", "name": "search", "input": {}, "caller": {"type": "direct"}}),
    delta(1, "input_json_delta", partial_json=""),
    delta(1, "input_json_delta", partial_json='{"query": '),
    delta(1, "input_json_delta", partial_json='"x"}'),
    closing(1),
)


def test_blocks_are_kept_for_the_echo_as_they_came() -> None:
    said, finished = assemble(start(), *THINKING, *CALL, stop("tool_use"))
    call = [ToolCallStarted("search"), ToolInputDelta('{"query": '), ToolInputDelta('"x"}')]
    assert [ThinkingDelta("hm"), *call] == said[1:]
    assert (
        {"type": "thinking", "thinking": "hm", "signature": "s1"},
        {
            "type": "tool_use",
            "id": "t1",
            "name": "search",
            "input": {"query": "x"},
            "caller": {"type": "direct"},
        },
    ) == finished.content
    assert ("tool_use", None) == (finished.stop_reason, finished.note)


def test_blocks_and_events_of_unknown_kind_do_no_harm_and_are_not_echoed() -> None:
    strange = {"type": "hologram", "data": [1]}
    citation = {"type": "char_location", "cited_text": "c"}
    said, finished = assemble(
        start(),
        {"type": "weather"},
        {},
        opening(0, strange),
        delta(0, "hologram_delta", data=2),
        closing(0),
        opening(1, {"type": "text", "text": "a", "citations": None}),
        delta(1, "text_delta", text="b"),
        delta(1, "citations_delta", citation=citation),
        closing(1),
        delta(7, "text_delta", text="of no block"),
        stop("end_turn"),
    )
    assert [TextDelta("a"), TextDelta("b"), TextDelta("of no block")] == said[1:]
    assert {"type": "text", "text": "ab", "citations": [citation]} == finished.content[0]


@pytest.mark.parametrize("written", ['{"query": ', "[1]", "oops"])
def test_a_call_whose_input_is_no_object_keeps_what_was_written(written: str) -> None:
    _, finished = assemble(
        start(),
        opening(0, {"type": "tool_use", "id": "t", "name": "search", "input": {}}),
        delta(0, "input_json_delta", partial_json=written),
        closing(0),
        stop("tool_use"),
    )
    assert {INVALID_JSON: written} == finished.content[0]["input"]


def test_an_input_that_came_whole_in_the_opening_counts() -> None:
    block = {"type": "tool_use", "id": "t", "name": "search", "input": {"query": "q"}}
    _, finished = assemble(start(), opening(0, block), closing(0), stop("end_turn"))
    assert (block,) == finished.content
    assert "tool_use" == finished.stop_reason


def test_a_broken_stream_keeps_its_text_and_drops_what_could_not_be_echoed() -> None:
    _, finished = assemble(
        start({"input_tokens": 5, "output_tokens": 1}),
        *THINKING[:2],
        opening(1, {"type": "text", "text": ""}),
        delta(1, "text_delta", text="half an"),
        opening(2, {"type": "text", "text": ""}),
        opening(3, {"type": "tool_use", "id": "t", "name": "search", "input": {}}),
        delta(3, "input_json_delta", partial_json='{"que'),
        opening(4, {"type": "redacted_thinking", "data": "?"}),
    )
    assert ({"type": "text", "text": "half an"},) == finished.content
    assert ("interrupted", "It broke; the part that arrived is kept.") == (
        finished.stop_reason,
        finished.note,
    )
    assert Usage(fresh=5, output=1) == finished.usage


@pytest.mark.parametrize(
    ("reason", "details", "expected", "says"),
    [
        ("end_turn", None, "end_turn", None),
        ("stop_sequence", None, "stop_sequence", None),
        ("tool_use", None, "end_turn", None),
        ("max_tokens", None, "max_tokens", "longest allowed length"),
        ("pause_turn", None, "pause_turn", "send the conversation again"),
        ("refusal", {"category": "cyber"}, "refusal", "(category: cyber)"),
        ("refusal", {"category": None}, "refusal", "declined to answer:"),
        ("refusal", None, "refusal", "declined to answer:"),
        ("model_context_window_exceeded", None, "model_context_window_exceeded", "context window"),
        ("compaction", None, "end_turn", "does not know (compaction)"),
    ],
)
def test_every_stop_reason_has_its_note(
    reason: str, details: Event | None, expected: str, says: str | None
) -> None:
    text = (opening(0, {"type": "text", "text": "t"}), closing(0))
    _, finished = assemble(start(), *text, stop(reason, stop_details=details))
    assert expected == finished.stop_reason
    assert (says is None) == (finished.note is None)
    assert (says or "") in (finished.note or "")
    assert (details or {}) == finished.details


@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "model_context_window_exceeded"])
def test_calls_that_nobody_will_answer_are_not_echoed(reason: str) -> None:
    _, finished = assemble(start(), *THINKING, *CALL[:-2], stop(reason))
    assert ["thinking"] == [block["type"] for block in finished.content]


def test_a_paused_turn_is_echoed_whole() -> None:
    server = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    _, finished = assemble(start(), opening(0, server), closing(0), stop("pause_turn"))
    assert (server,) == finished.content


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, Usage()),
        (
            {"cache_read_input_tokens": 49, "input_tokens": 1, "output_tokens": 0},
            {"output_tokens": 8},
            Usage(1, 0, 0, 49, 8),
        ),
        (
            {"input_tokens": 60},
            {"input_tokens": 4, "cache_read_input_tokens": 56, "output_tokens": 2},
            Usage(4, 0, 0, 56, 2),
        ),
        (
            {"input_tokens": 3, "cache_creation_input_tokens": 9, "output_tokens": 1},
            None,
            Usage(3, 9, 0, 0, 1),
        ),
        (
            {
                "input_tokens": 3,
                "cache_creation_input_tokens": 9,
                "cache_read_input_tokens": None,
                "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 7},
            },
            {"output_tokens": 5, "cache_creation_input_tokens": None, "input_tokens": None},
            Usage(3, 2, 7, 0, 5),
        ),
        (
            {"cache_creation": {"ephemeral_1h_input_tokens": 7}, "cache_creation_input_tokens": 7},
            {"cache_creation_input_tokens": 10},
            Usage(0, 3, 7, 0, 0),
        ),
        ({"input_tokens": "many", "output_tokens": -1}, {"output_tokens": True}, Usage()),
    ],
)
def test_usage_is_the_last_word_on_each_count(
    first: Event | None, last: Event | None, expected: Usage
) -> None:
    said, finished = assemble(start(first), stop("end_turn", last))
    assert expected == finished.usage
    assert isinstance(said[0], Started)


@pytest.mark.parametrize(
    ("diagnostics", "expected"),
    [
        (None, None),
        ({"cache_miss_reason": None}, None),
        ({"cache_miss_reason": {"type": "system_changed", "cache_missed_input_tokens": 3}}, "system_changed"),
    ],
)
def test_the_api_s_own_miss_diagnosis_is_told_at_the_start(
    diagnostics: Event | None, expected: str | None
) -> None:
    said, _ = assemble(start({}, diagnostics=diagnostics), stop("end_turn"))
    assert Started("m1", Usage(), "x", expected, 3 if expected else None) == said[0]


@pytest.mark.parametrize("blank", ["\n\n", " ", "\u00a0", "\u2003\n"])
def test_text_that_does_not_show_is_not_echoed(blank: str) -> None:
    _, finished = assemble(
        start(),
        opening(0, {"type": "text", "text": ""}),
        delta(0, "text_delta", text=blank),
        closing(0),
        *CALL,
        stop("tool_use"),
    )
    assert ["tool_use"] == [block["type"] for block in finished.content]


def test_halves_of_a_surrogate_pair_meet_across_deltas_and_a_lone_one_is_replaced() -> None:
    said, finished = assemble(
        start(),
        opening(0, {"type": "text", "text": "a\ud83d"}),
        delta(0, "text_delta", text="\ude00b"),
        delta(0, "text_delta", text="\udc00c\ud800"),
        delta(0, "text_delta", text="d"),
        stop("end_turn"),
    )
    assert "a\U0001f600b\ufffdc\ufffdd" == "".join(e.text for e in said if isinstance(e, TextDelta))
    assert ({"type": "text", "text": "a\U0001f600b\ufffdc\ufffdd"},) == finished.content


def test_a_tool_call_with_odd_fields_can_be_answered_and_echoed() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    calls = [
        {"type": "tool_use", "name": "search", "input": {"query": "a\ud800"}},
        {"type": "tool_use", "id": "", "name": 5, "input": "text"},
        {"type": "tool_use", "id": "t", "name": "search", "input": {"query": deep}},
        {"type": "tool_use", "id": "t", "name": "search", "input": {"limit": float("nan")}},
    ]
    events = [event for n, call in enumerate(calls) for event in (opening(n, call), closing(n))]
    _, finished = assemble(start(), *events, stop("tool_use"))
    ids = [block["id"] for block in finished.content]
    assert 4 == len(set(ids))
    assert all(ids)
    assert ["search", "unnamed", "search", "search"] == [block["name"] for block in finished.content]
    assert {"query": "a\ufffd"} == finished.content[0]["input"]
    assert [INVALID_JSON] == list(finished.content[1]["input"])
    assert [INVALID_JSON] == list(finished.content[2]["input"])
    assert {"limit": None} == finished.content[3]["input"]
    json.dumps(finished.content, allow_nan=False).encode()


@pytest.mark.parametrize("strange", [None, 7, ["x"], {"type": "text", "text": 7}, {"type": ["text"]}, {}])
def test_an_opening_that_makes_no_sense_costs_no_other_block(strange: object) -> None:
    said, finished = assemble(
        start(),
        {"type": "content_block_start", "index": 0, "content_block": strange},
        closing(0),
        opening(1, {"type": "text", "text": "kept"}),
        closing(1),
        stop("end_turn"),
    )
    assert [TextDelta("kept")] == said[1:]
    assert ({"type": "text", "text": "kept"},) == finished.content


def test_a_block_that_takes_the_index_of_another_one_does_not_replace_it() -> None:
    _, finished = assemble(
        start(),
        opening(0, {"type": "text", "text": "first"}),
        opening(0, {"type": "text", "text": "second"}),
        delta(0, "text_delta", text="!"),
        stop("end_turn"),
    )
    assert ["first", "second!"] == [block["text"] for block in finished.content]


def test_zeros_at_the_end_do_not_erase_what_was_counted_and_later_counts_are_taken() -> None:
    first = {"input_tokens": 120, "cache_read_input_tokens": 5000, "output_tokens": 1}
    zeros = {"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 7}
    _, finished = assemble(start(first), stop("end_turn", zeros))
    assert Usage(fresh=120, read=5000, output=7) == finished.usage
    _, finished = assemble(start(zeros), stop("end_turn", first))
    assert Usage(fresh=120, read=5000, output=7) == finished.usage


def test_a_count_that_no_request_can_have_does_not_count() -> None:
    _, finished = assemble(start({"input_tokens": 2**63, "output_tokens": 1}), stop("end_turn"))
    assert Usage(output=1) == finished.usage
