"""Names of spans, attributes and metrics.

Those that begin with `gen_ai` are the semantic conventions for generative AI as of schema 1.44.0
(`opentelemetry-semantic-conventions` 0.66b2), all of which are in development:
https://opentelemetry.io/docs/specs/semconv/gen-ai/. Those that begin with `foreword` are our own. What they mean to
a user stands in `server/docs/telemetry.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from foreword.assist.telemetry.records import AnswerRecord, Asked, RequestRecord, ToolRecord
from foreword.core.tokens import Usage
from foreword.model.catalog.provider_info import PROVIDER_INFO, is_own_api

Attribute = str | int | float | bool | tuple[str, ...]
Attributes = dict[str, Attribute]

SCHEMA_URL: Final = "https://opentelemetry.io/schemas/1.44.0"
AGENT: Final = "foreword"
CHAT, INVOKE_AGENT, EXECUTE_TOOL = "chat", "invoke_agent", "execute_tool"

OFFLINE: Final = "foreword.offline"
"""The provider's name where nothing was sent; the conventions know none for that."""

OWN_HOST: Final = "api.anthropic.com"
PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})

USAGE: Final = "gen_ai.client.token.usage"
DURATION: Final = "gen_ai.client.operation.duration"
FIRST_CHUNK: Final = "gen_ai.client.operation.time_to_first_chunk"
TOKENS: Final = "foreword.tokens"
COST: Final = "foreword.cost"
SAVED: Final = "foreword.saved"
ANSWERS: Final = "foreword.answers"

TOKEN_BUCKETS = tuple(4**power for power in range(14))
SECOND_BUCKETS = tuple(0.01 * 2**power for power in range(14))
"""Bounds of the histograms of tokens and seconds, as the conventions advise."""


def place_attributes(asked: Asked) -> Attributes:
    """Who is asked, for what, and where; small in number, so that metrics may have them."""
    return {
        "gen_ai.provider.name": provider_of(asked.provider),
        "gen_ai.request.model": asked.model,
        **_server(asked),
    }


def own_attributes(asked: Asked) -> Attributes:
    """What our own metrics are told apart by."""
    return {
        **place_attributes(asked),
        "foreword.kind": asked.kind,
        "foreword.workspace": asked.workspace,
        "foreword.simulated": asked.simulated,
    }


def answer_attributes(answer: AnswerRecord) -> Attributes:
    """Those of the span of a question."""
    used = sum((one.usage for one in answer.requests if one.usage), Usage())
    cost = sum(one.cost for one in answer.requests)
    saved = sum(one.without_cache for one in answer.requests) - cost
    content = answer.content
    return {
        "gen_ai.operation.name": INVOKE_AGENT,
        "gen_ai.agent.name": AGENT,
        **own_attributes(answer.asked),
        **_usage(used),
        **verdict_attributes(answer.requests),
        "foreword.cost_usd": cost,
        "foreword.saved_usd": saved,
        **_error(answer.error),
        **({} if content is None else _content(content.asked, content.answered)),
    }


def request_attributes(asked: Asked, request: RequestRecord) -> Attributes:
    """Those of the span of one request."""
    told: Attributes = {
        "gen_ai.operation.name": CHAT,
        **own_attributes(asked),
        **({"gen_ai.request.stream": True} if request.is_stream else {}),
        **({"gen_ai.request.max_tokens": request.max_tokens} if request.max_tokens else {}),
        **_error(request.error),
    }
    if request.usage is None:
        return told
    if request.first_at is not None:
        told["gen_ai.response.time_to_first_chunk"] = max(request.first_at - request.started_at, 0.0)
    if request.stop_reason:
        told["gen_ai.response.finish_reasons"] = (request.stop_reason,)
    return {
        **told,
        **({"gen_ai.response.id": request.message_id} if request.message_id else {}),
        **({"gen_ai.response.model": request.answered_by} if request.answered_by else {}),
        **_usage(request.usage),
        **verdict_attributes((request,)),
        "foreword.cost_usd": request.cost,
    }


def tool_attributes(tool: ToolRecord) -> Attributes:
    """Those of the span of one call of a tool."""
    return {
        "gen_ai.operation.name": EXECUTE_TOOL,
        "gen_ai.tool.name": tool.name,
        "gen_ai.tool.call.id": tool.call_id,
        "gen_ai.tool.type": "function",
        **_error("tool_error" if tool.failed else ""),
    }


def metric_tokens(usage: Usage) -> Mapping[str, int]:
    """Tokens by how they are billed, for `foreword.tokens`."""
    return {bucket: n for bucket, n in asdict(usage).items() if n}


def _usage(usage: Usage) -> Attributes:
    # By the conventions the input includes what was read and written.
    return {
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.cache_read.input_tokens": usage.read,
        "gen_ai.usage.cache_creation.input_tokens": usage.written,
        "gen_ai.usage.output_tokens": usage.output,
    }


def verdict_attributes(requests: tuple[RequestRecord, ...]) -> Attributes:
    """What the cache did, by the first request that has a verdict."""
    first = next((one for one in requests if one.verdict), None)
    if first is None:
        return {}
    layer: Attributes = {"foreword.cache.layer": first.layer} if first.layer else {}
    return {"foreword.cache.verdict": first.verdict, **layer}


def _error(kind: str) -> Attributes:
    return {"error.type": kind} if kind else {}


def _content(asked: str, answered: str) -> Attributes:
    def message(role: str, text: str, **more: str) -> str:
        parts = [{"type": "text", "content": text}]
        return json.dumps([{"role": role, "parts": parts, **more}], ensure_ascii=False)

    return {
        "gen_ai.input.messages": message("user", asked),
        "gen_ai.output.messages": message("assistant", answered, finish_reason="stop"),
    }


def provider_of(name: str) -> str:
    """`gen_ai.provider.name` of one of our providers."""
    return PROVIDER_INFO[name].telemetry_name if name in PROVIDER_INFO else OFFLINE


def _server(asked: Asked) -> Attributes:
    if not is_own_api(asked.provider):
        return {}
    parts = urlsplit(asked.endpoint or f"https://{OWN_HOST}")
    try:
        port = parts.port or PORTS.get(parts.scheme, 443)
    except ValueError:
        return {}
    return {"server.address": parts.hostname, "server.port": port} if parts.hostname else {}
