"""The provider's prompt cache as a pure function, for receipts without a provider.

Rules (prompt-caching documentation): an entry is written per mark, named by all that comes before it;
a request reads the longest entry found at a mark or at most 20 positions before one; lifetimes count from
the start of the request and every read renews them; prefixes under the model's minimum are not cached.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foreword.core.documents.media import is_media, media_tokens
from foreword.core.tokens import NOMINAL_RATIO, Usage, weigh

# From the documentation of prompt caching.
LOOK_BACK = 20
_RUNS = frozenset(("tool_use", "tool_result"))
"""A run of blocks of one of these types counts as one position."""


@dataclass(frozen=True, slots=True)
class Position:
    """One block of a request: the digest and weight of everything up to its end, and its mark (seconds) if any.

    `kind` is the type of the block.
    """

    digest: str
    weight: float
    ttl_s: int | None = None
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A cached prefix: until when (seconds of the caller's clock), and for how long a read renews it."""

    expires: float
    ttl_s: int


MediaWeight = Callable[[Mapping[str, Any]], float]
"""What a block with a picture or a PDF weighs, in the characters of `core.tokens.weigh`."""


def nominal_media_weight(block: Mapping[str, Any]) -> float:
    """The weight at a model that looks closely, by the nominal ratio."""
    return media_tokens(block, "high") * NOMINAL_RATIO


def positions_of(
    body: Mapping[str, Any], media_weight: MediaWeight = nominal_media_weight
) -> tuple[Position, ...]:
    """The blocks of a Messages body in cache order: tools, system, messages; marks are not part of a digest."""
    # Each model has a cache of its own, and within it each effort and way of thinking; `display` is none.
    thinking, effort = body.get("thinking", {}).get("type"), body.get("output_config", {}).get("effort")
    plain = thinking if thinking != "adaptive" else None
    running = hashlib.sha256("\0".join(filter(None, [str(body.get("model", "")), plain, effort])).encode())
    blocks = _blocks(body)
    with_pictures = any(block.get("type") == "image" for _, block in blocks)
    weight, found = 0.0, list[Position]()
    for scope, block in blocks:
        # Messages with and without pictures are kept apart; tools and system prompt are not.
        if with_pictures and scope not in {"tool", "system"}:
            running.update(b"pictures\0")
            with_pictures = False
        # To move a mark changes no bytes of the prompt, and what was written under another mark is still
        # found.
        bare = {key: value for key, value in block.items() if key != "cache_control"}
        text = json.dumps(bare, ensure_ascii=False)
        running.update(f"{scope}\0{text}\0".encode())
        weight += (
            media_weight(bare)
            if is_media(bare)
            else weigh(str(bare["text"]) if bare.get("type") == "text" else text)
        )
        found.append(Position(running.hexdigest(), weight, _ttl_of(block), str(block.get("type", scope))))
    return tuple(found)


def simulate(
    entries: Mapping[str, CacheEntry],
    positions: Sequence[Position],
    *,
    now: float,
    ratio: float,
    minimum: int,
) -> tuple[Usage, dict[str, CacheEntry]]:
    """The usage of a request that starts at `now`, and the entries that it leaves written or renewed."""
    tokens = [round(position.weight / ratio) for position in positions]
    marks = [i for i, p in enumerate(positions) if p.ttl_s is not None and tokens[i] >= minimum]
    alive = {digest: entry for digest, entry in entries.items() if entry.expires > now}
    hit = _longest_hit(alive, positions, marks)
    total, read = (tokens[-1] if tokens else 0), (tokens[hit] if hit is not None else 0)
    changed = {positions[hit].digest: _renewed(alive[positions[hit].digest], now)} if hit is not None else {}
    # The two lifetimes that the API sells, in seconds.
    written, covered = {300: 0, 3600: 0}, read
    for i in marks:
        ttl_s = positions[i].ttl_s or 300
        if tokens[i] > covered:
            written[ttl_s] += tokens[i] - covered
            covered = tokens[i]
        known = alive.get(positions[i].digest)
        if known:
            changed[positions[i].digest] = _renewed(known, now)
        # Nothing is written that was read: a mark before the hit makes no entry of its own.
        elif hit is None or i > hit:
            changed[positions[i].digest] = CacheEntry(now + ttl_s, ttl_s)
    return Usage(total - covered, written[300], written[3600], read), changed


def _longest_hit(
    alive: Mapping[str, CacheEntry], positions: Sequence[Position], marks: Sequence[int]
) -> int | None:
    # From the last mark on, so that the first hit is the longest.
    for mark in reversed(marks):
        for i in _reach(positions, mark):
            if positions[i].digest in alive:
                return i
    return None


def _reach(positions: Sequence[Position], mark: int) -> Iterator[int]:
    """The places from a mark back as far as the look-back goes."""
    n_seen, previous = 0, ""
    for i in range(mark, -1, -1):
        kind = positions[i].kind
        n_seen += kind not in _RUNS or kind != previous
        if n_seen > LOOK_BACK:
            return
        previous = kind
        yield i


def _renewed(entry: CacheEntry, now: float) -> CacheEntry:
    return CacheEntry(now + entry.ttl_s, entry.ttl_s)


def _blocks(body: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found = [("tool", tool) for tool in body.get("tools", ())]
    found += [("system", block) for block in body.get("system", ())]
    for message in body.get("messages", ()):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        found += [(message["role"], block) for block in blocks]
    return found


def _ttl_of(block: Mapping[str, Any]) -> int | None:
    mark = block.get("cache_control")
    if not mark:
        return None
    return 3600 if mark.get("ttl") == "1h" else 300
