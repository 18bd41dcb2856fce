"""An answer as server-sent events.

    message_start (content_block_start content_block_delta* content_block_stop)* message_delta message_stop

`ping` comes once, after the first block has started.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from messages_api.errors import Json
from messages_api.replies import Answer, fragments

N_DELTAS = 6
BAD_INPUT = '{"path": oops'


@dataclass(frozen=True, slots=True)
class Event:
    """One event; its name is also its `type`."""

    name: str
    body: Json

    @property
    def is_delta(self) -> bool:
        """Whether it carries a part of a block."""
        return self.name == "content_block_delta"

    def encode(self) -> bytes:
        """The event on the wire."""
        text = json.dumps({"type": self.name, **self.body}, ensure_ascii=False)
        return f"event: {self.name}\ndata: {text}\n\n".encode()


def stream_events(message: Json, answer: Answer, *, breaks_input: bool = False) -> Iterator[Event]:
    """All events of a whole answer; `message` is what a request without streaming would get."""
    usage = message["usage"]
    start = {**message, "content": [], "stop_reason": None, "stop_sequence": None, "stop_details": None}
    start["usage"] = {**usage, "output_tokens": min(1, usage["output_tokens"])}
    yield Event("message_start", {"message": start})
    for index, block in enumerate(answer.content):
        yield Event("content_block_start", {"index": index, "content_block": _opening(block)})
        if index == 0:
            yield Event("ping", {})
        for delta in _deltas(block, breaks_input=breaks_input):
            yield Event("content_block_delta", {"index": index, "delta": delta})
        yield Event("content_block_stop", {"index": index})
    stop = {
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": answer.stop_details,
    }
    total = {name: value for name, value in usage.items() if name != "cache_creation"}
    yield Event("message_delta", {"delta": stop, "usage": total})
    yield Event("message_stop", {})


def _opening(block: Json) -> Json:
    empty: dict[str, Json] = {
        "text": {"text": ""},
        "thinking": {"thinking": "", "signature": ""},
        "tool_use": {"input": {}},
        "server_tool_use": {"input": {}},
    }
    return {**block, **empty.get(block["type"], {})}


def _deltas(block: Json, *, breaks_input: bool) -> Iterator[Json]:
    match block["type"]:
        case "text":
            for part in fragments(block["text"], N_DELTAS):
                yield {"type": "text_delta", "text": part}
        case "thinking":
            for part in fragments(block["thinking"], N_DELTAS):
                yield {"type": "thinking_delta", "thinking": part}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use" | "server_tool_use":
            text = BAD_INPUT if breaks_input else json.dumps(block["input"], ensure_ascii=False)
            yield {"type": "input_json_delta", "partial_json": ""}
            for part in fragments(text, N_DELTAS):
                yield {"type": "input_json_delta", "partial_json": part}
