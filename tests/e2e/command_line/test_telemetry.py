"""What a user's collector is told, by every front door; and that no answer waits for it, fails with it, or tells it too much."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.telemetry.telemetry import CLOSE_S, CONTENT
from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, Status, text_block, tool_use_block
from otlp_receiver import OtlpReceiver, collector_before
from server_process import served

Q = "What is a refund, in the words of zanzibar?"
WORDS = b"zanzibar"
ANSWER = "A refund is quixotic."
COLLECTOR = os.environ.get("FOREWORD_TEST_OTEL_COLLECTOR", "")


@pytest.fixture
def collector() -> Iterator[OtlpReceiver]:
    with OtlpReceiver() as running:
        yield running


@pytest.fixture
def told(online: Foreword, collector: OtlpReceiver) -> Foreword:
    """A user who has a collector."""
    return replace(online, more=collector.variables)


def with_variables(user: Foreword, variables: Mapping[str, str]) -> Foreword:
    return replace(user, more={**user.more, **variables})


def test_a_question_is_a_span_with_its_requests_and_tools_inside(
    told: Foreword, api: MessagesApi, shop: GitRepo, collector: OtlpReceiver
) -> None:
    api.script(
        Reply((text_block("Looking."), tool_use_block("search", {"query": "refund"}))),
        ANSWER,
    )
    done = told.ask(shop.path, Q)
    assert 0 == done.code, done
    (question,) = collector.named("invoke_agent foreword")
    requests, tools = collector.named("chat "), collector.named("execute_tool ")
    assert ["chat claude-sonnet-4-6"] * 2 == [one.name for one in requests]
    assert ["execute_tool search"] == [one.name for one in tools]
    assert {question.id} == {one.parent for one in (*requests, *tools)}
    assert {question.trace} == {one.trace for one in (*requests, *tools)}
    assert ("INTERNAL", "CLIENT", "INTERNAL") == (question.kind, requests[0].kind, tools[0].kind)
    assert [] == [one.attributes for one in collector.spans if one.is_error]
    inside = [at for one in (*requests, *tools) for at in (one.start, one.end)]
    assert question.start <= min(inside)
    assert max(inside) <= question.end
    assert ["tool_use"] == requests[0].attributes["gen_ai.response.finish_reasons"]
    assert "cold" == question.attributes["foreword.cache.verdict"]
    assert "https://opentelemetry.io/schemas/1.44.0" in collector.schemas
    assert "foreword" == collector.resources[0]["service.name"]


def test_tokens_and_money_are_those_of_the_receipt(
    told: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    receipt = told.ask(shop.path, Q).answer["receipt"]
    tokens, cost = receipt["tokens"], receipt["cost"]
    (question,) = collector.named("invoke_agent")
    usage = {
        key.removeprefix("gen_ai.usage."): value
        for key, value in question.attributes.items()
        if key.startswith("gen_ai.usage.")
    }
    written = tokens["write5m"] + tokens["write1h"]
    assert usage == {
        "input_tokens": tokens["fresh"] + written + tokens["read"],
        "cache_read.input_tokens": tokens["read"],
        "cache_creation.input_tokens": written,
        "output_tokens": tokens["output"],
    }
    assert cost["total"] == pytest.approx(collector.total("foreword.cost"))
    assert cost["saved"] == pytest.approx(collector.total("foreword.saved"))
    assert tokens["fresh"] == collector.total("foreword.tokens", foreword__bucket="fresh")
    assert written == collector.total("foreword.tokens", foreword__bucket="write_5m") + collector.total(
        "foreword.tokens", foreword__bucket="write_1h"
    )
    assert usage["input_tokens"] == collector.total(
        "gen_ai.client.token.usage", **{"gen_ai.token.type": "input"}
    )
    assert 1 == collector.total("foreword.answers", foreword__cache__verdict="cold")


@pytest.mark.skipif(not COLLECTOR, reason="FOREWORD_TEST_OTEL_COLLECTOR names no rotel-agent")
def test_a_collector_of_others_takes_all_of_it_and_hands_it_on(
    online: Foreword, api: MessagesApi, shop: GitRepo, collector: OtlpReceiver, tmp_path: Path
) -> None:
    api.script(Reply((text_block("Looking."), tool_use_block("search", {"query": "refund"}))), ANSWER)
    with collector_before(collector, COLLECTOR, tmp_path / "collector.log") as variables:
        done = with_variables(online, variables).ask(shop.path, Q)
    assert (0, "") == (done.code, done.err)
    names = [one.name for one in sorted(collector.spans, key=lambda one: one.start)]
    chat = "chat claude-sonnet-4-6"
    assert ["invoke_agent foreword", chat, "execute_tool search", chat] == names
    receipt = done.answer["receipt"]
    assert receipt["cost"]["total"] == pytest.approx(collector.total("foreword.cost"))
    for bucket, tokens in (("fresh", "fresh"), ("read", "read"), ("write_5m", "write5m")):
        assert receipt["tokens"][tokens] == collector.total("foreword.tokens", foreword__bucket=bucket)
    assert {"https://opentelemetry.io/schemas/1.44.0"} == collector.schemas
    assert "foreword" == collector.resources[0]["service.name"]


def test_nothing_is_told_of_what_was_asked_and_shown(
    told: Foreword, api: MessagesApi, shop: GitRepo, collector: OtlpReceiver
) -> None:
    api.script(ANSWER)
    assert 0 == told.ask(shop.path, Q).code
    assert collector.spans
    for text in (WORDS, b"quixotic", b"checkout", str(shop.path.parent).encode(), b"sk-any"):
        assert text not in collector.text


@pytest.mark.parametrize(
    "case",
    [
        ({"FOREWORD_OTEL_CONTENT": "on"}, False),
        ({CONTENT: "true"}, False),
        ({"FOREWORD_OTEL_CONTENT": "on", CONTENT: "false"}, False),
        ({"FOREWORD_OTEL_CONTENT": "on", CONTENT: "true"}, True),
    ],
)
def test_prompts_and_answers_are_told_where_both_switches_say_so(
    told: Foreword,
    api: MessagesApi,
    shop: GitRepo,
    collector: OtlpReceiver,
    case: tuple[dict[str, str], bool],
) -> None:
    variables, expected = case
    api.script(ANSWER)
    with_variables(told, variables).ask(shop.path, Q)
    assert expected == (WORDS in collector.text)
    assert expected == (b"quixotic" in collector.text)


def test_a_project_can_neither_switch_it_on_nor_ask_for_texts(
    online: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    shop.write(".foreword.toml", 'telemetry = "otlp"\notel.content = "on"\n')
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.variables["OTEL_EXPORTER_OTLP_ENDPOINT"]}
    done = with_variables(online, endpoint).ask(shop.path, Q)
    assert 0 == done.code
    assert "can't be set by a project" in done.err
    assert not collector.bodies


def test_a_request_that_fails_is_a_span_that_says_so(
    told: Foreword, api: MessagesApi, shop: GitRepo, collector: OtlpReceiver
) -> None:
    api.fail(Status(400, "zanzibar is no model"))
    assert 5 == told.ask(shop.path, "What?").code
    (question,), (request,) = collector.named("invoke_agent"), collector.named("chat")
    assert question.is_error
    assert request.is_error
    assert "RequestRejected" == request.attributes["error.type"] == question.attributes["error.type"]
    # What an endpoint says may quote what it was sent.
    assert WORDS not in collector.text


def test_a_warm_up_is_a_span_of_its_own(told: Foreword, shop: GitRepo, collector: OtlpReceiver) -> None:
    assert 0 == told.run("warm", "--workspace", str(shop.path)).code
    (request,) = collector.spans
    assert ("chat claude-sonnet-4-6", "warm", b"") == (
        request.name,
        request.attributes["foreword.kind"],
        request.parent,
    )
    assert collector.total("foreword.saved") < 0


def test_each_question_of_a_batch_is_told(told: Foreword, shop: GitRepo, collector: OtlpReceiver) -> None:
    assert 0 == told.batch(shop.path, [{"question": f"Number {n}?"} for n in range(3)]).code
    assert 3 == len(collector.named("invoke_agent"))
    assert 2 == collector.total("foreword.answers", foreword__cache__verdict="hit")


def test_answers_that_come_later_are_counted_once_however_often_they_are_read(
    told: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    (submitted,) = told.batch(shop.path, [{"question": f"{n}?"} for n in range(3)], "--later").answers
    (batch,) = submitted["batches"]
    collector.points.clear()
    answers = told.run("batch", "results", batch, "--workspace", str(shop.path)).answers
    cost = sum(one["receipt"]["cost"]["total"] for one in answers if "receipt" in one)
    assert cost == pytest.approx(collector.total("foreword.cost", foreword__kind="batch"))
    n_bodies = len(collector.bodies)
    told.run("batch", "results", batch, "--workspace", str(shop.path))
    assert n_bodies == len(collector.bodies)


async def test_a_language_server_tells_what_its_editor_asked(
    told: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    told.run("trust", "--workspace", str(shop.path))
    async with served(told) as (editor, _):
        await editor.start([shop.path])
        await editor.command("foreword.ask", question=Q)
        await editor.stop()
    assert 1 == len(collector.named("invoke_agent"))
    assert WORDS not in collector.text


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "telemetry was not exported"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "nowhere"}, "telemetry was not exported"),
        (
            {
                "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "https://127.0.0.1:9",
            },
            "telemetry was not exported",
        ),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "-1"}, "telemetry was not exported"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"),
    ],
)
def test_a_collector_that_is_away_or_wrongly_named_costs_no_answer_and_one_line(
    told: Foreword, api: MessagesApi, shop: GitRepo, variables: dict[str, str], reason: str
) -> None:
    api.script(ANSWER)
    done = with_variables(told, variables).ask(shop.path, Q)
    assert (0, ANSWER) == (done.code, done.answer["text"])
    assert 1 == len(done.err.splitlines()), done.err
    assert reason in done.err


@pytest.mark.parametrize("status", [401, 503])
def test_a_collector_that_refuses_is_told_once(online: Foreword, shop: GitRepo, status: int) -> None:
    with OtlpReceiver(status=status) as collector:
        done = with_variables(online, collector.variables).ask(shop.path, Q)
    assert 0 == done.code
    (line,) = done.err.splitlines()
    assert "telemetry was not exported" in line


def test_a_collector_that_never_answers_is_waited_for_within_a_bound(online: Foreword, shop: GitRepo) -> None:
    with OtlpReceiver(hangs=True) as collector:
        # A bound that it would not meet if it waited for the exporter's own time.
        done = with_variables(
            online, {**collector.variables, "OTEL_EXPORTER_OTLP_TIMEOUT": str(10 * int(PATIENCE))}
        ).ask(shop.path, Q)
    assert 0 == done.code
    assert f"within {CLOSE_S:g} s" in done.err


@pytest.mark.parametrize(
    "case",
    [
        ({"OTEL_SDK_DISABLED": "true"}, False, False),
        ({"OTEL_TRACES_EXPORTER": "none"}, False, True),
        ({"OTEL_METRICS_EXPORTER": "none"}, True, False),
        ({"FOREWORD_TELEMETRY": "off"}, False, False),
    ],
)
def test_the_standard_variables_switch_off_what_they_name(
    told: Foreword,
    shop: GitRepo,
    collector: OtlpReceiver,
    case: tuple[dict[str, str], bool, bool],
) -> None:
    variables, spans, metrics = case
    done = with_variables(told, variables).ask(shop.path, Q)
    assert (0, "") == (done.code, done.err)
    assert (spans, metrics) == (bool(collector.spans), bool(collector.points))


def test_the_standard_variables_name_the_service_and_the_command_line_stays_here(
    told: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    variables = {
        "OTEL_SERVICE_NAME": "desk",
        "OTEL_RESOURCE_ATTRIBUTES": "team=blue",
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "otel,process",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    }
    assert 0 == with_variables(told, variables).ask(shop.path, Q).code
    resource = collector.resources[0]
    assert ("desk", "blue") == (resource["service.name"], resource["team"])
    assert WORDS not in collector.text


def test_what_is_missing_is_said_with_what_installs_it(told: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    # A Python that has no such package.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['opentelemetry.exporter'] = None\n")
    done = with_variables(told, {"PYTHONPATH": str(tmp_path)}).ask(shop.path, Q)
    assert 0 == done.code
    (line,) = done.err.splitlines()
    assert "pip install 'foreword[otel]'" in line


def test_offline_answers_are_told_as_simulated(
    offline: Foreword, shop: GitRepo, collector: OtlpReceiver
) -> None:
    assert 0 == with_variables(offline, collector.variables).ask(shop.path, Q).code
    (question,) = collector.named("invoke_agent")
    assert question.attributes["foreword.simulated"]
    assert "foreword.offline" == question.attributes["gen_ai.provider.name"]
    assert json.dumps(question.attributes)
