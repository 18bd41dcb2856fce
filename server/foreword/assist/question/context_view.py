"""What the prefix holds, layer by layer and file by file (`foreword.context/1`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from foreword.assist.context.build_prefix import Prefix
from foreword.assist.context.pins import find_pins
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.tokens import weigh
from foreword.prefix.layers import Block, blocks_digest
from foreword.prefix.warmth import WITH_DELTA, warm_until

CONTEXT_SCHEMA = "foreword.context/1"
Json = dict[str, Any]


def context_json(session: Session, prepared: PreparedRequest) -> Json:
    """As `foreword.context/1`; tokens are estimates at the model's calibrated ratio.

    A layer is `warm` while the provider's cache probably holds it, by our own records; null for one that is not cached.
    """
    prefix, saved, ratio = prepared.prefix, prepared.saved, session.ratio
    ttl = prepared.payload.ttl
    pins = find_pins(session.settings.context_pins, saved, prefix)
    layer = partial(_layer, ratio=ratio, pinned=pins.paths, until=_warm_until(session, prepared))
    system = f"{prepared.parameters.system}{list(prepared.parameters.tools)}"
    layers = [
        layer("instructions", prepared.digests["instructions"], (Block(system),), None),
        layer("base", blocks_digest(prefix.base.blocks), prefix.base.blocks, ttl),
        layer("delta", blocks_digest(prefix.delta), prefix.delta, ttl if prefix.delta else None),
    ]
    return {
        "schema": CONTEXT_SCHEMA,
        "anchor": _anchor(prefix),
        "whole": prefix.base.whole,
        "layers": layers,
        "leftOut": [{"path": left.path, "reason": left.reason} for left in saved.report.left_out],
        "notShown": _not_shown(prefix, saved),
        "pins": list(session.settings.context_pins),
        "notPinned": [{"path": path, "reason": reason} for path, reason in pins.missing.items()],
        "tokens": sum(one["tokens"] for one in layers),
        "budget": session.settings.context_budget,
        "minimum": session.model.minimum,
    }


def _layer(
    name: str,
    digest: str,
    blocks: Iterable[Block],
    breakpoint_ttl: str | None,
    *,
    ratio: float,
    pinned: frozenset[str],
    until: Mapping[str, float],
) -> Json:
    listed = list(blocks)
    return {
        "name": name,
        "digest": digest,
        "tokens": round(sum(weigh(block.text) for block in listed) / ratio),
        "blocks": len(listed),
        "breakpoint": breakpoint_ttl,
        "warm": until[name] > 0 if name in until else None,
        "warmUntil": until.get(name) or None,
        "files": [
            {
                "path": part.path,
                "form": part.form,
                "tokens": round(part.weight / ratio),
                "digest": part.digest,
                "block": number,
                "pinned": part.path in pinned,
            }
            for number, block in enumerate(listed)
            for part in block.parts
        ],
    }


def _warm_until(session: Session, prepared: PreparedRequest) -> dict[str, float]:
    """Until when the cache holds each layer that it may hold (Unix seconds, 0: it does not); no mark ends with the instructions."""
    n_prefix = prepared.prefix_weight / session.ratio
    if prepared.payload.ttl is None or n_prefix < session.model.minimum:
        return {}
    now, sent = session.clock(), session.prefix_store.sent(session.worktree)
    key = current_cache_key(session, prepared.digests)
    base = warm_until(sent, key, now) or 0.0
    until = {"instructions": base, "base": base}
    if prepared.payload.delta:
        until["delta"] = warm_until(sent, key, now, WITH_DELTA) or 0.0
    return until


def _anchor(prefix: Prefix) -> Json:
    anchor = prefix.anchor
    if anchor.kind == "snapshot":
        return {"kind": "snapshot", "digest": anchor.tree}
    return {"kind": "git", "commit": anchor.commit, "tree": anchor.tree, "digest": anchor.tree}


def _not_shown(prefix: Prefix, saved: WorkspaceSnapshot) -> int:
    """How many files of the saved state the prefix does not speak of (the tools still reach them)."""
    shown = prefix.base.forms.keys() | set(prefix.delta_files)
    return sum(path not in shown for path in saved.index.blobs)
