"""Message Batches of the stand-in: what it takes, what it refuses, and what it says afterwards."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from messages_api import MessagesApi
from messages_api.batches import BATCHES
from messages_api.errors import Json
from messages_api.probe import Seen, base, make_body, send, user


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def create(api: MessagesApi, *requests: Any) -> Seen:  # noqa: ANN401 - also what is no request
    return send(api.url, {"requests": list(requests)}, path=BATCHES)


def request(name: str, **changes: object) -> Json:
    return {"custom_id": name, "params": make_body(**changes)}


def get(api: MessagesApi, path: str = "") -> Seen:
    return send(api.url, None, method="GET", path=f"{BATCHES}{path}")


def results(api: MessagesApi, batch: str) -> dict[str, Json]:
    lines = get(api, f"/{batch}/results").raw.splitlines()
    return {one["custom_id"]: one["result"] for one in map(json.loads, lines)}


def test_a_batch_is_answered_request_by_request(api: MessagesApi) -> None:
    made = create(api, request("a"), request("b", max_tokens=5)).body
    assert {"processing": 2} == {kind: n for kind, n in made["request_counts"].items() if n}
    ended = get(api, f"/{made['id']}").body
    assert ("ended", 2) == (ended["processing_status"], ended["request_counts"]["succeeded"])
    told = results(api, made["id"])
    assert {"a": "end_turn", "b": "max_tokens"} == {
        name: one["message"]["stop_reason"] for name, one in told.items()
    }
    assert "batch" == told["a"]["message"]["usage"]["service_tier"]


def test_results_do_not_come_in_the_order_of_the_requests(api: MessagesApi) -> None:
    made = create(api, request("a"), request("b")).body
    assert ["b", "a"] == list(results(api, made["id"]))


REFUSED: dict[str, tuple[Any, ...]] = {
    "no requests": (),
    "an id with a blank": (request("a b"),),
    "an id that is too long": (request("a" * 65),),
    "the same id twice": (request("a"), request("a")),
    "a stream": (request("a", stream=True),),
    "no params": ({"custom_id": "a"},),
    "another field": ({**request("a"), "priority": 1},),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_batch_that_is_not_valid_is_refused_whole(api: MessagesApi, name: str) -> None:
    assert 400 == create(api, *REFUSED[name]).status
    assert [] == get(api).body["data"]


def test_what_is_wrong_within_one_request_is_its_own_error(api: MessagesApi) -> None:
    made = create(api, request("a", temperature=1), request("b", max_tokens=0), request("c")).body
    told = results(api, made["id"])
    assert {"a": "errored", "b": "errored", "c": "succeeded"} == {n: one["type"] for n, one in told.items()}
    assert "invalid_request_error" == told["a"]["error"]["error"]["type"]


def test_a_prefix_is_read_only_if_it_was_written_before_the_batch(api: MessagesApi) -> None:
    first = create(api, *(request(name, messages=user(base("1h"))) for name in "abc")).body
    unseeded = [
        one["message"]["usage"]["cache_read_input_tokens"] for one in results(api, first["id"]).values()
    ]
    second = create(api, *(request(name, messages=user(base("1h"))) for name in "abc")).body
    seeded = [
        one["message"]["usage"]["cache_read_input_tokens"] for one in results(api, second["id"]).values()
    ]
    assert ([0, 0, 0], True) == (unseeded, all(seeded))


def test_a_held_batch_is_in_progress_until_it_is_finished_or_cancelled(api: MessagesApi) -> None:
    api.batches.holds = True
    one, other = (create(api, request("a")).body["id"] for _ in range(2))
    assert 404 == get(api, f"/{one}/results").status
    assert "in_progress" == get(api, f"/{one}").body["processing_status"]
    cancelled = send(api.url, {}, path=f"{BATCHES}/{other}/cancel").body
    assert "canceling" == cancelled["processing_status"]
    api.batches.finish()
    assert "succeeded" == results(api, one)["a"]["type"]
    assert {"type": "canceled"} == results(api, other)["a"]
    assert 400 == send(api.url, {}, path=f"{BATCHES}/{one}/cancel").status


def test_batches_are_listed_newest_first_page_by_page(api: MessagesApi) -> None:
    ids = [create(api, request("a")).body["id"] for _ in range(3)]
    page = get(api, "?limit=2").body
    assert (ids[:0:-1], True) == ([one["id"] for one in page["data"]], page["has_more"])
    rest = get(api, f"?limit=2&after_id={page['last_id']}").body
    assert (ids[:1], False) == ([one["id"] for one in rest["data"]], rest["has_more"])


def test_another_workspace_does_not_see_a_batch() -> None:
    with MessagesApi(workspaces={"other": "wrkspc_other"}) as api:
        made = create(api, request("a")).body
        headers = {"authorization": "Bearer other", "anthropic-version": "2026-10-21"}
        seen = send(api.url, None, method="GET", path=f"{BATCHES}/{made['id']}", headers=headers)
        assert 404 == seen.status


def test_batches_cost_half(api: MessagesApi) -> None:
    send(api.url, make_body())
    create(api, request("a"))
    assert api.cost() / 2 == pytest.approx(api.batch_cost())


def test_a_client_that_is_gone_in_the_middle_of_its_body_breaks_nothing(api: MessagesApi) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        head = (
            f"POST {BATCHES} HTTP/1.1\r\nhost: {host}\r\nx-api-key: any\r\nanthropic-version: 2026-10-21\r\n"
        )
        connection.sendall(f'{head}content-length: 1000\r\n\r\n{{"requests": ['.encode())
    api.wait_for_any(1).finished.wait(10)
    assert [] == get(api).body["data"]
