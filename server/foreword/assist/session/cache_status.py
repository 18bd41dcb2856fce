"""How a workspace stands: who answers, until when its prefix is warm, what today's questions read and cost."""

from __future__ import annotations

from typing import Any

from foreword.assist.accounts.day import start_of_day
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.token_usage import Usage


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
    if saved is None:
        return None
    now, requests = session.clock(), session.prefix_store.sent(session.worktree, saved.variant)
    return max((sent.at + sent.ttl_s for sent in requests if sent.is_warm(now)), default=None)
