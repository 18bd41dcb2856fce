"""Signatures of thinking blocks, and what happens when a block comes back somewhere else.

    signature = text digest . prefix digest . workspace digest

The text must be unchanged on every model. On models that bind thinking, everything before the message
must be what it was when the block was made (cache marks apart); some also bind it to the account.
"""

from __future__ import annotations

import base64
import hashlib
import json

from messages_api.errors import ApiError, Json, invalid
from messages_api.models import Model
from messages_api.prompt import Prompt, blocks_of

SALT = "known to the service alone"
THINKING = frozenset({"thinking", "redacted_thinking"})


def sign(text: str, bound: str, workspace: str) -> str:
    """The signature of a thinking block whose visible part is `text` after the prefix `bound`."""
    parts = [_digest(text), _digest(bound), _digest(workspace)]
    return base64.b64encode(json.dumps(parts).encode()).decode()


def check_echoes(body: Json, model: Model, prompt: Prompt, workspace: str) -> None:
    """Every thinking block that comes back is unmodified and in its place.

    Raises:
        ApiError: 400.
    """
    for number, message in enumerate(body["messages"]):
        for index, block in enumerate(blocks_of(message["content"])):
            if block["type"] == "thinking":
                bound = prompt.bound_before(number)
                _check_block(block, model, bound, workspace, f"messages.{number}.content.{index}")
    if (body.get("thinking") or {}).get("type") == "enabled":
        _check_tool_loop(body["messages"])


def _check_block(block: Json, model: Model, bound: str, workspace: str, place: str) -> None:
    text, prefix, account = _parts(block["signature"], place)
    if text != _digest(block["thinking"]):
        raise _invalid_signature(place)
    is_elsewhere = model.binds_thinking and prefix != _digest(bound)
    is_foreign = model.binds_account and account != _digest(workspace)
    if is_elsewhere or is_foreign:
        raise invalid(
            f"{place}: Invalid signature in thinking block. The block is bound to a different conversation "
            "prefix: `system`, `tools` or an earlier message changed."
        )


def _check_tool_loop(messages: list[Json]) -> None:
    """With manual thinking, the message whose calls are being answered starts with its thinking."""
    last = blocks_of(messages[-1]["content"])[0]
    if last["type"] != "tool_result":
        return
    first = blocks_of(messages[-2]["content"])[0]["type"]
    if first not in THINKING:
        raise invalid(
            f"messages.{len(messages) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
            f"`{first}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block."
        )


def _parts(signature: str, place: str) -> tuple[str, str, str]:
    try:
        text, prefix, account = json.loads(base64.b64decode(signature, validate=True))
    except (ValueError, TypeError) as error:
        raise _invalid_signature(place) from error
    return str(text), str(prefix), str(account)


def _invalid_signature(place: str) -> ApiError:
    return invalid(f"{place}: Invalid `signature` in `thinking` block")


def _digest(text: str) -> str:
    return hashlib.sha256(f"{SALT}\0{text}".encode()).hexdigest()[:24]
