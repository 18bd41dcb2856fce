from __future__ import annotations

import pytest
from opentelemetry.semconv._incubating.attributes import (
    error_attributes,
    gen_ai_attributes,
    server_attributes,
)
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.schemas import Schemas

from foreword.assist.telemetry import conventions
from foreword.assist.telemetry.records import (
    AnswerRecord,
    Asked,
    Content,
    RequestRecord,
    ToolRecord,
    workspace_name,
)
from foreword.core.settings import PROVIDERS
from foreword.core.tokens import Usage

ASKED = Asked("ask", "anthropic", "claude-sonnet-5-5", "shop", endpoint="http://localhost:8080/claude")
REQUEST = RequestRecord(
    started_at=100.0,
    ended_at=104.0,
    max_tokens=16_000,
    first_at=101.5,
    usage=Usage(fresh=10, write_5m=20, write_1h=30, read=40, output=5),
    cost=0.25,
    without_cache=1.0,
    message_id="msg_1",
    answered_by="claude-sonnet-5-5-20260928",
    stop_reason="end_turn",
    verdict="changed",
    layer="base",
    error="ModelUnavailable",
    is_stream=True,
)
TOOL = ToolRecord("search", "toolu_1", 102.0, 103.0, failed=True)
ANSWER = AnswerRecord(ASKED, 99.0, 105.0, (REQUEST,), (TOOL,), "LimitError", Content("Why?", "Because."))


def in_release(module: object) -> set[str]:
    return {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


def test_every_name_that_is_not_our_own_is_in_the_release_that_is_pinned() -> None:
    told = {
        *conventions.answer_attributes(ANSWER),
        *conventions.request_attributes(ASKED, REQUEST),
        *conventions.tool_attributes(TOOL),
        "gen_ai.token.type",
    }
    known = set[str]().union(*map(in_release, (gen_ai_attributes, error_attributes, server_attributes)))
    assert set() == {name for name in told if not name.startswith("foreword.")} - known
    metrics = {conventions.USAGE, conventions.DURATION, conventions.FIRST_CHUNK}
    assert set() == metrics - in_release(gen_ai_metrics)


def test_the_schema_is_the_newest_of_that_release() -> None:
    assert conventions.SCHEMA_URL == list(Schemas)[-1].value


def test_every_provider_has_a_name_that_the_conventions_know_but_for_the_one_that_sends_nothing() -> None:
    known = {one.value for one in gen_ai_attributes.GenAiProviderNameValues}
    assert {"foreword.offline"} == {
        conventions.provider_of(name) for name in PROVIDERS if name != "auto"
    } - known


def test_operations_are_those_of_the_conventions() -> None:
    known = {one.value for one in gen_ai_attributes.GenAiOperationNameValues}
    assert {conventions.CHAT, conventions.INVOKE_AGENT, conventions.EXECUTE_TOOL} <= known


def test_input_tokens_include_those_that_were_read_and_written() -> None:
    told = conventions.request_attributes(ASKED, REQUEST)
    assert (100, 40, 50, 5) == tuple(
        told[f"gen_ai.usage.{name}"]
        for name in (
            "input_tokens",
            "cache_read.input_tokens",
            "cache_creation.input_tokens",
            "output_tokens",
        )
    )
    assert 1.5 == told["gen_ai.response.time_to_first_chunk"]


@pytest.mark.parametrize(
    ("endpoint", "provider", "expected"),
    [
        ("", "anthropic", ("api.anthropic.com", 443)),
        ("http://127.0.0.1:4000/v1", "anthropic", ("127.0.0.1", 4000)),
        ("https://user:secret@gateway.example/claude?key=secret", "anthropic", ("gateway.example", 443)),
        ("http://[::1]:99", "anthropic", ("::1", 99)),
        ("http://host:port", "anthropic", (None, None)),
        ("", "bedrock", (None, None)),
    ],
)
def test_the_server_is_told_by_host_and_port_alone(
    endpoint: str, provider: str, expected: tuple[str | None, int | None]
) -> None:
    asked = Asked("ask", provider, "claude-sonnet-5-5", "shop", endpoint=endpoint)
    told = conventions.place_attributes(asked)
    assert expected == (told.get("server.address"), told.get("server.port"))
    assert "secret" not in str(told)


@pytest.mark.parametrize("root", ["/home/ada/shop", "/home/ada/shop/", "C:\\Users\\ada\\shop"])
def test_a_workspace_is_told_by_the_name_of_its_folder(root: str) -> None:
    assert "shop" == workspace_name(root)
