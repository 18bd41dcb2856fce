"""The stand-in through the real SDK: answers, streams, tools, thinking, counts, models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic
from anthropic.types import ModelInfo

from messages_api import MessagesApi, Reply, refusal, text_block, tool_use_block
from messages_api.errors import Json
from messages_api.probe import TOOL, USER, make_body, mark, send, text, user, words
from messages_api.sdk import create, stream, with_sdk

TESTS = Path(__file__).parent.parent


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def test_an_unscripted_answer_says_what_was_asked(api: MessagesApi) -> None:
    message = create(api, messages=[{"role": "user", "content": "Where is\n  it?"}])

    assert [text_block("You asked: Where is it?")] == [block.to_dict() for block in message.content]
    assert ("end_turn", "claude-sonnet-4-6") == (message.stop_reason, message.model)
    assert message.usage.output_tokens > 0


def test_the_script_is_followed_step_by_step(api: MessagesApi) -> None:
    api.answer("First.")
    api.script(Reply((text_block("Second."),)), None, lambda body: f"At most {body['max_tokens']}.")
    said = [create(api).content[0].to_dict()["text"] for _ in range(4)]

    assert ["First.", "Second.", "You asked: Where is it?", "At most 100."] == said


def test_one_answer_may_serve_every_request(api: MessagesApi) -> None:
    api.answer_with("Always this.")

    assert ["Always this."] * 2 == [create(api).content[0].to_dict()["text"] for _ in range(2)]


def test_a_stream_adds_up_to_the_same_message(api: MessagesApi) -> None:
    reply = Reply((text_block("Let me look. 🙂"), tool_use_block("search", {"query": "x", "n": 3}, "call_1")))
    api.script(reply, reply)
    whole = create(api, tools=[TOOL])
    kinds, streamed = stream(api, tools=[TOOL])

    assert whole.to_dict()["content"] == streamed.to_dict()["content"]
    assert ("tool_use", whole.usage.output_tokens) == (streamed.stop_reason, streamed.usage.output_tokens)
    assert kinds.count("text") > 2
    assert kinds.count("input_json") > 2
    assert ["message_start", "content_block_start", "content_block_delta"] == kinds[:3]
    assert ["message_delta", "message_stop"] == kinds[-2:]


def test_a_stream_has_a_ping_and_usage_at_both_ends(api: MessagesApi) -> None:
    block = text(words(1200, "base"), cache_control=mark())
    seen = send(api.url, make_body(messages=user(block), stream=True))
    events = [
        json.loads(line.removeprefix("data: "))
        for line in seen.raw.decode().splitlines()
        if line.startswith("data: ")
    ]
    start, end = events[0]["message"], events[-2]

    assert "text/event-stream; charset=utf-8" == seen.headers["content-type"]
    assert {"type": "ping"} in events
    assert ([], None, 1) == (start["content"], start["stop_reason"], start["usage"]["output_tokens"])
    assert {"ephemeral_5m_input_tokens": 1203, "ephemeral_1h_input_tokens": 0} == start["usage"][
        "cache_creation"
    ]
    assert 1203 == end["usage"]["cache_creation_input_tokens"]
    assert end["usage"]["output_tokens"] > 1
    assert events[0]["message"]["id"] == api.messages[0].message_id


def test_a_refusal_is_an_answer(api: MessagesApi) -> None:
    api.script(refusal("cyber", "No."))
    _, message = stream(api)

    assert "refusal" == message.stop_reason
    assert message.stop_details is not None
    assert ("cyber", "No.") == (message.stop_details.category, message.stop_details.explanation)


@pytest.mark.parametrize("reason", ["pause_turn", "model_context_window_exceeded", "max_tokens", "end_turn"])
def test_every_stop_reason_can_be_scripted(api: MessagesApi, reason: str) -> None:
    api.script(Reply((text_block("So far."),), reason))

    assert reason == create(api).stop_reason


def test_a_paused_answer_may_be_sent_back_as_it_is(api: MessagesApi) -> None:
    api.script(Reply((text_block("So far."),), "pause_turn"), "The rest.")
    first = create(api)

    again = [USER, {"role": "assistant", "content": [block.to_dict() for block in first.content]}]
    assert "The rest." == create(api, messages=again).content[0].to_dict()["text"]


def test_an_answer_ends_at_max_tokens(api: MessagesApi) -> None:
    api.script("one two three four five six")
    message = create(api, max_tokens=3)

    assert ("one two thre", "max_tokens", 3) == (
        message.content[0].to_dict()["text"],
        message.stop_reason,
        message.usage.output_tokens,
    )


def test_a_tool_call_that_does_not_fit_is_left_out(api: MessagesApi) -> None:
    api.script(Reply((text_block("one"), tool_use_block("search", {"query": "x" * 100}))))
    message = create(api, tools=[TOOL], max_tokens=5)

    assert ([text_block("one")], "max_tokens") == (
        [block.to_dict() for block in message.content],
        message.stop_reason,
    )


def test_an_answer_ends_at_a_stop_sequence(api: MessagesApi) -> None:
    api.script("one STOP two")
    message = create(api, stop_sequences=["STOP"])

    assert ("one ", "stop_sequence", "STOP") == (
        message.content[0].to_dict()["text"],
        message.stop_reason,
        message.stop_sequence,
    )


def test_a_count_is_what_the_request_costs(api: MessagesApi) -> None:
    system = [text(words(1500, "rules"), cache_control=mark())]

    async def work(client: AsyncAnthropic) -> int:
        body = make_body(max_tokens=None, messages=[USER], system=system, tools=[TOOL])
        counted = await client.messages.count_tokens(**body)
        return counted.input_tokens

    n_tokens = with_sdk(api, work)
    usage = create(api, messages=[USER], system=system, tools=[TOOL]).usage

    assert n_tokens == usage.input_tokens + (usage.cache_creation_input_tokens or 0)
    assert 1 == len(api.messages)
    assert 2 == len(api.requests)


def test_code_is_about_three_characters_a_token_and_later_models_cut_finer(api: MessagesApi) -> None:
    code = (TESTS / "messages_api" / "stand_in.py").read_text(encoding="utf-8")
    ratios = {}
    for model in ("claude-sonnet-4-6", "claude-sonnet-5-5"):
        body = {"model": model, "messages": [{"role": "user", "content": code}]}
        counted = send(api.url, body, path="/v1/messages/count_tokens").body["input_tokens"]
        ratios[model] = len(code) / counted

    assert 2.2 < ratios["claude-sonnet-5-5"] < ratios["claude-sonnet-4-6"] < 3.8


def test_a_count_takes_no_parameters_of_an_answer(api: MessagesApi) -> None:
    seen = send(api.url, make_body(), path="/v1/messages/count_tokens")

    assert "max_tokens: Extra inputs are not permitted" == seen.error


def test_models_can_be_listed_and_asked_for(api: MessagesApi) -> None:
    async def work(client: AsyncAnthropic) -> tuple[list[str], ModelInfo]:
        listed = [model.id async for model in client.models.list()]
        return listed, await client.models.retrieve("claude-sonnet-5-5")

    listed, sonnet = with_sdk(api, work)

    assert "claude-opus-5-5" in listed
    assert (1_000_000, 128_000, "sonnet") == (sonnet.max_input_tokens, sonnet.max_tokens, sonnet.line)
    assert sonnet.capabilities is not None
    assert sonnet.capabilities.thinking.types.between_tools.supported
    assert not sonnet.capabilities.thinking.types.disabled.supported


def test_what_was_sent_is_recorded(api: MessagesApi) -> None:
    create(api, system="Be brief.")
    recorded = api.wait_for_request(1)

    assert "Bearer any" == recorded.headers["authorization"]
    assert "Be brief." == (recorded.body or {})["system"]
    assert (200, "unmarked") == (recorded.status, recorded.verdict)


def test_a_request_that_never_comes_is_not_waited_for_without_end(api: MessagesApi) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 requests arrived"):
        api.wait_for_request(1, timeout=0.01)


def test_an_error_in_the_stand_in_is_raised_in_the_test() -> None:
    def broken(_: Json) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), MessagesApi() as own:  # noqa: PT012  # it is raised at the end
        own.script(broken)
        with pytest.raises(ConnectionError):
            send(own.url, make_body())


def test_the_command_line_prints_its_url_and_then_what_it_was_asked() -> None:
    command = [sys.executable, "-m", "messages_api", "--model-prices", "article"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        send(url, make_body())
        line = json.loads(process.stdout.readline())
        process.terminate()

        assert 0 == process.wait(10)
    usage = line["usage"]
    assert ("/v1/messages", 200, "unmarked") == (line["path"], line["status"], line["verdict"])
    assert (usage["input_tokens"] * 3 + usage["output_tokens"] * 15) / 1e6 == pytest.approx(line["cost"])
