from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ask_driver import Asker, body_of, text_of
from foreword.core.errors import (
    ContextTooLarge,
    CredentialsError,
    ModelError,
    ModelUnavailable,
    RequestRejected,
)
from foreword.core.reply import Finished, ReplyEvent, Started
from foreword.model.provider import open_provider
from foreword.model.tool_definitions import tool_definitions
from messages_api import (
    BadJson,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Foreign,
    Hold,
    Html,
    MessagesApi,
    Reply,
    SlowStart,
    thinking_block,
    tool_use_block,
)
from messages_api.faults import Fault, Status

LONG = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Status(400), RequestRejected, "rejects the request"),
        (Status(401), CredentialsError, "does not accept the credentials from the key that was given"),
        (Status(402), CredentialsError, "can't be billed"),
        (Status(403), CredentialsError, "use claude-sonnet-5-5"),
        (Status(404), RequestRejected, "does not know the model 'claude-sonnet-5-5': choose another"),
        (Status(412, kind="invalid_request_error"), RequestRejected, "rejects the request"),
        (Status(413), ContextTooLarge, "lower context.budget"),
        (Status(422, kind="a_new_error"), RequestRejected, "rejects the request"),
        (Status(431, kind="invalid_request_error"), RequestRejected, "rejects the request"),
        (Status(400, kind="exceed_context_size_error"), ContextTooLarge, "too large for claude-sonnet-5-5"),
        (Status(429, error_code="enforced_spend_limit_reached"), ModelUnavailable, "spend limit"),
        (Status(429, error_code="contract_spend_limit_reached"), ModelUnavailable, "spend limit"),
        (Status(402, error_code="linked_organization_spend_limit_reached"), ModelUnavailable, "spend limit"),
        (Status(529, should_retry=False), ModelUnavailable, "is overloaded"),
        (Html(404), RequestRejected, "no Messages API (HTTP 404 502 Bad Gateway): check model.url"),
        (Html(200), RequestRejected, "did not answer with a stream of events: check model.url"),
    ],
)
def test_what_asking_again_can_t_help_fails_at_once_and_says_what_to_do(
    api: MessagesApi, asker: Asker, fault: Fault, kind: type[ModelError], says: str
) -> None:
    api.fail(fault)
    error = asker.fail()
    assert kind is type(error)
    assert says in str(error)
    assert ([], 1) == (asker.pauses, len(api.messages))


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Status(408, kind="a_new_error"), "has trouble"),
        (Status(409), "has trouble"),
        (Status(429), "limits the rate of requests"),
        (Status(429, error_code="ramp_limit_exceeded"), "grows faster"),
        (Status(500), "has trouble"),
        (Status(501, kind="api_error"), "has trouble"),
        (Status(503), "has trouble"),
        (Status(504), "has trouble"),
        (Status(529), "is overloaded: try again in a minute, or choose another model"),
        (Html(502), "has trouble (HTTP 502 Bad Gateway)"),
        (Drop(), "Can't reach"),
    ],
)
def test_passing_trouble_is_met_by_asking_again_and_then_given_up(
    api: MessagesApi, asker: Asker, fault: Fault, says: str
) -> None:
    api.script(fault, "Here I am.")
    assert "Here I am." == text_of(asker.ask())
    assert [0.5] == asker.pauses
    api.fail(*[fault] * 4)
    error = asker.fail()
    assert ModelUnavailable is type(error)
    assert says in str(error)
    assert [0.5, 0.5, 1.0, 2.0] == asker.pauses


def test_the_number_of_attempts_is_a_setting(api: MessagesApi, asker: Asker) -> None:
    api.fail(Status(529), Status(529))
    asker.fail(max_attempts=2)
    assert ([0.5], 2) == (asker.pauses, len(api.messages))


def test_the_api_s_own_wait_is_obeyed_while_it_fits(api: MessagesApi, asker: Asker) -> None:
    api.script(Status(429, retry_after=7), "Here.")
    assert "Here." == text_of(asker.ask())
    assert [7.0] == asker.pauses


def test_an_hour_s_wait_fails_at_once_and_says_how_long(api: MessagesApi, asker: Asker) -> None:
    api.fail(Status(429, retry_after=3600))
    error = asker.fail()
    assert ModelUnavailable is type(error)
    assert "limits the rate of requests; the API asks to wait 60 min: try again then" in str(error)
    assert [] == asker.pauses


def test_a_wrong_key_names_the_variable_it_came_from(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "wrong")
    asker.key, asker.environ = None, {"ANTHROPIC_API_KEY": "wrong"}
    error = asker.fail()
    assert CredentialsError is type(error)
    assert "the credentials from ANTHROPIC_API_KEY" in str(error)
    assert "wrong" not in str(error)


async def test_without_a_key_the_error_says_how_to_set_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ = {"HOME": str(tmp_path), "ANTHROPIC_BASE_URL": "http://192.0.2.1"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    async with open_provider("anthropic", environ=environ) as provider:
        with pytest.raises(CredentialsError) as caught:
            await anext(provider.stream(body_of()))
    assert "There is no API key: set ANTHROPIC_API_KEY, or use --provider offline." == str(caught.value)


def test_a_refused_connection_asks_whether_the_url_is_right(asker: Asker) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        asker.url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        error = asker.fail(max_attempts=1)
    assert ModelUnavailable is type(error)
    assert f"Can't reach {asker.url}" in str(error)
    assert "ANTHROPIC_BASE_URL" in str(error)


def test_an_answer_that_does_not_begin_is_given_up(api: MessagesApi, asker: Asker) -> None:
    api.fail(SlowStart())
    error = asker.fail(first_event=0.2)
    assert ModelUnavailable is type(error)
    assert "did not begin to answer within 1 s" in str(error)
    assert 1 == len(api.messages)


def test_a_lone_surrogate_is_refused_before_it_is_sent(api: MessagesApi, asker: Asker) -> None:
    error = asker.fail(body_of("caf\udce9"))
    assert RequestRejected is type(error)
    assert [] == api.requests


def test_a_body_that_the_api_refuses_quotes_its_reason(asker: Asker) -> None:
    error = asker.fail(body_of(temperature=1))
    assert RequestRejected is type(error)
    assert "temperature" in str(error)
    assert "[request req_" in str(error)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ErrorEvent(), "is overloaded"),
        (ErrorEvent(kind="api_error"), "has trouble"),
        (Cut(after=2), "the connection broke"),
        (EndEarly(), "closed early"),
        (BadJson(), "no JSON"),
    ],
)
def test_a_stream_that_breaks_keeps_what_arrived(
    api: MessagesApi, asker: Asker, fault: Fault, says: str
) -> None:
    api.script((fault, LONG))
    events = asker.ask()
    last = events[-1]
    assert isinstance(last, Finished)
    assert "interrupted" == last.stop_reason
    assert says in (last.note or "")
    assert (last.note or "").endswith("; the part that arrived is kept.")
    assert LONG.startswith(text_of(events))
    assert ({"type": "text", "text": text_of(events)},) == last.content
    assert last.usage.prompt > 0
    assert 1 == len(api.messages)


def test_a_stream_that_falls_silent_is_ended(api: MessagesApi, asker: Asker) -> None:
    api.script((Hold(), LONG))
    events = asker.ask(first_event=1.0, silence=1.0)
    assert isinstance(events[-1], Finished)
    assert "nothing more arrived in time" in (events[-1].note or "")
    assert text_of(events)


def test_the_deadline_ends_a_stream_and_keeps_what_arrived(api: MessagesApi, asker: Asker) -> None:
    api.script((Hold(), LONG))
    events = asker.ask(deadline=1.5)
    assert isinstance(events[-1], Finished)
    assert "longer than 2 s (model.deadline)" in (events[-1].note or "")
    assert text_of(events)


@pytest.mark.parametrize("fault", [ErrorEvent(after=3), EndEarly(after=3), Cut(after=3)])
def test_half_a_tool_call_is_not_echoed(api: MessagesApi, asker: Asker, fault: Fault) -> None:
    api.script((fault, Reply((tool_use_block("search", {"query": "a long query"}),))))
    finished = asker.finish(body_of(tools=tool_definitions("native")))
    assert ("interrupted", ()) == (finished.stop_reason, finished.content)


def test_thinking_without_its_signature_is_not_echoed(api: MessagesApi, asker: Asker) -> None:
    api.script((EndEarly(after=2), Reply((thinking_block(LONG),))))
    finished = asker.finish(body_of(thinking={"type": "adaptive", "display": "summarized"}))
    assert ("interrupted", ()) == (finished.stop_reason, finished.content)


async def test_a_stream_that_breaks_before_any_content_is_an_error_after_its_start(
    api: MessagesApi, asker: Asker
) -> None:
    api.script((EndEarly(after=0), Reply(())))
    seen: list[ReplyEvent] = []

    async def run() -> None:
        async with asker.provider() as provider:
            async for event in provider.stream(body_of()):
                seen.append(event)  # noqa: PERF401 - what was seen before the error is the point

    with pytest.raises(ModelUnavailable, match="closed early: ask again"):
        await run()
    assert isinstance(seen[0], Started)
    assert 1 == len(api.messages)


async def test_counting_and_warming_fail_with_the_same_words(api: MessagesApi, asker: Asker) -> None:
    async def warm() -> None:
        async with asker.provider() as provider:
            await provider.warm(body_of())

    api.fail(Status(529), Status(401))
    with pytest.raises(CredentialsError, match="does not accept"):
        await warm()
    assert [0.5] == asker.pauses
    api.fail(*[BadJson()] * 4)
    with pytest.raises(ModelUnavailable, match="no JSON"):
        await warm()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"message": "no such deployment"}', "no such deployment"),
        (b'{"detail": "no such route"}', "no such route"),
        (b'{"detail": [{"loc": ["body", "max_tokens"], "msg": "must be positive"}]}', "must be positive"),
        (b'{"error": "model not loaded"}', "model not loaded"),
        (b'{"error": {"error": {"message": "nested twice"}}}', "nested twice"),
        (b'{"errors": ["one thing", {"title": "another"}]}', "one thing; another"),
        (b"plain words", "plain words"),
        (b"<html><head><title>400 Bad &amp; ugly</title></head></html>", "HTTP 400 Bad & ugly"),
        (b"<html><body>no title</body></html>", "HTTP 400"),
        (b"{}", "HTTP 400"),
        (b"[]", "HTTP 400"),
        (b"", "HTTP 400"),
    ],
)
def test_the_reason_of_an_error_is_quoted_whatever_its_shape(
    api: MessagesApi, asker: Asker, body: bytes, reason: str
) -> None:
    api.fail(Foreign(400, body))
    assert f"rejects the request: {reason}." in str(asker.fail())


@pytest.mark.parametrize("status", [429, 500, 529])
def test_an_error_of_a_gateway_that_has_tried_itself_is_not_tried_again(
    api: MessagesApi, asker: Asker, status: int
) -> None:
    api.fail(Foreign(status, b'{"error": {"message": "upstream failed 3 times", "type": "api_error"}}'))
    asker.fail()
    assert ([], 1) == (asker.pauses, len(api.messages))


@pytest.mark.parametrize(
    "fault", [Foreign(503, b"busy"), Foreign(429, b"{}", headers=(("retry-after", "1"),))]
)
def test_a_plain_proxy_and_who_asks_to_wait_are_asked_again(
    api: MessagesApi, asker: Asker, fault: Fault
) -> None:
    api.fail(fault)
    assert "end_turn" == asker.finish().stop_reason
    assert 2 == len(api.messages)
