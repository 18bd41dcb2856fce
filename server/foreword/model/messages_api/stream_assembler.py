"""One streamed answer, put together from the raw events of the Messages API, with its usage in disjoint buckets.

In go the events as JSON objects, in the order of the wire; out come `ReplyEvent`s. The content blocks are
kept as they came, unknown fields included, because they are echoed in the next
request: https://platform.claude.com/docs/en/build-with-claude/streaming. Events and deltas of unknown type
are ignored. Nothing here reads from a connection.

What is echoed must be acceptable (see `echo`), and a finished answer holds tool calls only where the stop reason is
`tool_use` or `pause_turn`. Text is given on as Unicode: half a surrogate pair waits for the other half.

`input_tokens` are those after the last breakpoint; writes are split by time to live where the API says so
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching). In a stream the numbers are cumulative,
and a later event may name only some of them, or zeros where a gateway does not know: the last word counts that makes the
prompt no smaller.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from foreword.core.documents.text import well_formed
from foreword.core.reply import (
    Finished,
    Json,
    ReplyEvent,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCallStarted,
    ToolInputDelta,
)
from foreword.core.tokens import Usage
from foreword.model.echo import INVALID_JSON, TOOL_BLOCKS, clean_object, echoes_of
from foreword.model.messages_api.api_errors import note_of, stop_of


class _Block:
    """A content block under way: its opening as it came, and the pieces that followed."""

    def __init__(self, opening: Json) -> None:
        self.opening = opening
        self.pieces: dict[str, list[Any]] = {}
        self.is_complete = False

    def add(self, field: str, piece: object) -> None:
        self.pieces.setdefault(field, []).append(piece)

    def as_json(self) -> Json:
        """The block as it is echoed."""
        block = dict(self.opening)
        for field, pieces in self.pieces.items():
            if field == "input":
                block[field] = _tool_input("".join(pieces), block.get(field))
            elif field == "citations":
                before = block.get(field)
                # A block may open with citations and get more by deltas.
                block[field] = [*(before if isinstance(before, list) else ()), *pieces]
            else:
                opened = block.get(field)
                block[field] = (opened if isinstance(opened, str) else "") + "".join(pieces)
        return block


class Assembly:
    """Feed it the events of one stream; then ask it for the end, whole or interrupted."""

    def __init__(self) -> None:
        self.is_over = False
        self._message: Json = {}
        self._blocks: list[_Block] = []
        self._open_blocks: dict[int, _Block] = {}
        self._half = ""
        self._counts: dict[str, int] = {}
        self._stop = ""
        self._details: Json = {}
        self._geography = ""

    @property
    def has_content(self) -> bool:
        """Whether anything of the answer itself has arrived."""
        return bool(self._blocks)

    @property
    def is_stopped(self) -> bool:
        """Whether the API has said why the answer stops; what is lost after that does not matter."""
        return bool(self._stop)

    def feed(self, event: Mapping[str, Any]) -> tuple[ReplyEvent, ...]:
        """What one raw event means for the user; mostly one event or none."""
        match event.get("type"):
            case "message_start":
                return self._start(_mapping(event.get("message")))
            case "content_block_start":
                return self._open(_index(event), _mapping(event.get("content_block")))
            case "content_block_delta":
                return self._extend(_index(event), _mapping(event.get("delta")))
            case "content_block_stop":
                self._close(_index(event))
            case "message_delta":
                self._conclude(_mapping(event.get("delta")), event.get("usage"))
            case "message_stop":
                self.is_over = True
        return ()

    def finish(self, trouble: str) -> Finished:
        """The end of the answer. `trouble` says what happened where the stream broke off before its stop reason."""
        # No reason to stop was told: the stream broke off, whatever the blocks look like.
        if not self._stop:
            return self._ended("interrupted", f"{trouble}; the part that arrived is kept.")
        # Only calls that are ours to carry out; those of server tools are done already.
        calls_tools = any(block.opening.get("type") == "tool_use" for block in self._blocks)
        stop = stop_of(self._stop, calls_tools=calls_tools)
        return self._ended(stop, note_of(self._stop, self._details))

    def _ended(self, stop: StopReason, note: str | None) -> Finished:
        kept = (block.as_json() for block in self._blocks if _is_kept(block, stop))
        return Finished(
            message_id=_string(self._message.get("id")),
            content=tuple(echoes_of(kept)),
            stop_reason=stop,
            usage=usage_of(self._counts),
            note=note,
            details=self._details,
            geography=self._geography,
        )

    def _start(self, message: Json) -> tuple[ReplyEvent, ...]:
        self._message = message
        self._count(message.get("usage"))
        miss = _mapping(_mapping(message.get("diagnostics")).get("cache_miss_reason"))
        reason, missed = miss.get("type"), miss.get("cache_missed_input_tokens")
        return (
            Started(
                message_id=_string(message.get("id")),
                usage=usage_of(self._counts),
                model=_string(message.get("model")),
                miss_reason=_string(reason) or None,
                missed=missed if is_count(missed) else None,
            ),
        )

    def _count(self, usage: object) -> None:
        self._counts = larger(self._counts, counts_of(usage))
        self._geography = _string(_mapping(usage).get("inference_geo")) or self._geography

    def _open(self, index: int, opening: Json) -> tuple[ReplyEvent, ...]:
        self._open_blocks[index] = block = _Block(opening)
        self._blocks.append(block)
        match opening:
            case {"type": "tool_use", "name": str(name)}:
                return (ToolCallStarted(name),)
            case {"type": "text", "text": str(text)}:
                return self._text(text)
            case {"type": "thinking", "thinking": str(text)} if text:
                return (ThinkingDelta(well_formed(text)),)
        return ()

    def _extend(self, index: int, delta: Json) -> tuple[ReplyEvent, ...]:
        if index not in self._open_blocks and delta.get("type") == "text_delta":
            self._open(
                index, {"type": "text", "text": ""}
            )  # an endpoint that does not say that a block begins
        block = self._open_blocks.get(index)
        if block is None:
            return ()
        match delta:
            case {"type": "text_delta", "text": str(text)}:
                block.add("text", text)
                return self._text(text)
            case {"type": "thinking_delta", "thinking": str(text)} if text:
                block.add("thinking", text)
                return (ThinkingDelta(well_formed(text)),)
            case {"type": "signature_delta", "signature": str(signature)}:
                block.add("signature", signature)
            case {"type": "input_json_delta", "partial_json": str(part)}:
                block.add("input", part)
                if block.opening.get("type") == "tool_use" and part:
                    return (ToolInputDelta(well_formed(part)),)
            case {"type": "citations_delta", "citation": citation}:
                block.add("citations", citation)
        return ()

    def _text(self, text: str) -> tuple[ReplyEvent, ...]:
        """More text; the first half of a surrogate pair waits for the second."""
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return (TextDelta(well_formed(text)),) if text else ()

    def _close(self, index: int) -> None:
        if index in self._open_blocks:
            self._open_blocks[index].is_complete = True

    def _conclude(self, delta: Json, usage: object) -> None:
        self._count(usage)
        stop = delta.get("stop_reason")
        if isinstance(stop, str):
            self._stop = well_formed(stop)
            self._details = clean_object(delta.get("stop_details"))


def finished_of(message: Mapping[str, Any]) -> Finished:
    """The end of an answer that came as one whole message, without a stream."""
    whole, content = Assembly(), message.get("content")
    blocks = content if isinstance(content, list) else []
    whole.feed({"type": "message_start", "message": message})
    for index, block in enumerate(blocks):
        whole.feed({"type": "content_block_start", "index": index, "content_block": block})
    whole.feed({"type": "message_delta", "delta": message, "usage": message.get("usage")})
    return whole.finish("The answer ended without a reason")


def _is_kept(block: _Block, stop: StopReason) -> bool:
    """Whether the block belongs to an answer that ends so: nobody carries out the calls of another one."""
    kind = block.opening.get("type")
    if kind in TOOL_BLOCKS:
        return stop in {"tool_use", "pause_turn"}
    # Half of a text can go on; half of any other block is refused when it is echoed.
    return kind in ("text", "thinking") or block.is_complete or stop != "interrupted"


def _tool_input(written: str, opening: object) -> Json:
    """A tool call's input from what the model wrote; engines may send it whole in the opening instead."""
    if not written.strip():
        return _mapping(opening)
    try:
        parsed = json.loads(written)
    # A model can write JSON that is nested deeper than Python reads.
    except (ValueError, RecursionError):
        return {INVALID_JSON: written}
    return parsed if isinstance(parsed, dict) else {INVALID_JSON: written}


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str:
    return well_formed(value) if isinstance(value, str) else ""


def _index(event: Mapping[str, Any]) -> int:
    index = event.get("index")
    return index if isinstance(index, int) else 0


_TOTALS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
OUTPUT = "output_tokens"
MAX_COUNT = 1 << 40
"""No request has so many tokens: a larger number is a fault of the endpoint."""
_SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def counts_of(usage: object) -> dict[str, int]:
    """The token counts that a `usage` object holds; fields that are missing, null or strange are left out."""
    if not isinstance(usage, Mapping):
        return {}
    split = usage.get("cache_creation")
    known = {name: usage.get(name) for name in _TOTALS}
    if isinstance(split, Mapping):
        known |= {name: split.get(name) for name in _SPLIT}
    return {name: count for name, count in known.items() if is_count(count)}


def usage_of(counts: Mapping[str, int]) -> Usage:
    """Buckets from counts; writes of unknown time to live are taken for five minutes, the default."""
    write_5m, write_1h = (counts.get(name, 0) for name in _SPLIT)
    # Either may be missing: the total, or its split by time to live.
    written = max(counts.get("cache_creation_input_tokens", 0), write_5m + write_1h)
    return Usage(
        fresh=counts.get("input_tokens", 0),
        write_5m=written - write_1h,
        write_1h=write_1h,
        read=counts.get("cache_read_input_tokens", 0),
        output=counts.get("output_tokens", 0),
    )


def larger(counts: Mapping[str, int], later: Mapping[str, int]) -> dict[str, int]:
    """The counts with what was told later: its word on the prompt, unless that makes the prompt smaller, and the larger output."""
    merged = {**counts, **later}
    # A gateway that does not know the prompt ends with zeros, after the first event had told it.
    if usage_of(merged).prompt < usage_of(counts).prompt:
        merged |= {name: count for name, count in counts.items() if name != OUTPUT}
    return merged | ({OUTPUT: max(counts.get(OUTPUT, 0), merged[OUTPUT])} if OUTPUT in merged else {})


def is_count(value: object) -> TypeGuard[int]:
    """Whether a number can be a number of tokens."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
