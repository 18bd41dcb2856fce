"""What a provider says while it answers one request, in the order in which it says it.

    Started (TextDelta | ThinkingDelta | ToolCallStarted | ToolInputDelta)* Finished

A provider that can't answer raises a `ModelError` instead of going on; once text has arrived it never
raises for a broken stream, but ends with `Finished(stop_reason="interrupted")`, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from foreword.core.tokens import Usage

Json = dict[str, Any]

StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
    "interrupted",
]


@dataclass(frozen=True, slots=True)
class Started:
    """The first byte of the answer: from now on the prefix is readable in the cache.

    `miss_reason` is the API's own cache diagnosis (`cache_miss_reason.type`), or None, and `missed` its estimate of
    the tokens.
    """

    message_id: str
    usage: Usage
    model: str
    miss_reason: str | None = None
    missed: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More of the summary of what the model thinks; never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """The model begins to call a tool; the whole call stands in `Finished.content`."""

    name: str


@dataclass(frozen=True, slots=True)
class ToolInputDelta:
    """More of the JSON text of the call that began last, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the answer.

    `content` are the assistant's blocks as plain JSON, to be echoed without any change.
    `note` explains a stop that is not the usual one, in one line for the user, or is None. `geography` is where the API says
    that it was answered (`usage.inference_geo`), empty where it does not.
    """

    message_id: str
    content: tuple[Mapping[str, Any], ...]
    stop_reason: StopReason
    usage: Usage
    note: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    geography: str = ""


ReplyEvent = Started | TextDelta | ThinkingDelta | ToolCallStarted | ToolInputDelta | Finished
