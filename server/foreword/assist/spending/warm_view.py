"""What a warm-up did, or would do: as `foreword.warm/1`, and in a line for people."""

from __future__ import annotations

from typing import Any

from foreword.assist.question.receipt import dollars, tokens_json
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import forecast_request
from foreword.assist.spending.warm_up import Skipped, Warmed, why_not
from foreword.model.catalog.pricing import cost
from foreword.model.messages_api.retry_policy import spell
from foreword.prefix.policy.policy import TTL_SECONDS

WARM_SCHEMA = "foreword.warm/1"
Json = dict[str, Any]


def warm_json(session: Session, prepared: PreparedRequest, done: Warmed | Skipped | None) -> Json:
    """As `foreword.warm/1`; None is for a look: what would be sent, and nothing was."""
    anchor, seen = prepared.prefix.anchor, forecast_request(session, prepared)
    shown: Json = {
        "schema": WARM_SCHEMA,
        "outcome": outcome_of(done),
        "model": prepared.parameters.model,
        "anchor": {"kind": anchor.kind, "name": anchor.name},
        "digests": dict(prepared.digests),
        "prefixTokens": seen.prefix,
    }
    match done:
        case Warmed():
            return shown | {
                "tokens": tokens_json(done.usage),
                "cost": {"currency": "USD", "total": round(done.cost, 8)},
                "ttlSeconds": done.ttl_s if done.is_kept else 0,
                "expires": done.expires if done.is_kept else None,
                **({"note": note} if (note := _note(session, done)) else {}),
            }
        case Skipped():
            return shown | {"why": done.why, "reason": done.reason}
        case None:
            skipped = why_not(session, prepared, None, seen)
            money = {
                "currency": "USD",
                "hit": round(cost(seen.if_hit, seen.model), 8),
                "miss": round(cost(seen.if_miss, seen.model), 8),
            }
            reason = {"why": skipped.why, "reason": skipped.reason} if skipped else {}
            return shown | {"cost": money, "warmUntil": seen.warm_until} | reason


def outcome_of(done: Warmed | Skipped | None) -> str:
    """In one word."""
    match done:
        case Warmed():
            kept = "renewed" if done.was_warm else "written"
            return kept if done.is_kept else "not_cached"
        case Skipped():
            return "skipped"
        case None:
            return "planned"


def warm_line(session: Session, prepared: PreparedRequest, done: Warmed | Skipped | None) -> str:
    """In one line."""
    model, where = prepared.parameters.model, prepared.prefix.anchor.name[:12]
    match done:
        case Warmed() if not done.is_kept:
            return f"not cached: {model} neither wrote nor read the prefix; it cost {dollars(done.cost)}"
        case Warmed():
            used = done.usage
            left = spell(max(done.expires - session.clock(), 0))
            what = (
                f"was warm already, {used.read:,} tokens read"
                if done.was_warm
                else f"{used.written:,} tokens written"
            )
            told = f"{model}, base at {where}: {what} for {dollars(done.cost)}; warm for another {left}"
            return f"{told} ({note})" if (note := _note(session, done)) else told
        case Skipped():
            return done.reason
        case None:
            return _plan_line(session, prepared)


def _note(session: Session, done: Warmed) -> str:
    """What is not as it was asked for."""
    setting = session.settings.cache_ttl
    wanted = next((seconds for ttl, seconds in TTL_SECONDS.items() if ttl == setting), done.ttl_s)
    if not done.is_kept or done.ttl_s == wanted:
        return ""
    return (
        f"it was written to be kept {spell(done.ttl_s)}; only a new write, once it is cold, can change that"
    )


def _plan_line(session: Session, prepared: PreparedRequest) -> str:
    seen = forecast_request(session, prepared)
    skipped = why_not(session, prepared, None, seen)
    if skipped is not None:
        return skipped.reason
    where = f"{seen.model.id}, base at {prepared.prefix.anchor.name[:12]}, about {seen.prefix:,} tokens"
    hit, miss = dollars(cost(seen.if_hit, seen.model)), dollars(cost(seen.if_miss, seen.model))
    if seen.warm_until is None:
        return f"{where}: would be written for {miss}"
    left = spell(max(seen.warm_until - session.clock(), 0))
    return f"{where}: warm for another {left}, would be renewed for {hit}"
