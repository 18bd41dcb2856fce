"""What a decision about the prefix of a workspace looks at: ledger, requests sent, clock, activity, the model's prices.

The decisions are pure (`prefix/policy/policy.py`), and the same in a replay. Their clock is the user's own: its days begin at
midnight. A model's prices and limits are handed to the prefix layer as plain values: it does not know models.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from foreword.assist.accounts.ledger import WARM, start_of_day, utc_offset
from foreword.assist.session.budget import DAYS, MOST_ANSWERS, rates_of
from foreword.assist.session.cache_key import current_cache_key, current_system_prompt, offered_tools
from foreword.assist.session.session import Session
from foreword.core.tokens import weigh
from foreword.prefix.layers import Base, Block, blocks_digest
from foreword.prefix.policy.gap_model import GapModel, Signals
from foreword.prefix.policy.policy import TTL_SECONDS, Ttl, decide_request
from foreword.prefix.policy.situation import Action, Decision, Situation, expected_growth
from foreword.prefix.simulator import positions_of
from foreword.prefix.warmth import last_over
from foreword.workspace.git.published_base import last_published

LONE = (
    "This is CI, where no other question is known and no base is warm: a mark would cost its premium for nothing. Set cache.ttl "
    "to have one, or let the main branch `foreword warm --base-only --publish`."
)


def situation_of(
    session: Session,
    base: Base,
    *,
    delta: Iterable[Block] = (),
    pending: Iterable[Block] = (),
) -> Situation:
    """The situation of a base, with the `delta` that was sent over it and the blocks that a question would append."""
    now, digest = session.clock(), blocks_digest(base.blocks)
    offset = utc_offset(now)
    # Records and ledger count in Unix seconds; the policy goes by the hours of the user's day, hence
    # `offset`.
    sent = last_over(
        session.prefix_store.sent(session.worktree), current_cache_key(session, {"base": digest})
    )
    n_questions, n_pings = session.ledger.over_base(str(session.root), digest)
    delta_tokens = _tokens(session, delta)
    return Situation(
        rates=rates_of(session.model),
        gaps=gaps_of(session),
        now=now + offset,
        base=_instructions_tokens(session) + _tokens(session, base.blocks),
        delta=delta_tokens,
        pending=_tokens(session, pending),
        turn=session.settings.context_excerpts,
        growth=expected_growth(delta_tokens, n_questions),
        ttl=_ttl_of(sent.ttl_s) if sent else None,
        renewed=sent.at + offset if sent else None,
        questions=n_questions,
        pings=n_pings,
        budget_left=max(0.0, session.settings.warm_day - _warmed_today(session, now)),
        signals=_on_own_clock(session.signals(), offset),
        setting=session.settings.cache_ttl,
        delta_limit=session.settings.context_delta,
    )


def gaps_of(session: Session) -> GapModel:
    """The distribution of the gaps between the user's questions, learned from the ledger's last `DAYS` days.

    A gap lies between two questions in one workspace; those of all workspaces count. Times are seconds on the
    user's own clock.
    """
    now = session.clock()
    offset = utc_offset(now)
    asked = session.ledger.asked(now - DAYS * 86_400, MOST_ANSWERS)
    return GapModel.of_places(((at + offset, place) for at, place in asked), str(session.root))


def decide(session: Session, now: Situation, *, more_follow: bool = False) -> Decision:
    """Whether the base stays for a question that is asked now, and how long its marks live.

    `more_follow`: other questions come right after it, whatever the user's habits are.
    A prefix that is probably too short to be cached gets its marks all the same: they cost nothing then, and
    estimates can be wrong.
    """
    setting = session.settings.cache_ttl
    usual: Ttl = "1h" if setting == "1h" else "5m"
    if setting != "off" and now.base + now.delta + now.pending < now.rates.minimum:
        fits = now.delta + now.pending <= session.settings.context_delta
        action: Action = "keep" if now.is_warm and fits else "rebase"
        return Decision(action, "The prefix is short.", now.ttl or usual)
    if setting == "auto" and not more_follow and _is_lone(session, now):
        return Decision("rebase", LONE)
    decided = decide_request(replace(now, gaps=now.gaps.learn(now.now)))
    # A question that follows at once renews the entry, so an hour would only cost its premium.
    if more_follow and setting == "auto" and decided.action == "rebase":
        return replace(decided, ttl=usual)
    return decided


def _is_lone(session: Session, now: Situation) -> bool:
    """Whether nobody will ask again: a job of CI that knows of no other question, and of no warm base."""
    is_ci = session.environ.get("CI", "").strip().lower() not in {"", "0", "false"}
    if not is_ci or now.is_warm or now.gaps.last is not None:
        return False
    published = last_published(session.repository) if session.repository else None
    return published is None or not (
        published.warm_until > session.clock() and published.model == session.model_id
    )


def _warmed_today(session: Session, now: float) -> float:
    return session.ledger.spent_since(start_of_day(now), WARM)


def _ttl_of(seconds: int) -> Ttl | None:
    return next((ttl for ttl, lifetime in TTL_SECONDS.items() if lifetime == seconds), None)


def _tokens(session: Session, blocks: Iterable[Block]) -> int:
    return round(sum(weigh(block.text) for block in blocks) / session.ratio)


def _instructions_tokens(session: Session) -> int:
    """Tools and system prompt: no mark ends with them, so they are written, and read, with the base."""
    positions = positions_of(
        {
            "tools": offered_tools(session),
            "system": [{"type": "text", "text": current_system_prompt(session)}],
        }
    )
    return round(positions[-1].weight / session.ratio)


def _on_own_clock(signals: Signals, offset: float) -> Signals:
    changed = signals.last_change
    return signals if changed is None else replace(signals, last_change=changed + offset)
