"""Rules for `cache_control`: its shape, its places, at most four, and longer lifetimes first."""

from __future__ import annotations

from collections.abc import Iterator

from messages_api.errors import Json, invalid
from messages_api.prompt import CACHEABLE, blocks_of, mark_of, ttl_of

MOST = 4


def check_mark(mark: object, place: str) -> None:
    """`{"type": "ephemeral"}` with an optional `ttl` of 5m or 1h, or null."""
    if mark is None:
        return
    where = f"{place}.cache_control"
    if not isinstance(mark, dict):
        raise invalid(f"{where}: Input should be an object")
    kind = mark.get("type")
    if kind != "ephemeral":
        raise invalid(
            f"{where}: Input tag {kind!r} found using 'type' does not match any of the expected tags: 'ephemeral'"
        )
    for key in mark.keys() - {"type", "ttl"}:
        raise invalid(f"{where}.ephemeral.{key}: Extra inputs are not permitted")
    if mark.get("ttl", "5m") not in {"5m", "1h"}:
        raise invalid(f"{where}.ephemeral.ttl: Input should be '5m' or '1h'")


def check_marks(body: Json) -> None:
    """All marks of a request whose blocks are valid one by one, the automatic one included."""
    marks = [mark for _, mark in _marks(body) if mark is not None]
    if automatic := _automatic(body):
        marks.append(automatic)
    if len(marks) > MOST:
        raise invalid(f"A maximum of {MOST} blocks with cache_control may be provided. Found {len(marks)}.")
    ttls = [ttl_of(mark) for mark in marks]
    if "5m" in ttls and "1h" in ttls[ttls.index("5m") :]:
        raise invalid(
            "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
            "block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
        )


def _marks(body: Json) -> Iterator[tuple[str, Json | None]]:
    """The kind and the mark of every block, in prompt order."""
    for tool in body.get("tools") or ():
        yield "tool", tool.get("cache_control")
    for block in blocks_of(body.get("system") or []):
        yield "text", mark_of(block)
    for message in body["messages"]:
        for block in blocks_of(message["content"]):
            yield block["type"], mark_of(block)


def _automatic(body: Json) -> Json | None:
    """The automatic mark, unless the block it would stand on has the same one already."""
    check_mark(body.get("cache_control"), "")
    automatic: Json | None = body.get("cache_control")
    if automatic is None:
        return None
    last = next((mark for kind, mark in reversed(list(_marks(body))) if kind in CACHEABLE), automatic)
    if last is None:
        return automatic
    if ttl_of(last) != ttl_of(automatic):
        raise invalid(
            "cache_control: the last block already has cache_control with a different ttl than the request's"
        )
    return None
