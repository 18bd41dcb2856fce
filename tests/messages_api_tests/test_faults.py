"""What the SDK makes of each fault that the stand-in can be told to show."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Iterator

import anthropic
import httpx2
import pytest

from messages_api import (
    BadJson,
    BadToolInput,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Fault,
    Hold,
    Html,
    MessagesApi,
    Reply,
    SlowStart,
    Status,
    UnknownEvent,
    text_block,
    tool_use_block,
)
from messages_api.probe import TOOL, make_body, send


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


async def read(api: MessagesApi, said: list[str], retries: int = 0) -> anthropic.types.Message:
    """The message of a stream; what arrives before an error stands in `said`."""
    async with (
        anthropic.AsyncAnthropic(api_key="any", base_url=api.url, max_retries=retries) as client,
        client.messages.stream(**make_body(tools=[TOOL])) as stream,
    ):
        async for text in stream.text_stream:
            said.append(text)  # noqa: PERF401  # what came before an error must stand
        return await stream.get_final_message()


def fail(api: MessagesApi, fault: Fault) -> tuple[Exception, str]:
    """What the SDK raises, and the text that arrived before."""
    api.script((fault, "one two three four five"))
    said: list[str] = []
    with pytest.raises((anthropic.APIError, httpx2.HTTPError, ValueError)) as caught:
        asyncio.run(read(api, said))
    return caught.value, "".join(said)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (402, anthropic.PaymentRequiredError, "billing_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.ContentTooLargeError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (503, anthropic.ServiceUnavailableError, "api_error"),
        (504, anthropic.GatewayTimeoutError, "timeout_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
    ],
)
def test_a_status_is_the_error_of_its_class(
    api: MessagesApi, status: int, error: type[anthropic.APIStatusError], kind: str
) -> None:
    raised, _ = fail(api, Status(status, "No."))

    assert isinstance(raised, error)
    assert (kind, "No.") == (raised.type, raised.api_message)
    assert raised.request_id


def test_a_rate_limit_says_when_to_come_back(api: MessagesApi) -> None:
    with_header, _ = fail(api, Status(429, retry_after=3600, should_retry=False))
    without, _ = fail(api, Status(429))

    assert isinstance(with_header, anthropic.RateLimitError)
    assert isinstance(without, anthropic.RateLimitError)
    assert "3600" == with_header.response.headers["retry-after"]
    assert "false" == with_header.response.headers["x-should-retry"]
    assert "retry-after" not in without.response.headers


def test_a_spend_limit_has_its_code(api: MessagesApi) -> None:
    raised, _ = fail(api, Status(429, error_code="enforced_spend_limit_reached"))

    assert isinstance(raised, anthropic.RateLimitError)
    assert "enforced_spend_limit_reached" == raised.error_code


async def test_faults_are_for_one_request_each(api: MessagesApi) -> None:
    api.fail(Status(529, retry_after=0.01), Status(500, retry_after=0.01))
    api.answer("At last.")

    assert "At last." == (await read(api, [], retries=2)).content[0].to_dict()["text"]
    assert [529, 500, 200] == [recorded.status for recorded in api.messages]
    assert ["0", "1", "2"] == [recorded.headers["x-stainless-retry-count"] for recorded in api.messages]


def test_a_page_is_no_json(api: MessagesApi) -> None:
    raised, _ = fail(api, Html(502))

    assert isinstance(raised, anthropic.InternalServerError)
    assert (502, None) == (raised.status_code, raised.type)


def test_a_dropped_connection_is_a_connection_error(api: MessagesApi) -> None:
    raised, _ = fail(api, Drop())

    assert isinstance(raised, anthropic.APIConnectionError)


def test_an_error_event_comes_after_a_good_status(api: MessagesApi) -> None:
    raised, said = fail(api, ErrorEvent(after=2))

    assert isinstance(raised, anthropic.APIStatusError)
    assert (200, "overloaded_error") == (raised.status_code, raised.type)
    assert "one two " == said


def test_an_error_event_without_a_stream_is_a_status(api: MessagesApi) -> None:
    api.fail(ErrorEvent())

    assert (529, "overloaded_error") == (
        (seen := send(api.url, make_body())).status,
        seen.body["error"]["type"],
    )


def test_a_cut_connection_breaks_the_read(api: MessagesApi) -> None:
    raised, said = fail(api, Cut(after=2))

    assert isinstance(raised, httpx2.ReadError)
    assert "one two " == said


def test_a_cut_before_the_first_text_leaves_nothing(api: MessagesApi) -> None:
    raised, said = fail(api, Cut(after=0))

    assert (True, "") == (isinstance(raised, httpx2.ReadError), said)


@pytest.mark.parametrize("fault", [Cut(), EndEarly()])
def test_a_body_without_a_stream_breaks_off(api: MessagesApi, fault: Fault) -> None:
    api.fail(fault)

    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        send(api.url, make_body())


async def test_a_stream_that_just_ends_is_no_error_but_has_no_stop_reason(api: MessagesApi) -> None:
    api.script((EndEarly(after=2), "one two three four five"))
    said: list[str] = []
    message = await read(api, said)

    assert ("one two ", None) == ("".join(said), message.stop_reason)


def test_a_data_line_that_is_no_json(api: MessagesApi) -> None:
    raised, said = fail(api, BadJson(after=2))

    assert isinstance(raised, ValueError)
    assert "one two " == said


def test_a_body_that_is_no_json(api: MessagesApi) -> None:
    api.fail(BadJson())
    seen = send(api.url, make_body())

    with pytest.raises(ValueError, match="Expecting"):
        assert seen.body


async def test_a_tool_input_that_is_no_json(api: MessagesApi) -> None:
    api.script((BadToolInput(), Reply((tool_use_block("search", {"query": "x"}),))))

    with pytest.raises(ValueError, match="JSON"):
        await read(api, [])


async def test_an_unknown_event_changes_nothing(api: MessagesApi) -> None:
    api.script((UnknownEvent(after=2), "one two three four five"))

    assert "one two three four five" == (await read(api, [])).content[0].to_dict()["text"]


def test_a_fault_after_the_last_delta_still_comes_before_the_end(api: MessagesApi) -> None:
    raised, said = fail(api, Cut(after=99))

    assert (True, "one two three four five") == (isinstance(raised, httpx2.ReadError), said)


def test_a_slow_start_waits_for_its_release(api: MessagesApi) -> None:
    api.fail(SlowStart())
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(send(api.url, make_body()).status))
    thread.start()
    recorded = api.wait_for_request(1)

    assert recorded.status is None
    api.release()
    thread.join(10)
    assert [200] == answers


def test_a_slow_start_may_end_by_itself(api: MessagesApi) -> None:
    api.fail(SlowStart(seconds=0.01))

    assert 200 == send(api.url, make_body()).status


async def test_a_held_stream_goes_on_after_its_release(api: MessagesApi) -> None:
    api.script((Hold(after=2), "one two three four five"))

    async with (
        anthropic.AsyncAnthropic(api_key="any", base_url=api.url) as client,
        client.messages.stream(**make_body()) as stream,
    ):
        texts = aiter(stream.text_stream)
        first = await anext(texts) + await anext(texts)
        api.release()
        assert ("one two ", "three four five") == (first, "".join([text async for text in texts]))


@pytest.mark.parametrize("fault", [Hold(after=1), SlowStart()])
async def test_a_client_that_goes_away_is_noticed(api: MessagesApi, fault: Fault) -> None:
    api.script((fault, Reply((text_block("one two three four five"),))))

    task = asyncio.create_task(read(api, []))
    await asyncio.to_thread(api.wait_for_request, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recorded = api.messages[0]

    assert recorded.disconnected.wait(10)
    assert recorded.finished.wait(10)
    assert isinstance(fault, SlowStart) == (recorded.usage is None)


def test_output_that_was_never_sent_is_not_counted(api: MessagesApi) -> None:
    fail(api, Cut(after=1))
    recorded = api.messages[0]
    assert recorded.finished.wait(10)

    assert 0 < (recorded.usage or {})["output_tokens"] < 6
