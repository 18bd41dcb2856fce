"""Spending limits: nothing is sent that could go past one, whoever else is about to send something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from foreword.assist.accounts.reservations import Cap, Overdraft, Reservation
from foreword.assist.question.attached_media import media_weight
from foreword.assist.question.receipt import dollars
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.ports import Provider
from foreword.assist.session.session import Session
from foreword.assist.session.spending_caps import budget_caps, remedy_of
from foreword.assist.spending.forecast import Forecast, forecast_request
from foreword.core.errors import LimitError, StoreError
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import cost
from foreword.prefix.simulator import positions_of

AFTER_S = 60.0
"""How long a reservation outlives the time that its request may take, in seconds."""


async def confirm(session: Session, prepared: PreparedRequest, provider: Provider) -> None:
    """Ask the user about a request whose forecast is above `limits.confirm`.

    Raises:
        LimitError: it is not to be sent.
    """
    limit = session.settings.limits_confirm
    if limit and not provider.simulated:
        seen = forecast_request(session, prepared)
        await confirm_amount(session, seen.high, f"{seen.prompt:,} tokens for {seen.model.id}")


async def confirm_amount(session: Session, amount: float, what: str) -> None:
    """Ask the user about `amount` US dollars if that is above `limits.confirm`.

    Raises:
        LimitError: they are not to be spent.
    """
    limit = session.settings.limits_confirm
    if not limit or amount <= limit:
        return
    told = f"may cost {dollars(amount)}, more than the {dollars(limit)} of limits.confirm"
    if not await session.consent(f"This request ({what}) {told}. Send it?"):
        raise LimitError(
            f"nothing was sent: the request {told}; confirm it with --yes, or raise limits.confirm"
        )


@contextmanager
def reserve_budget(
    session: Session, prepared: PreparedRequest, provider: Provider, tail: Sequence[Mapping[str, Any]] = ()
) -> Iterator[str]:
    """Hold back what one request may cost while it is under way; gives the id for its row.

    `tail` are the messages of the tool loop so far. An answer that is longer than usual can end past the limit by
    its own output; nothing is sent after it.

    Raises:
        LimitError: it would be too much for a limit or a budget; nothing was sent.
    """
    caps = () if provider.simulated else budget_caps(session)
    amount = _worst(session, prepared, tail) if caps else 0.0
    # What costs nothing is let through, whatever was spent elsewhere.
    with holding_amount(session, prepared.kind, amount, caps if amount else ()) as row_id:
        yield row_id


@contextmanager
def holding_amount(session: Session, kind: str, amount: float, caps: Sequence[Cap]) -> Iterator[str]:
    """Hold back US dollars under these caps; without caps nothing is held back, and nothing stored.

    Raises:
        LimitError: it would be too much for one of them.
    """
    # The row's id is made here, so that booked and reserved money can be told to be the same.
    row_id = uuid4().hex
    if not caps:
        yield row_id
        return
    wanted = Reservation(row_id, kind, amount, _over_at(session), session.model_id, str(session.root))
    reserve_amount(session, wanted, caps)
    try:
        yield row_id
    finally:
        with suppress(StoreError):  # it runs out by itself
            session.ledger.free(row_id)


def reserve_amount(session: Session, wanted: Reservation, caps: Sequence[Cap]) -> None:
    """Hold back US dollars under these caps until they are freed by the reservation's id, or its time is over.

    Raises:
        LimitError: it would be too much for one of them.
    """
    over = session.ledger.reserve(wanted, caps, session.clock())
    if over is not None:
        raise LimitError(over_limit(over, wanted.amount))


def over_limit(over: Overdraft, amount: float) -> str:
    """Why a request of so many US dollars is not sent, and what to do."""
    cap = over.cap
    left = dollars(max(cap.limit - over.taken, 0.0))
    return (
        f"{cap.label} of {dollars(cap.limit)} stands in the way: {dollars(over.taken)} is spent or under way, {left} "
        f"is left, and this request may cost {dollars(amount)}; {remedy_of(cap)}, or use --provider offline"
    )


def _over_at(session: Session) -> float:
    """When a request that is sent now is surely over, in Unix seconds."""
    return session.clock() + session.settings.model_deadline + AFTER_S


def _worst(session: Session, prepared: PreparedRequest, tail: Sequence[Mapping[str, Any]]) -> float:
    """The prompt with its whole prefix written anew, and a long answer."""
    seen: Forecast = forecast_request(session, prepared)
    usage = replace(seen.if_miss, output=min(seen.output.high, seen.max_output))
    if tail:
        weight = positions_of(prepared.body(tail), media_weight(session))[-1].weight - prepared.weight
        # Some of it may be read or fresh in fact; as a write it is counted rather too high than too low.
        usage += Usage(write_5m=round(weight / session.ratio))
    return cost(usage, session.model)
