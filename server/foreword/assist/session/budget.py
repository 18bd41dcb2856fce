"""How many tokens the base may have: what is set, or the size that pays for this user and model.

The size is decided when nothing is warm, and at most once a day, by the questions of the days before: a size that changed
from question to question would write the cache anew each time.

The prices and limits of a model, as the prefix layer takes them: it does not know models.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING

from foreword.assist.accounts.ledger import start_of_day
from foreword.model.catalog.model_info import FREE, UNKNOWN, Model
from foreword.prefix.layers import text_digest
from foreword.prefix.policy.base_size import BaseSize, Habits, base_size, habits_of
from foreword.prefix.policy.situation import TTL_SECONDS, Rates

if TYPE_CHECKING:
    from foreword.assist.session.session import Session

DAYS = 90
MOST_ANSWERS = 400
"""Older ones say nothing any more: the gap model forgets."""


def budget_of(session: Session) -> BaseSize:
    """The tokens of the base now, and why; the same until the day is over and the cache is cold."""
    wanted = session.settings.context_budget
    if isinstance(wanted, int):
        return BaseSize(wanted)
    day, name = start_of_day(session.clock()), _name(session)
    known = session.recall.budget
    if known is not None and known[0] == name and (known[1] == day or _is_warm(session)):
        return known[2]
    size = _stored(session, name, day)
    if size is None:
        size = base_size(rates_of(session.model), _habits(session, day))
        session.index_store.put_artifact(name, json.dumps([day, size.tokens, size.why]).encode())
    session.recall.budget = name, day, size
    return size


def _name(session: Session) -> str:
    """What the decision hangs on beside the user's habits."""
    prices = text_digest(json.dumps([session.model.id, *map(str, astuple(rates_of(session.model)))]))
    return f"budget:{session.worktree}:{prices}"


def _stored(session: Session, name: str, day: float) -> BaseSize | None:
    """The decision of another process, if it is of today or what it led to is still warm."""
    stored = session.index_store.get_artifact(name)
    if stored is None:
        return None
    decided, tokens, why = json.loads(stored)
    return BaseSize(tokens, why) if decided == day or _is_warm(session) else None


def _is_warm(session: Session) -> bool:
    """Whether the cache probably holds a prefix of this worktree and model."""
    now = session.clock()
    sent = session.prefix_store.sent(session.worktree)
    return any(one.model == session.model.id and one.is_warm(now) for one in sent)


def _habits(session: Session, day: float) -> Habits:
    """The user's habits up to the beginning of a day: those of the day itself would change the size in the middle of it."""
    asked = session.ledger.asked(day - DAYS * 86_400, MOST_ANSWERS)
    return _habits_of([(at, place) for at, place in asked if at < day])


def _habits_of(asked: Sequence[tuple[float, str]]) -> Habits:
    last, n_gaps, n_cold = dict[str, float](), 0, 0
    for at, place in asked:
        if place in last:
            n_gaps += 1
            n_cold += at - last[place] > TTL_SECONDS["1h"]
        last[place] = at
    return habits_of(len({start_of_day(at) for at, _ in asked}), n_gaps, n_cold)


def rates_of(model: Model) -> Rates:
    """What a decision about money needs to know of a model."""
    # What costs nothing takes time instead, and there too a read is cheaper than reading everything anew.
    prices, cliff = UNKNOWN.prices if model.prices == FREE else model.prices, model.cliff
    return Rates(
        input=prices.input,
        write_5m=prices.write_5m,
        write_1h=prices.write_1h,
        read=prices.read,
        minimum=model.minimum,
        window=model.context,
        cliff_above=cliff.above if cliff else None,
        cliff_factor=cliff.factor if cliff else 1.0,
    )
