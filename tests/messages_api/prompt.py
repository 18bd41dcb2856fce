"""A request's prompt as one list of positions, in the order in which it is cached: tools, system, messages.

    body -> Position* (one for each tool, system block and message block)

Each position knows the digest of everything up to its end, and how many tokens that is. Two chains of
digests run along it: `cached` decides what the cache holds, and also depends on parameters that drop
a part of it; `bound` is what thinking blocks are bound to, and depends on the text alone. Neither sees
`cache_control`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from messages_api.errors import Json
from messages_api.models import Model
from messages_api.tokens import (
    OPENING_TOKENS,
    TOOLS_TOKENS,
    TURN_TOKENS,
    count_block,
    count_text,
    count_tool,
)

CACHEABLE = frozenset(
    {"tool", "text", "image", "document", "search_result", "tool_use", "tool_result"}
    | {"server_tool_use", "web_search_tool_result"}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One block where it stands: `place` is its path in the body, `message` the index of its message."""

    tier: str
    kind: str
    role: str
    place: str
    block: Json
    tokens: int
    message: int = -1


@dataclass(frozen=True, slots=True)
class Position:
    """A piece with everything before it: `tokens` are cumulative, digests too; `ttl` is that of its mark."""

    piece: Piece
    cached: str
    bound: str
    tokens: int
    ttl: str | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """All positions, and `tokens` of the whole prompt with the frame where the answer begins."""

    positions: tuple[Position, ...]
    tokens: int

    def bound_before(self, message: int) -> str:
        """The digest of everything before the message with index `message`."""
        before = [position for position in self.positions if position.piece.message < message]
        return before[-1].bound if before else ""


def mark_of(block: Json) -> Json | None:
    """The cache mark of a block; one on the last part of a tool result is that of the result."""
    own = block.get("cache_control")
    if own is None and block.get("type") == "tool_result" and isinstance(block.get("content"), list):
        own = block["content"][-1].get("cache_control") if block["content"] else None
    return own


def ttl_of(mark: Json | None) -> str | None:
    """`5m` or `1h`, or None without a mark."""
    return None if mark is None else mark.get("ttl") or "5m"


def read_prompt(body: Json, model: Model) -> Prompt:
    """The prompt of a valid `body`; the automatic mark stands on the last block that can carry one."""
    pieces = list(_pieces(body, model))
    automatic = automatic_place(body, pieces)
    seeds = _seeds(body, model)
    positions = []
    cached = bound = tier = ""
    tokens = 0
    for piece in pieces:
        if piece.tier != tier:
            tier = piece.tier
            cached = _digest(cached, seeds[tier])
        text = canonical(piece.block)
        cached = _digest(cached, piece.tier, piece.role, text)
        bound = _digest(bound, piece.tier, piece.role, text)
        tokens += piece.tokens
        ttl = ttl_of(mark_of(piece.block))
        if piece.place == automatic and ttl is None:
            ttl = ttl_of(body["cache_control"])
        positions.append(Position(piece, cached, bound, tokens, ttl))
    return Prompt(tuple(positions), tokens + OPENING_TOKENS)


def automatic_place(body: Json, pieces: list[Piece]) -> str | None:
    """Where the automatic mark stands; pre-warming (`max_tokens` 0) writes at explicit marks only."""
    if body.get("cache_control") is None or body.get("max_tokens") == 0:
        return None
    return next((piece.place for piece in reversed(pieces) if piece.kind in CACHEABLE), None)


def blocks_of(content: str | list[Json]) -> list[Json]:
    """A string is one text block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def canonical(block: Json) -> str:
    """The JSON that is compared: the service knows its own fields in any order, but not a caller's.

    So the order of keys inside a tool's schema or a tool call's input matters.
    """
    known = {key: block[key] for key in sorted(block) if key != "cache_control" and block[key] is not None}
    if isinstance(known.get("content"), list):
        known["content"] = [canonical(part) for part in known["content"]]
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def _pieces(body: Json, model: Model) -> Iterator[Piece]:
    cut = model.piece
    for index, tool in enumerate(body.get("tools") or ()):
        n_tokens = count_tool(tool, cut) + (0 if index else TOOLS_TOKENS)
        yield Piece("tools", "tool", "", f"tools.{index}", tool, n_tokens)
    for index, block in enumerate(blocks_of(body.get("system") or [])):
        yield Piece("system", "text", "", f"system.{index}", block, count_text(block["text"], cut))
    finished = -1 if model.keeps_thinking else _last_question(body["messages"])
    for number, message in enumerate(body["messages"]):
        frame = TURN_TOKENS
        for index, block in enumerate(blocks_of(message["content"])):
            if number < finished and block["type"] in {"thinking", "redacted_thinking"}:
                continue
            place = f"messages.{number}.content.{index}"
            n_tokens = frame + count_block(block, cut)
            yield Piece("messages", block["type"], message["role"], place, block, n_tokens, number)
            frame = 0


def _last_question(messages: list[Json]) -> int:
    """The last user message that is more than tool results: older models forget thinking before it."""
    for number in reversed(range(len(messages))):
        kinds = {block["type"] for block in blocks_of(messages[number]["content"])}
        if messages[number]["role"] == "user" and kinds != {"tool_result"}:
            return number
    return -1


def _seeds(body: Json, model: Model) -> dict[str, str]:
    """What besides the text drops the cache, by tier. An effort or thinking change drops all of it."""
    config = body.get("output_config") or {}
    thinking = body.get("thinking") or {"type": model.thinks}
    choice = body.get("tool_choice") or {}
    parts = [block for message in body["messages"] for block in blocks_of(message["content"])]
    kinds = {block["type"] for block in parts}
    cited = any((block.get("citations") or {}) for block in parts if block["type"] == "document")
    tools = [thinking["type"], thinking.get("budget_tokens"), config.get("effort") or model.effort]
    system = [body.get("speed") or "standard", config.get("format"), cited]
    forced = [choice.get("type", "auto"), choice.get("name"), bool(choice.get("disable_parallel_tool_use"))]
    return {
        "tools": json.dumps(tools),
        "system": json.dumps(tools + system),
        "messages": json.dumps(tools + system + [*forced, "image" in kinds]),
    }


def _digest(*parts: str) -> str:
    text = "\0".join(parts)
    return hashlib.sha256(text.encode()).hexdigest()
