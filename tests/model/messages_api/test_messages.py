from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from ask_driver import Asker, body_of, text_of
from foreword.core.reply import (
    Finished,
    ReplyEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    ToolCallStarted,
)
from foreword.model.echo import INVALID_JSON
from foreword.model.tool_definitions import ToolStyle, tool_definitions
from messages_api import (
    BadToolInput,
    Hold,
    MessagesApi,
    Reply,
    SlowStart,
    UnknownEvent,
    refusal,
    text_block,
    thinking_block,
    tool_use_block,
)

SUMMARIZED = {"type": "adaptive", "display": "summarized"}
WAIT = 10.0


def prefix_of(ttl: str = "5m") -> list[dict[str, Any]]:
    mark = {"type": "ephemeral", "ttl": ttl}
    return [{"type": "text", "text": "def f(): return 1\n" * 400, "cache_control": mark}]


def test_an_answer_arrives_in_the_promised_order(api: MessagesApi, asker: Asker) -> None:
    api.answer(Reply((thinking_block("Let me see."), text_block("It is a cache."))))
    events = asker.ask(body_of(thinking=SUMMARIZED))
    assert isinstance(events[0], Started)
    assert "claude-sonnet-5-5" == events[0].model
    assert "Let me see." == "".join(e.text for e in events if isinstance(e, ThinkingDelta))
    assert "It is a cache." == text_of(events)
    last = events[-1]
    assert isinstance(last, Finished)
    assert ("end_turn", None) == (last.stop_reason, last.note)
    assert events[0].message_id == last.message_id == api.messages[0].message_id


def test_the_body_goes_out_as_it_is_with_the_cached_fields_first(api: MessagesApi, asker: Asker) -> None:
    sent = body_of(system=prefix_of(), tools=tool_definitions("native"), thinking=SUMMARIZED)
    asker.ask(sent)
    wire = json.loads(api.messages[0].raw)
    assert ["tools", "system", "messages"] == list(wire)[:3]
    assert {**sent, "stream": True} == wire
    assert json.dumps(sent["tools"]) == json.dumps(wire["tools"])


@pytest.mark.parametrize("style", ["native", "schema"])
def test_the_service_takes_both_lists_of_tools(api: MessagesApi, asker: Asker, style: ToolStyle) -> None:
    asker.ask(body_of(tools=tool_definitions(style)))
    assert [] == api.rejected


def test_the_key_goes_out_as_a_bearer_token_and_no_trace_leaves(api: MessagesApi, asker: Asker) -> None:
    asker.ask()
    headers = api.messages[0].headers
    assert "Bearer key" == headers["authorization"]
    assert "traceparent" not in headers


def test_echoed_thinking_and_tool_calls_are_accepted_in_the_next_round(
    api: MessagesApi, asker: Asker
) -> None:
    call = tool_use_block("search", {"query": "cäche"})
    api.script(Reply((thinking_block("I should look."), text_block("Looking."), call)), "Found it.")
    first_body = body_of(tools=tool_definitions("native"), thinking=SUMMARIZED)
    events = asker.ask(first_body)
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert ToolCallStarted("search") in events
    assert "tool_use" == finished.stop_reason
    assert ["thinking", "text", "tool_use"] == [block["type"] for block in finished.content]
    assert {"query": "cäche"} == finished.content[2]["input"]
    result = {"type": "tool_result", "tool_use_id": finished.content[2]["id"], "content": "a.py:1"}
    messages = [
        *first_body["messages"],
        {"role": "assistant", "content": list(finished.content)},
        {"role": "user", "content": [result]},
    ]
    assert "end_turn" == asker.finish({**first_body, "messages": messages}).stop_reason
    assert [] == api.rejected


def test_usage_tells_writes_by_lifetime_and_reads(asker: Asker) -> None:
    wrote = asker.finish(body_of(system=prefix_of("1h"))).usage
    read = asker.finish(body_of("And now?", system=prefix_of("1h"))).usage
    assert wrote.write_1h > 0
    assert (0, 0, wrote.write_1h) == (wrote.write_5m, read.written, read.read)
    assert 0 < read.fresh < read.read
    assert read.output > 0


def test_the_start_already_tells_what_the_prompt_costs(asker: Asker) -> None:
    events = asker.ask(body_of(system=prefix_of()))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.prompt == events[0].usage.prompt > 0


def test_the_api_s_miss_diagnosis_comes_with_the_start(asker: Asker) -> None:
    first = asker.finish(body_of(system=prefix_of(), diagnostics={"previous_message_id": None}))
    changed = prefix_of()
    changed[0]["text"] = "changed " + changed[0]["text"]
    events = asker.ask(body_of(system=changed, diagnostics={"previous_message_id": first.message_id}))
    assert isinstance(events[0], Started)
    assert "system_changed" == events[0].miss_reason


def test_broken_tool_input_ends_as_a_call_that_says_so(api: MessagesApi, asker: Asker) -> None:
    api.script((BadToolInput(), Reply((tool_use_block("search", {"query": "x"}),))))
    finished = asker.finish(body_of(tools=tool_definitions("native")))
    assert "tool_use" == finished.stop_reason
    assert {INVALID_JSON} == finished.content[-1]["input"].keys()


def test_an_unknown_event_is_passed_over(api: MessagesApi, asker: Asker) -> None:
    api.script((UnknownEvent(), "Still fine."))
    assert "Still fine." == text_of(asker.ask())


def test_a_refusal_and_a_cut_answer_explain_themselves(api: MessagesApi, asker: Asker) -> None:
    api.script(refusal("cyber"), "word " * 500)
    refused = asker.finish()
    assert ("refusal", "cyber") == (refused.stop_reason, refused.details["category"])
    assert "cyber" in (refused.note or "")
    cut = asker.finish(body_of(max_tokens=20))
    assert "max_tokens" == cut.stop_reason
    assert "answer.tokens" in (cut.note or "")


async def test_warming_writes_what_the_next_question_reads(asker: Asker) -> None:
    async with asker.provider() as provider:
        warmed = await provider.warm(body_of("warmup", system=prefix_of()))
    answer = (await asker.events(body_of(system=prefix_of())))[-1]
    assert isinstance(answer, Finished)
    assert warmed.write_5m > 0
    assert 0 == warmed.output
    assert warmed.write_5m == answer.usage.read


async def test_one_connection_serves_several_answers(api: MessagesApi, asker: Asker) -> None:
    async with asker.provider() as provider:
        for _ in range(3):
            async with aclosing(provider.stream(body_of())) as events:
                assert [event async for event in events]
    assert 3 == len(api.messages)
    assert [] == asker.pauses


async def test_cancelling_closes_the_stream_and_keeps_what_was_seen(api: MessagesApi, asker: Asker) -> None:
    api.script((Hold(after=1), "one two three four five six seven"))
    seen: list[ReplyEvent] = []
    text_seen = asyncio.Event()

    async def consume() -> None:
        async with asker.provider() as provider, aclosing(provider.stream(body_of())) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, TextDelta):
                    text_seen.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for(text_seen.wait(), WAIT)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert api.messages[0].disconnected.wait(WAIT)
    assert isinstance(seen[0], Started)
    assert seen[0].usage.prompt > 0
    assert not any(isinstance(event, Finished) for event in seen)


async def test_cancelling_before_the_answer_begins_closes_the_connection(
    api: MessagesApi, asker: Asker
) -> None:
    api.script(SlowStart())

    async with asker.provider() as provider:
        task = asyncio.ensure_future(anext(provider.stream(body_of())))
        await asyncio.to_thread(api.wait_for_request)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert api.messages[0].disconnected.wait(WAIT)


async def test_leaving_the_loop_closes_the_stream(api: MessagesApi, asker: Asker) -> None:
    api.script((Hold(after=1), "one two three four"))

    async with asker.provider() as provider:
        async with aclosing(provider.stream(body_of())) as events:
            assert isinstance(await anext(events), Started)
        assert await asyncio.to_thread(api.messages[0].disconnected.wait, WAIT)
