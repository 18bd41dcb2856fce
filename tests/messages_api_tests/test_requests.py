"""Rules of the stand-in for whole requests: keys, versions, bodies, paths, models."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from messages_api import MODELS, MessagesApi, Model
from messages_api.probe import HEADERS, USER, make_body, send


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    narrow = Model("claude-narrow", 512, window=50, max_output=200)
    with MessagesApi(models={**MODELS, narrow.id: narrow}, max_body=100_000) as running:
        yield running


def test_a_prompt_over_the_window_is_too_long(api: MessagesApi) -> None:
    seen = send(api.url, make_body(model="claude-narrow", messages=[{**USER, "content": "word " * 100}]))

    assert (400, "prompt is too long: 208 tokens > 50 maximum") == (seen.status, seen.error)


@pytest.mark.parametrize(
    "model", ["missing-model", "gpt-4o", "claude-3-5-sonnet-20240620", "claude-opus-4-20250514"]
)
def test_an_unknown_or_retired_model_is_not_found(api: MessagesApi, model: str) -> None:
    seen = send(api.url, make_body(model=model))

    assert (404, "not_found_error", f"model: {model}") == (
        seen.status,
        seen.body["error"]["type"],
        seen.error,
    )


def test_a_long_body_is_too_large(api: MessagesApi) -> None:
    seen = send(api.url, make_body(system="x" * 100_000))

    assert (413, "request_too_large") == (seen.status, seen.body["error"]["type"])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "The request body is not valid JSON"),
        (b"[]", "The request body is not a JSON object"),
        (b"\xff", "The request body is not valid JSON"),
        (json.dumps(make_body(system="a \ud800 b")).encode(), "no low surrogate in string"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(api: MessagesApi, raw: bytes, message: str) -> None:
    seen = send(api.url, raw)

    assert 400 == seen.status
    assert message in seen.error


def test_a_pair_of_surrogates_is_a_character(api: MessagesApi) -> None:
    assert 200 == send(api.url, json.dumps(make_body(system="a 🙂 b")).encode()).status


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"authorization": ""}, 401, "x-api-key header is required"),
        ({"authorization": "Basic any"}, 401, "x-api-key header is required"),
        ({"authorization": "Bearer wrong"}, 401, "invalid x-api-key"),
        ({"authorization": "", "x-api-key": "wrong"}, 401, "invalid x-api-key"),
        ({"anthropic-version": "1999-01-01"}, 400, 'anthropic-version: "1999-01-01" is not a valid version'),
    ],
)
def test_a_request_needs_a_key_and_a_version(
    api: MessagesApi, headers: dict[str, str], status: int, message: str
) -> None:
    seen = send(api.url, make_body(), headers={**HEADERS, **headers})

    assert (status, message) == (seen.status, seen.error)
    assert seen.headers["request-id"] == seen.body["request_id"]


def test_a_request_without_version_is_refused(api: MessagesApi) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "anthropic-version"}

    assert "anthropic-version: header is required" == send(api.url, make_body(), headers=headers).error


def test_the_older_key_header_is_accepted(api: MessagesApi) -> None:
    headers = {"x-api-key": "any", "anthropic-version": "2023-06-01"}

    assert 200 == send(api.url, make_body(), headers=headers).status


def test_only_listed_keys_are_accepted_where_there_is_a_list() -> None:
    with MessagesApi(keys={"good"}) as listed:
        assert 401 == send(listed.url, make_body()).status
        assert (
            200 == send(listed.url, make_body(), headers={**HEADERS, "authorization": "Bearer good"}).status
        )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/messages", 405), ("POST", "/v1/complete", 404), ("GET", "/v1/models/missing", 404)],
)
def test_other_paths_and_methods_are_refused(api: MessagesApi, method: str, path: str, status: int) -> None:
    seen = send(api.url, None, method=method, path=path)

    assert (status, "error") == (seen.status, seen.body["type"])


def test_refused_requests_are_listed_apart() -> None:
    with MessagesApi() as own:
        own.script("taken by the valid request")
        send(own.url, make_body(top_k=1))
        seen = send(own.url, make_body())

        assert ["top_k: Extra inputs are not permitted"] == [recorded.error for recorded in own.rejected]
        assert "taken by the valid request" == seen.body["content"][0]["text"]
