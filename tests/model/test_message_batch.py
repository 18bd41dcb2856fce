from __future__ import annotations

import json

import pytest

from ask_driver import Asker, body_of
from foreword.core.errors import ModelUnavailable, RequestRejected
from foreword.model import message_batch
from foreword.model.message_batch import BatchRequest, split
from messages_api import MessagesApi, Status
from messages_api.replies import Reply, text_block

LINE_SEPARATORS = "one\u2028two\x85three\x0bfour"


def request(name: str, size: int = 1) -> BatchRequest:
    body = {"custom_id": name, "params": body_of("x" * size)}
    return BatchRequest(name, (json.dumps(body).encode(),))


def test_a_batch_holds_no_more_requests_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_batch, "MAX_REQUESTS", 3)
    assert [3, 3, 1] == [len(part) for part in split(request(str(n)) for n in range(7))]


def test_a_batch_takes_no_more_bytes_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_batch, "MAX_BYTES", 4_000)
    requests = [request(str(n), size) for n, size in enumerate((1_000, 1_000, 3_000, 10, 9_000))]
    parts = list(split(requests))
    assert requests == [one for part in parts for one in part]
    assert [2, 2, 1] == [len(part) for part in parts]


async def test_the_body_of_a_batch_is_as_long_as_it_was_said_to_be() -> None:
    with MessagesApi() as api:
        async with Asker(api).provider() as provider:
            state = await provider.batches.create([request("a"), request("b", 50)])
        assert 2 == state.n_requests
        (sent,) = api.requests
        assert (len(sent.raw), None) == (
            int(sent.headers["content-length"]),
            sent.headers.get("transfer-encoding"),
        )


async def test_results_may_hold_every_line_separator_but_the_line_feed() -> None:
    with MessagesApi() as api:
        api.answer_with(Reply((text_block(LINE_SEPARATORS),)))
        async with Asker(api).provider() as provider:
            state = await provider.batches.create([request("a")])
            (outcome,) = [one async for one in provider.batches.results(state.id)]
    assert outcome.finished is not None
    assert LINE_SEPARATORS == outcome.finished.content[-1]["text"]


async def test_a_batch_is_not_sent_twice_by_itself() -> None:
    with MessagesApi() as api:
        api.fail_batches(Status(529), Status(529))
        asker = Asker(api)
        async with asker.provider() as provider:
            with pytest.raises(ModelUnavailable):
                await provider.batches.create([request("a")])
        assert (1, []) == (len(api.requests), asker.pauses)


async def test_a_batch_id_is_no_path() -> None:
    with MessagesApi() as api:
        async with Asker(api).provider() as provider:
            with pytest.raises(RequestRejected):
                await provider.batches.find("../models?x=1")
        (asked,) = api.requests
        assert "/v1/messages/batches/..%2Fmodels%3Fx%3D1" == asked.path


async def test_only_batches_since_a_time_are_listed() -> None:
    with MessagesApi() as api:
        async with Asker(api).provider() as provider:
            made = await provider.batches.create([request("a")])
            listed = [state.id async for state in provider.batches.newest(made.created - 1)]
            none = [state.id async for state in provider.batches.newest(made.created + 60)]
    assert ([made.id], []) == (listed, none)
