"""Keeping a prefix in the provider's cache: one request without an answer writes it, or reads and so renews it.

`current_prefix`, `sent_prefix` and `shared_prefix` say which prefix, `ping` sends the request, and `WarmUp` says what it
did, or would do (`foreword.warm/1`). When it pays is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from foreword.assist.accounts.ledger import WARM, start_of_day
from foreword.assist.accounts.reservations import Cap
from foreword.assist.context.base_cache import anchored_base, candidate_anchors, lines_of_base
from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.context.policy_inputs import decide, situation_of
from foreword.assist.context.withheld import without_withheld
from foreword.assist.question.receipt import dollars, tokens_json
from foreword.assist.question.request import PreparedRequest, prepare
from foreword.assist.session.ports import Provider, Warmer, refuse
from foreword.assist.session.providers import open_online, provider_name, tools_style
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.assist.session.spending_caps import budget_caps
from foreword.assist.spending.bookkeeping import book_warm
from foreword.assist.spending.forecast import SURE, Forecast, forecast_request
from foreword.assist.spending.limits import confirm_amount, holding_amount
from foreword.assist.spending.single_flight import (
    FlightLock,
    flight,
    flight_name,
    lifetime_of,
    pending_request,
    request_over,
)
from foreword.assist.telemetry.records import record_of_row
from foreword.core.errors import LimitError, Problem, StoreError, WorkspaceError
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import cost
from foreword.model.messages_api.retry_policy import spell
from foreword.prefix.layers import Anchor, Base, Block
from foreword.prefix.policy.policy import TTL_SECONDS
from foreword.workspace.git.history import activity, is_cut_off, resolve_anchor
from foreword.workspace.git.published_base import PublishedBase, publish_base

Why = Literal["offline", "off", "indexing", "below_minimum", "renewed", "busy", "limit"]
LAYERS = ("instructions", "base", "delta")
WORDS = "warm"
"""The question that the prefix is prepared with, as there must be one; its turn is not sent."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What a warm-up did: its tokens, US dollars, and until when the prefix can be read (Unix seconds).

    `was_warm`: it was read and so renewed. `is_kept` is False if the provider neither wrote nor read anything.
    """

    usage: Usage
    cost: float
    ttl_s: int
    expires: float

    @property
    def was_warm(self) -> bool:
        """Whether most of the prefix was in the cache already."""
        return self.usage.read > self.usage.written

    @property
    def is_kept(self) -> bool:
        """Whether the prefix is in the cache now."""
        return self.usage.read + self.usage.written > 0


@dataclass(frozen=True, slots=True)
class WarmUpSkipped:
    """Nothing was sent; `reason` is one line for the user."""

    why: Why
    reason: str


def current_prefix(session: Session, saved: WorkspaceSnapshot, *, keep: bool = True) -> PreparedRequest:
    """The prefix of the next question: with a block for what was saved since the last one."""
    return _without_turn(session, saved, build_prefix(session, saved, keep=keep, more_follow=True))


def sent_prefix(session: Session, saved: WorkspaceSnapshot) -> PreparedRequest | None:
    """The prefix as the last question sent it, whatever was saved since; None if there is none in force."""
    saved = without_withheld(session, saved)
    _, lineage = session.prefix_store.lineage(session.worktree, saved.variant)
    if lineage is None:
        return None
    base = anchored_base(session, saved, lineage.anchor).base
    return _without_turn(session, saved, _marked(session, saved, lineage.anchor, base, lineage.delta))


def shared_prefix(session: Session, saved: WorkspaceSnapshot) -> PreparedRequest:
    """The base that everybody shares who works from the same upstream state; local changes are no part of it.

    Reports what keeps others from building the same bytes.
    """
    anchor = candidate_anchors(session, saved)[0]
    base = anchored_base(session, saved, anchor).base
    prepared = _without_turn(session, saved, _marked(session, saved, anchor, base, ()))
    session.report(*_obstacles(session))
    return prepared


async def ping(
    session: Session, prepared: PreparedRequest, provider: Warmer, *, by_itself: bool
) -> WarmUp | WarmUpSkipped:
    """Write a prefix to the cache, or read it, which renews it. `prepared` is one of the prefixes above.

    `by_itself` is for warm-ups that nobody ordered: they keep within `warm.day`, are left to another process that
    renewed the same prefix lately, and never ask.

    Raises:
        LimitError: an ordered one is over a limit, or was not confirmed.
        ModelError: the provider did not do it.
    """
    seen = forecast_request(session, prepared)
    skipped = why_not(session, prepared, provider, seen)
    if skipped is not None:
        return skipped
    worst = cost(seen.if_miss, seen.model)
    likely = cost(seen.if_hit, seen.model) if seen.probability >= SURE else worst
    caps = (*budget_caps(session), *(_own_caps(session, worst - likely) if by_itself else ()))
    # Nobody ordered it, so nobody is asked.
    asking = replace(session, consent=refuse) if by_itself else session
    try:
        await confirm_amount(asking, likely, f"{seen.prefix:,} tokens to the cache of {seen.model.id}")
        with holding_amount(session, WARM, worst, caps):
            return await _alone(session, prepared, provider, by_itself=by_itself)
    except LimitError as error:
        if not by_itself:
            raise
        return WarmUpSkipped("limit", str(error))


def why_not(
    session: Session, prepared: PreparedRequest, provider: Provider | None, seen: Forecast
) -> WarmUpSkipped | None:
    """Why there is nothing to warm, if so; `provider` is None before one is opened."""
    simulated = provider.simulated if provider else provider_name(session) == "offline"
    if simulated:
        return WarmUpSkipped("offline", "there is nothing to warm: the offline provider's cache is simulated")
    if prepared.prefix.provisional:
        return WarmUpSkipped("indexing", "the index is still being built: try again when it is complete")
    if prepared.payload.ttl is None:
        return WarmUpSkipped("off", "cache.ttl is off: nothing is cached")
    if seen.below_minimum:
        return WarmUpSkipped(
            "below_minimum",
            f"the prefix of about {seen.prefix:,} tokens is under the {seen.model.minimum:,} that {seen.model.id} "
            "caches: raise context.budget, or choose another model",
        )
    return None


def publish_warmed(session: Session, prepared: PreparedRequest, done: WarmUp) -> None:
    """Push what shallow clones need to build the base that was warmed, and until when it is warm.

    Raises:
        WorkspaceError: there is no commit that others have, or git can't push.
    """
    repository, anchor = session.repository, prepared.prefix.anchor
    known = resolve_anchor(repository) if repository else None
    if repository is None or known is None or not anchor.commit:
        raise WorkspaceError(
            "there is no commit here, so nobody else can have this base: nothing was published"
        )
    if is_cut_off(repository, anchor.commit):
        raise WorkspaceError(
            "this is a shallow clone, which does not know the history: publish from a whole one (fetch-depth: 0)"
        )
    published = PublishedBase(
        anchor.commit,
        repository.prefix,
        activity(repository, anchor.commit),
        lines_of_base(session, prepared.saved, anchor),
        prepared.parameters.model,
        done.expires,
    )
    remote = (known.ref or "refs/remotes/origin/").split("/")[2]
    publish_base(repository, published, remote, session.clock())


async def warm_now(session: Session, prepared: PreparedRequest) -> WarmUp | WarmUpSkipped:
    """Warm up because the user orders it.

    Raises:
        LimitError: it is over a limit, or was not confirmed.
        ModelError: the provider did not do it.
    """
    skipped = why_not(session, prepared, None, forecast_request(session, prepared))
    if skipped is not None:
        return skipped
    async with open_online(session) as provider:
        return await ping(session, prepared, provider, by_itself=False)


def _lease_name(session: Session, prepared: PreparedRequest, provider: Provider) -> str:
    """The lease of whoever warms this prefix at the moment."""
    request = request_over(prepared, provider.name, session.clock())
    return f"warm {flight_name(session, request, LAYERS)}"


async def _send(session: Session, prepared: PreparedRequest, provider: Warmer) -> WarmUp:
    async with flight(session, pending_request(session, prepared, provider)) as lock:
        at = session.clock()
        usage = await provider.warm(prepared.body())
        lock.mark_started()
    session.calibrate(prepared.weight, usage.prompt)
    request = request_over(prepared, provider.name, at)
    earlier = session.prefix_store.sent(session.worktree)
    ttl_s = lifetime_of(request, usage, earlier)
    entry = book_warm(session, prepared, provider, usage, at)
    session.tell(lambda: record_of_row(entry, session.clock(), session.endpoint))
    return WarmUp(usage, entry.cost, ttl_s, at + ttl_s)


async def _alone(
    session: Session, prepared: PreparedRequest, provider: Warmer, *, by_itself: bool
) -> WarmUp | WarmUpSkipped:
    """Warm up if no other process is at it, nor did so by itself within half of the lifetime."""
    now, name = session.clock(), _lease_name(session, prepared, provider)
    lately = f"{name} lately"
    lock = FlightLock(session.leases, (lately,), now + TTL_SECONDS[prepared.payload.ttl or "5m"] / 2)
    try:
        if by_itself and session.leases.state(lately, now) == "done":
            return WarmUpSkipped("renewed", "it was renewed a short while ago")
        if not lock.take(name, now):
            return WarmUpSkipped("busy", "another process is warming it at the moment")
    # Leases are advice: without them two processes may renew the prefix, which costs one read too many.
    except StoreError:
        return await _send(session, prepared, provider)
    try:
        warmed = await _send(session, prepared, provider)
        lock.mark_started()
    finally:
        lock.leave()
    return warmed


def _own_caps(session: Session, spare: float) -> tuple[Cap, ...]:
    """The budget for warm-ups: judged by what one probably costs, where the day's limit counts the worst case."""
    since = start_of_day(session.clock())
    return (
        Cap(
            "warm.day",
            session.settings.warm_day + spare,
            WARM,
            since=since,
            label="today's limit of warm-ups",
        ),
    )


def _marked(
    session: Session, saved: WorkspaceSnapshot, anchor: Anchor, base: Base, delta: tuple[Block, ...]
) -> Prefix:
    """A prefix that somebody wants to be warm: for as long as it is kept already, or as is best for a new one."""
    decision = decide(session, situation_of(session, base, delta=delta), more_follow=True)
    return Prefix(saved.variant, anchor, base, delta, ttl=decision.ttl, why=decision.why)


def _without_turn(session: Session, saved: WorkspaceSnapshot, foreword: Prefix) -> PreparedRequest:
    """A request that ends with its prefix, and so with a mark."""
    # No search: there is no question to find anything for.
    plain = replace(session, settings=replace(session.settings, context_excerpts=0))
    prepared = prepare(plain, saved, WORDS, prefix=foreword, tools_style=tools_style(session))
    return replace(prepared, turn=(), weight=prepared.prefix_weight)


def _obstacles(session: Session) -> Iterator[Problem]:
    repository = session.repository
    anchor = resolve_anchor(repository) if repository else None
    if repository is None or anchor is None:
        yield Problem("there is no commit here: nobody else has this base")
        return
    if anchor.ref is None:
        yield Problem(
            f"no upstream branch is known here, so the base is laid at HEAD ({anchor.commit[:12]}): others share it "
            "only if that is where their branches begin; fetch the default branch first"
        )
    if is_cut_off(repository, anchor.commit):
        yield Problem(
            "this is a shallow clone, whose history tells too little of how often files change: others build another "
            "base; fetch the whole history first (git fetch --unshallow, or a depth over 1,000 commits)"
        )
    if repository.is_partial:
        yield Problem(
            "this is a partial clone, without the old contents that tell which parts of large files change: others may build "
            "another base; clone without --filter"
        )


WARM_SCHEMA = "foreword.warm/1"
Json = dict[str, Any]


def warm_json(session: Session, prepared: PreparedRequest, done: WarmUp | WarmUpSkipped | None) -> Json:
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
        case WarmUp():
            return shown | {
                "tokens": tokens_json(done.usage),
                "cost": {"currency": "USD", "total": round(done.cost, 8)},
                "ttlSeconds": done.ttl_s if done.is_kept else 0,
                "expires": done.expires if done.is_kept else None,
                **({"note": note} if (note := _note(session, done)) else {}),
            }
        case WarmUpSkipped():
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


def outcome_of(done: WarmUp | WarmUpSkipped | None) -> str:
    """The `outcome` of `foreword.warm/1`: renewed, written, not_cached, skipped, or planned for None."""
    match done:
        case WarmUp():
            kept = "renewed" if done.was_warm else "written"
            return kept if done.is_kept else "not_cached"
        case WarmUpSkipped():
            return "skipped"
        case None:
            return "planned"


def warm_line(session: Session, prepared: PreparedRequest, done: WarmUp | WarmUpSkipped | None) -> str:
    """What a warm-up did, or would do (None), as one line: model, anchor, tokens, US dollars, lifetime."""
    model, where = prepared.parameters.model, prepared.prefix.anchor.name[:12]
    match done:
        case WarmUp() if not done.is_kept:
            return f"not cached: {model} neither wrote nor read the prefix; it cost {dollars(done.cost)}"
        case WarmUp():
            used = done.usage
            left = spell(max(done.expires - session.clock(), 0))
            what = (
                f"was warm already, {used.read:,} tokens read"
                if done.was_warm
                else f"{used.written:,} tokens written"
            )
            told = f"{model}, base at {where}: {what} for {dollars(done.cost)}; warm for another {left}"
            return f"{told} ({note})" if (note := _note(session, done)) else told
        case WarmUpSkipped():
            return done.reason
        case None:
            return _plan_line(session, prepared)


def _note(session: Session, done: WarmUp) -> str:
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
