"""Why an answer stopped, in one line for the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foreword.core.reply import StopReason

_NOTES: Mapping[str, str] = {
    "max_tokens": "The answer reached its longest allowed length: ask to go on, or raise answer.tokens.",
    "pause_turn": "The API paused a long turn: send the conversation again to go on.",
    "model_context_window_exceeded": (
        "The answer filled the model's context window: start a new chat, or lower context.budget."
    ),
}
_PLAIN: Mapping[str, StopReason] = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "pause_turn": "pause_turn",
    "refusal": "refusal",
    "model_context_window_exceeded": "model_context_window_exceeded",
}


def stop_of(raw: str, *, calls_tools: bool) -> StopReason:
    """The stop reason behind the API's word; an unknown one counts as the end of the turn.

    Some gateways end a turn that calls tools with `end_turn`, or name `tool_use` where there is no call:
    what the content holds decides between these two.
    """
    stop = _PLAIN.get(raw, "end_turn")
    if stop in {"end_turn", "tool_use"}:
        return "tool_use" if calls_tools else "end_turn"
    return stop


def note_of(raw: str, details: Mapping[str, Any]) -> str | None:
    """What the user should know about the API's stop reason, or None for a usual one."""
    if raw == "refusal":
        return _refusal(details)
    if raw not in _PLAIN:
        return f"The answer stopped for a reason that this version does not know ({raw})."
    return _NOTES.get(raw)


def _refusal(details: Mapping[str, Any]) -> str:
    category = details.get("category")
    about = f" (category: {category})" if category else ""
    return f"The model declined to answer{about}: ask in another way, or choose another model."
