"""What to do with the prefix, and why: pure decisions about money, the same in a server and in a replay.

    decide_request   before a question: keep or rebase, and how long the marks live, if there are any
    decide_warmth    between questions: ping now, look again later, or let go
    decide_warming   on intent (a chat is opened): write the prefix before the question is there

A mark (breakpoint) costs a write premium on what it closes and pays when the same bytes are read again.
`expected_cost` has the arithmetic, `gap_model` the law of the questions' coming.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from foreword.prefix.policy.expected_cost import (
    NO_PINGS,
    ExpectedCosts,
    Pings,
    Run,
    future_from,
    look_ahead,
    margin_s,
    plan_pings,
    steps_from,
    steps_of,
    until_fold,
)
from foreword.prefix.policy.gap_model import Law
from foreword.prefix.policy.situation import PER_TOKEN, TTL_SECONDS, Decision, Situation, Ttl

__all__ = [
    "TTL_SECONDS", "Ttl", "decide_request", "decide_warming", "decide_warmth",
]  # fmt: skip

RELUCTANCE = 0.1
"""A warm prefix is left only for a gain of more than this share of its fresh price: laws are estimates."""

COLD_START_WORTH = 0.3
"""What not having to wait for a cold prefix is worth, as a share of the price of writing it."""

READ = 2
"""How many questions over a prefix it takes until it was read from the cache: the first one writes it."""

INTENT_CHANCE = 0.9
"""How often a question follows when somebody opens a chat or the menu of actions."""

LEAST_LEFT = 1e-6
"""The least chance of no question so far that a plan is made from: below it the gap was never seen to last so long."""


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The outlook over all hours, and the law of the gap that is under way."""

    outlook: ExpectedCosts
    law: Law


def decide_request(now: Situation) -> Decision:
    """Before a question is sent: whether the base stays, and the lifetime of the marks."""
    if now.setting == "off":
        return Decision("rebase", "Caching is switched off.")
    # At least one token: where a model's minimum is not known it is zero, and an empty prefix takes no mark.
    if now.base + now.delta + now.pending < max(1, now.rates.minimum):
        return Decision(
            "rebase", f"The prefix is under the {now.rates.minimum:,} tokens that this model caches."
        )
    ahead = _look(now)
    costs = _costs_of_writing(now, ahead)
    ttl = min(costs, key=lambda ttl: costs[ttl])
    if now.is_warm and now.ttl is not None and _fits(now):
        kept = _cost_of_keeping(now, ahead, now.ttl)
        if kept <= costs[ttl] + RELUCTANCE * now.base:
            why = f"The prefix is warm; {_chance(ahead, now.ttl)}."
            return Decision("keep", why, now.ttl, _next_look(now.now, now.ttl))
    # Who set a lifetime gets a mark in any case; left to us, it must be cheaper than sending all of it fresh.
    if now.setting == "auto" and costs[ttl] >= now.base:
        return Decision("rebase", "No further question is expected soon enough to pay for a mark.")
    why = (
        "The delta costs more than a new base." if now.is_warm else "The prefix is cold: a new base is free."
    )
    return Decision("rebase", f"{why} Kept for {ttl}, {_chance(ahead, ttl)}.", ttl, _next_look(now.now, ttl))


def cost_of_next(now: Situation) -> tuple[float, float]:
    """What a question over the base and delta in force costs in tokens of fresh input: itself, and with what is to come."""
    ttl = now.ttl or "5m"
    write, sent = now.rates.writing(ttl), now.base + now.delta
    itself = (now.rates.reading if now.is_warm else write) * sent + write * now.pending
    carried = now.rates.reading * (now.base + now.delta + now.pending)
    return itself, itself + carried * _horizon(now, _look(now).outlook.runs[ttl], ttl)


def decide_warmth(now: Situation) -> Decision:
    """Between questions: whether a ping pays.

    Only a prefix that a question was asked over is kept: one that was read, or that of somebody of whom it is
    known when they come back.
    """
    last, obstacle = now.gaps.last, _obstacle(now)
    if obstacle or now.ttl is None or last is None:
        return Decision("let go", obstacle or "Nobody has asked yet.")
    # As late as can be: each ping buys a whole lifetime from when it is sent.
    due = now.expires - margin_s(now.ttl)
    if now.now < due:
        return Decision("wait", "It is warm for long enough.", now.ttl, due)
    if now.ping_price > now.budget_left:
        return Decision("let go", "The day's budget for warming is spent.")
    plan = _plan_from_here(now, now.ttl, last)
    if plan.planned < 1:
        return Decision("let go", "A question is not likely enough to come while a ping would keep it warm.")
    chance = f"{100 * plan.hit:.0f} %"
    return Decision(
        "ping", f"A question comes in time with {chance}: that pays.", now.ttl, _next_look(now.now, now.ttl)
    )


def decide_warming(now: Situation, chance: float = INTENT_CHANCE) -> Decision:
    """On intent: whether to write the prefix at once, where a question follows with `chance`."""
    if now.setting == "off" or now.base < max(1, now.rates.minimum) or now.is_warm:
        return Decision("wait", "There is nothing to warm.")
    costs = _costs_of_writing(now, _look(now))
    ttl = min(costs, key=lambda ttl: costs[ttl])
    write, read = now.rates.writing(ttl), now.rates.reading
    if write * now.base * now.rates.input * PER_TOKEN > now.budget_left:
        return Decision("wait", "The day's budget for warming is spent.")
    # Left: what a warm start is worth, if the question comes. Right: a write in vain if it does not, else one
    # read more.
    if chance * COLD_START_WORTH * write <= (1.0 - chance) * write + chance * read:
        return Decision("wait", "A question is not likely enough.")
    return Decision("warm", "A question is about to come.", ttl, _next_look(now.now, ttl))


def _obstacle(now: Situation) -> str:
    """Why a prefix is not to be kept at all; empty if nothing speaks against it."""
    if not now.is_warm:
        return "The prefix is cold."
    if now.signals.is_away:
        return "The editor is closed or asleep."
    if now.questions < 1 or (now.questions < READ and not now.gaps.is_known):
        return "Nobody has come back to this prefix yet."
    return ""


def _plan_from_here(now: Situation, ttl: Ttl, last: float) -> Pings:
    """The best plan of pings, the first of them now, in tokens of fresh input."""
    ahead, elapsed, power = _look(now, last), now.now - last, now.signals.hazard(now.now)
    law, covered, read = ahead.law, now.expires - last, now.rates.reading
    left = law.survival(elapsed)
    # It would be divided by.
    if left < LEAST_LEFT:
        return NO_PINGS
    run = ahead.outlook.runs[ttl]
    return plan_pings(
        steps_from(law, ttl, elapsed, covered, power),
        # Proportional hazards, as in `steps_from`: activity raises the rate at which questions come.
        1.0 - (law.survival(covered) / left) ** power,
        gain=run.warmth * now.base - read * now.delta * (1.0 + _horizon(now, run, ttl)),
        read=read * (now.base + now.delta),
        # The pings since the last question count against the same bound: planning anew must not grant it
        # anew.
        most=min(now.most_pings, _ski_rental(now, ttl) - now.pings),
    )


def _ski_rental(now: Situation, ttl: Ttl) -> float:
    """How many pings cost as much as the write that they save."""
    read = now.rates.reading
    return (now.rates.writing(ttl) - read) / read if read else inf


def _costs_of_writing(now: Situation, ahead: _Ahead) -> dict[Ttl, float]:
    """What a new base costs by lifetime, with what is still to come, in tokens of fresh input."""
    allowed = [ttl for ttl in TTL_SECONDS if now.setting in ("auto", ttl)]
    return {ttl: (now.rates.writing(ttl) + _future(now, ahead, ttl)) * now.base for ttl in allowed}


def _cost_of_keeping(now: Situation, ahead: _Ahead, ttl: Ttl) -> float:
    """What going on with the base in force costs, with what is still to come."""
    read, delta = now.rates.reading, now.delta + now.pending
    carried = read * delta * _horizon(now, ahead.outlook.runs[ttl], ttl)
    sent = read * (now.base + now.delta) + now.rates.writing(ttl) * now.pending
    return sent + carried + _future(now, ahead, ttl) * now.base


def _future(now: Situation, ahead: _Ahead, ttl: Ttl) -> float:
    """F for the question of now, whose gap has the law of this hour."""
    run, read = ahead.outlook.runs[ttl], now.rates.reading
    hit = 1.0 - ahead.law.survival(TTL_SECONDS[ttl])
    plan = plan_pings(steps_of(ahead.law, ttl), hit, gain=run.warmth, read=read, most=_most_pings(now))
    return future_from(run, plan, read, ahead.outlook.average)


def _look(now: Situation, at: float | None = None) -> _Ahead:
    """What is to be expected after a question at `at`, or now."""
    everywhere, here = now.gaps.laws(now.now if at is None else at)
    only = next((ttl for ttl in TTL_SECONDS if ttl == now.setting), None)
    growth = now.growth / max(1, now.base)
    return _Ahead(look_ahead(now.rates, everywhere, growth, _most_pings(now), only), here)


def _most_pings(now: Situation) -> int:
    """The pings a gap that can be planned with: none until it is known how long this user's pauses are."""
    return now.most_pings if now.gaps.knows_pauses else 0


def _chance(ahead: _Ahead, ttl: Ttl) -> str:
    return f"the next question finds it warm with {100 * ahead.outlook.runs[ttl].pings.hit:.0f} %"


def _horizon(now: Situation, run: Run, ttl: Ttl) -> float:
    """Requests over which today's delta is read again: until the prefix grows cold or a fold is due anyway.

    At the time at which a fold is best, the delta has cost in reads what two folds cost; hence the half.
    """
    fold_after = until_fold(now.rates.writing(ttl), now.rates.reading, now.growth / max(1, now.base))
    return min(run.length, fold_after / 2.0)


def _fits(now: Situation) -> bool:
    """Whether the delta stays within its limit, and the prompt under the window and, if it can, the price cliff."""
    if now.delta_limit is not None and now.delta + now.pending > now.delta_limit:
        return False
    # The room is asked for what a new base would need: where even that is above the cliff, staying below it
    # is no aim.
    prompt = now.base + now.delta + now.pending + now.turn
    return prompt <= now.rates.room(now.base + now.turn)


def _next_look(at: float, ttl: Ttl) -> float:
    return at + TTL_SECONDS[ttl] - margin_s(ttl)
