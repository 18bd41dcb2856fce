"""Whether a batch came to be whose answer never arrived: the process was killed, or the connection broke.

The endpoint's list tells neither our names nor what is in a batch, but when it was created and how many requests it has.
Once it has ended its results have the names, so a wrong guess is found out when they are read.
"""

from __future__ import annotations

from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from foreword.assist.batches.batch_store import BatchStore, Part
from foreword.assist.session.ports import Sleep
from foreword.assist.session.session import Session
from foreword.core.errors import StoreError
from foreword.model.message_batch import BatchState

if TYPE_CHECKING:
    from foreword.model.messages_api.message_batches import MessageBatches

SETTLE_S = 15.0
"""A batch that was sent whole is on the list by then, even if nobody waited for the answer."""
POLL_S = 1.0
SKEW_S = 600.0
"""How far the endpoint's clock may be off, in seconds."""


async def settle(
    session: Session, store: BatchStore, batches: MessageBatches, part: Part, sleep: Sleep
) -> bool:
    """Find a part's batch, and note it; without one the part is void, and its questions are free again.

    Raises:
        ModelError: the endpoint does not list its batches; the part stays as it is.
    """
    while True:
        if await adopt(session, store, batches, part):
            return True
        if session.clock() >= part.at + SETTLE_S:
            break
        await sleep(POLL_S)
    store.note(part, "void")
    with suppress(StoreError):  # it runs out by itself
        session.ledger.free(part.reserved)
    return False


async def adopt(session: Session, store: BatchStore, batches: MessageBatches, part: Part) -> bool:
    """Note the batch that a part is, if there is one on the list that nobody else has."""
    longest = session.settings.model_deadline + SKEW_S
    alike = [
        state
        async for state in batches.newest(part.at - SKEW_S)
        if state.n_requests == part.n and state.created <= part.at + longest and not store.is_known(state.id)
    ]
    # The one that was created nearest to when ours was noted.
    for state in sorted(alike, key=lambda one: abs(one.created - part.at)):
        if await _is_ours(store, batches, part, state):
            store.note(part, "sent", state.id)
            return True
    return False


async def _is_ours(store: BatchStore, batches: MessageBatches, part: Part, state: BatchState) -> bool:
    """Whether the results have our names; while there are none, it is taken for ours."""
    if state.status != "ended":
        return True
    members = store.members(part)
    async with aclosing(batches.results(state.id)) as outcomes:
        async for outcome in outcomes:
            return outcome.custom_id in members
    return False
