"""How a workspace stands: who answers, until when its prefix is warm, what today's questions read and cost."""

from __future__ import annotations

from typing import Any

from foreword.assist.accounts.day import start_of_day
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.token_usage import Usage
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.warmth import warm_until


def standing(session: Session, saved: WorkspaceSnapshot | None) -> dict[str, Any]:
    """`warmUntil` is in Unix seconds (None: cold), `hitRatio` the share of today's prompt tokens that were read."""
    today = start_of_day(session.clock())
    used = sum(
        (total.usage for total in session.ledger.totals("workspace", today, str(session.root))), Usage()
    )
    return {
        "provider": provider_name(session),
        "model": session.settings.model,
        "warmUntil": _warm_until(session, saved),
        "hitRatio": round(used.read / used.prompt, 4) if used.prompt else None,
        "spentToday": round(session.ledger.spent_since(today), 6),
    }


def _warm_until(session: Session, saved: WorkspaceSnapshot | None) -> float | None:
    """Until when the base in force is warm for the provider and model of now (Unix seconds); None if it is cold."""
    if saved is None or session.settings.cache_ttl == "off":
        return None
    _, lineage = session.prefix_store.lineage(session.worktree, saved.variant)
    if lineage is None:
        return None
    over = [
        sent
        for sent in session.prefix_store.sent(session.worktree, saved.variant)
        if sent.anchor in {"", lineage.anchor.name}
    ]
    key = current_cache_key(session, {})
    mine = next((sent for sent in over if key.is_of(sent) and not _is_too_short(session, sent)), None)
    if mine is None:
        return None
    key = current_cache_key(session, {"base": mine.digests.get("base", "")})
    return warm_until(session.prefix_store.sent(session.worktree), key, session.clock())


def _is_too_short(session: Session, sent: SentRequest) -> bool:
    """Whether the prefix of a request is under what the model caches, as far as that is known."""
    manifest = None if sent.cached else session.prefix_store.manifest(sent)
    if manifest is None:
        return False
    weight = sum(piece.weight for pieces in manifest.values() for piece in pieces)
    return weight / session.ratio < session.model.minimum
