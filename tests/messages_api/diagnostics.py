"""Cache diagnostics: where a request departs from the one that it says it follows.

Requests are compared, not cache hits: a request that only appends messages has no divergence.
"""

from __future__ import annotations

from dataclasses import dataclass

from messages_api.errors import Json
from messages_api.models import Model
from messages_api.prompt import Prompt, blocks_of, canonical

OTHER_PARAMETERS = ("thinking", "tool_choice", "output_config")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a request for later comparison: `cached` are the tokens up to its last mark."""

    workspace: str
    model: tuple[str, str]
    tools: tuple[str, ...]
    system: tuple[str, ...]
    messages: tuple[str, ...]
    other: str
    cached: int


def fingerprint(workspace: str, model: Model, body: Json, prompt: Prompt) -> Fingerprint:
    """The comparable parts of a request."""
    return Fingerprint(
        workspace,
        (model.id, body.get("speed") or "standard"),
        tuple(canonical(tool) for tool in body.get("tools") or ()),
        tuple(canonical(block) for block in blocks_of(body.get("system") or [])),
        tuple(_message(message) for message in body["messages"]),
        repr([body.get(name) for name in OTHER_PARAMETERS]),
        max((position.tokens for position in prompt.positions if position.ttl), default=0),
    )


def diagnose(earlier: Fingerprint | None, now: Fingerprint, n_read: int) -> Json | None:
    """The `diagnostics` of the answer: None without a divergence."""
    if earlier is None or earlier.workspace != now.workspace:
        return {"cache_miss_reason": {"type": "previous_message_not_found"}}
    kind = _divergence(earlier, now)
    if kind is None:
        return None
    if kind == "unavailable":
        return {"cache_miss_reason": {"type": kind}}
    missed = max(0, earlier.cached - n_read)
    return {"cache_miss_reason": {"type": kind, "cache_missed_input_tokens": missed}}


def _divergence(earlier: Fingerprint, now: Fingerprint) -> str | None:
    if earlier.model != now.model:
        return "model_changed"
    if earlier.tools != now.tools:
        return "tools_changed"
    if earlier.system != now.system:
        return "system_changed"
    if earlier.messages != now.messages[: len(earlier.messages)]:
        return "messages_changed"
    return "unavailable" if earlier.other != now.other else None


def _message(message: Json) -> str:
    parts = [canonical(block) for block in blocks_of(message["content"])]
    return "\n".join([message["role"], *parts])
