"""The blocks of an assistant's message as the Messages API takes them back in the next request.

Whatever an endpoint sends, an answer must not end its conversation: the API refuses text without a character
that shows, thinking without its signature, a tool call without a usable id, JSON that is none (`NaN`), and text that
is no Unicode. Everything else of a block stays as it came, unknown fields included.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from foreword.core.documents.text import well_formed
from foreword.core.reply import Json

INVALID_JSON = "INVALID_JSON"
"""The only key of a tool call's input that was no JSON object; its value is what the model wrote.

The API's documentation wraps such an input in the same way:
https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
"""

TOOL_BLOCKS = ("tool_use", "server_tool_use")
MAX_DEPTH = 100
"""No input of our tools is nested at all; far deeper JSON can't be written by every library that reads it."""

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_NO_NAME = "unnamed"
_REQUIRED: Mapping[str, str] = {"text": "text", "thinking": "signature", "redacted_thinking": "data"}
"""The field without which a block of this kind is refused."""


def clean_object(value: object) -> Json:
    """A JSON object that can be stored and sent, empty for what is none or is nested too deep."""
    try:
        return _clean(value, MAX_DEPTH) if isinstance(value, dict) else {}
    except _TooDeepError:
        return {}


class _TooDeepError(ValueError):
    """JSON is nested too deep."""


def echoes_of(blocks: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Those of the blocks that can be sent back, in their order, with ids that no other of them has."""
    ids: set[str] = set()
    echoes = [echo for block in blocks if (echo := _echo(block)) is not None]
    for block in echoes:
        if block["type"] in TOOL_BLOCKS:
            # Results name a call by its id: with two of one id the API could not tell whose result it is.
            block["id"] = block["id"] if block["id"] not in ids else _new_id()
            ids.add(block["id"])
    return echoes


def _echo(block: Mapping[str, Any]) -> Json | None:
    kind = block.get("type")
    try:
        if kind in TOOL_BLOCKS:
            return _tool_call(block)
        clean: Json = _clean(dict(block), MAX_DEPTH)
    except _TooDeepError:
        return None
    # Blocks of server tools end in `_tool_result` and belong to a call, without which they are refused.
    required = _REQUIRED.get(str(kind), "tool_use_id" if str(kind).endswith("_tool_result") else None)
    is_whole = required is not None and _is_text(clean.get(required))
    return (
        clean
        # A thinking block needs its text beside the signature, and that text may be empty.
        if is_whole and isinstance(clean.get("thinking", "" if kind != "thinking" else None), str)
        else None
    )


def _tool_call(block: Mapping[str, Any]) -> Json:
    """A call with an id, a name and an input, whatever it came with."""
    given, name, call_id = block.get("input"), block.get("name"), block.get("id")
    try:
        value = _clean(given, MAX_DEPTH) if isinstance(given, dict) else {INVALID_JSON: repr(given)}
    except _TooDeepError:
        value = {INVALID_JSON: "(nested too deep)"}
    return {
        **{key: None if key == "input" else _clean(part, MAX_DEPTH) for key, part in block.items()},
        "id": call_id if isinstance(call_id, str) and _ID.fullmatch(call_id) else _new_id(),
        "name": name if isinstance(name, str) and _NAME.fullmatch(name) else _NO_NAME,
        "input": value,
    }


def _clean(value: Any, depth: int) -> Any:  # noqa: ANN401 - any JSON
    """JSON that every endpoint can read: Unicode, no `NaN` and no infinity."""
    if depth == 0:
        raise _TooDeepError
    match value:
        case str():
            return well_formed(value)
        case dict():
            return {well_formed(str(key)): _clean(inner, depth - 1) for key, inner in value.items()}
        case list():
            return [_clean(inner, depth - 1) for inner in value]
        # Python's JSON writes NaN and Infinity, which are no JSON.
        case float() if not math.isfinite(value):
            return None
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _new_id() -> str:
    return f"toolu_{uuid4().hex}"
