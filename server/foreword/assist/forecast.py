"""What a prepared request will probably cost, and the request itself, for a look before anything is sent."""

from __future__ import annotations

from typing import Any

from foreword.assist.preparing import Prepared
from foreword.assist.session import Session
from foreword.core.usage import Usage
from foreword.model.pricing import cost
from foreword.prefix.policy import Ttl

REQUEST_SCHEMA = "foreword.request/1"


def request_json(session: Session, prepared: Prepared) -> dict[str, Any]:
    """As `foreword.request/1`: the exact Messages body, and the forecast of its tokens and cost."""
    return {"schema": REQUEST_SCHEMA, "request": prepared.body(), "forecast": forecast(session, prepared)}


def forecast(session: Session, prepared: Prepared) -> dict[str, Any]:
    """Expected tokens (estimates), and the money in US dollars for a hit, a miss, and without a cache."""
    ratio, model = session.ratio, session.model
    prefix, total = round(prepared.prefix_weight / ratio), round(prepared.weight / ratio)
    cached = prefix if prepared.laid.ttl is not None and prefix >= model.minimum else 0
    fresh = total - cached
    now = session.clock()
    warm = cached > 0 and any(
        sent.model == model.id and sent.is_warm(now) and sent.digests.get("base") == prepared.digests["base"]
        for sent in session.prefix_store.sent(session.worktree, prepared.foreword.variant)
    )
    miss = _written(cached, fresh, prepared.laid.ttl)
    return {
        "tokens": {
            "prompt": total,
            "prefix": prefix,
            "fresh": fresh,
            "maxOutput": prepared.parameters.max_tokens,
        },
        "expected": "hit" if warm else "miss" if cached else "uncached",
        "cost": {
            "currency": "USD",
            "hit": round(cost(Usage(fresh=fresh, read=cached), model), 8),
            "miss": round(cost(miss, model), 8),
            "withoutCache": round(cost(Usage(fresh=total), model), 8),
            "maxOutput": round(cost(Usage(output=prepared.parameters.max_tokens), model), 8),
        },
        "belowMinimum": prepared.laid.ttl is not None and cached == 0,
    }


def _written(cached: int, fresh: int, ttl: Ttl | None) -> Usage:
    return Usage(fresh=fresh, write_1h=cached) if ttl == "1h" else Usage(fresh=fresh, write_5m=cached)
