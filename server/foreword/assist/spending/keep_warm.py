"""Keeping a workspace's prefix warm between questions, for as long as that pays.

After each answer, and at each sign of activity, `prefix.policy.policy.decide_warmth` says whether to ping now, to look again
later, or to let go; the same function decides in a replay. On intent (a chat is opened) `decide_warming` says whether
to write the prefix before the question is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from foreword.assist.accounts.ledger import utc_offset
from foreword.assist.context.policy_inputs import situation_of
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.ports import Time
from foreword.assist.session.providers import open_online, provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, take_snapshot, variant_of
from foreword.assist.spending.warm_up import WarmUp, WarmUpSkipped, current_prefix, ping, sent_prefix
from foreword.core.errors import ForewordError
from foreword.prefix.policy.policy import decide_warming, decide_warmth
from foreword.prefix.policy.situation import Decision

NEVER = inf
"""To look again when there is news, and not before."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A decision, when it was made (Unix seconds), and the prefix that it is about."""

    decision: Decision
    at: float
    prepared: PreparedRequest

    @property
    def wake(self) -> float:
        """When to look again, in Unix seconds."""
        wake = self.decision.wake
        return NEVER if wake is None else wake - utc_offset(self.at)


class KeepWarm:
    """Keeps the prefix of one folder in the provider's cache, by pings between questions.

    Used on the event loop; `on_change` is called after a warm-up was sent.

    Nobody is asked whether the workspace may be sent: the provider of an answer may have been another one, or trust was
    taken back since.
    """

    def __init__(self, opened: OpenFolder, time: Time, on_change: Callable[[], None]) -> None:
        self._opened = opened
        self._time = time
        self._on_change = on_change
        self._news = asyncio.Event()
        self._expected = False
        self._flags: Mapping[str, object] = {}

    def look(self) -> None:
        """Decide anew: the editor shows activity of the user."""
        self._news.set()

    def note_answer(self, session: Session) -> None:
        """Decide anew: a question was answered, with the settings of `session`.

        A chat may have its own model and effort, whose cache is another one: that of the last answer is kept warm.
        """
        asked, usual = session.settings, self._opened.session.settings
        chosen = {"model": asked.model, "model.effort": asked.model_effort}
        of_all = {"model": usual.model, "model.effort": usual.model_effort}
        self._flags = dict(chosen.items() - of_all.items())
        self._news.set()

    def expect(self) -> None:
        """Note that the user is about to ask (a chat was opened, a menu used)."""
        self._expected = True
        self._news.set()

    async def serve(self) -> None:
        """Decide and ping until cancelled; what goes wrong is logged, and the prefix grows cold."""
        wake = NEVER
        while True:
            await self._wait(wake)
            wake = NEVER
            try:
                wake = await self._step()
            # Keeping warm only saves money: without it the next question writes the prefix, and says so.
            except ForewordError as error:
                log.info("the prefix is not kept warm: %s", error)

    async def _wait(self, wake: float) -> None:
        """Until there is news, or until a time (Unix seconds)."""
        waiting: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self._news.wait()),
            asyncio.ensure_future(self._time.sleep(max(0.0, wake - self._time.now()))),
        }
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        # After the wait and before the step: news during a step makes another one follow.
        self._news.clear()

    async def _step(self) -> float:
        """Decide once, and do it; when to look again (Unix seconds)."""
        expected, self._expected = self._expected, False
        saved = self._opened.latest
        if saved is None or not saved.is_complete:
            return NEVER
        session = await self._opened.current(self._flags) if self._flags else self._opened.session
        # Asked at each step: the last answer may have been the offline provider's, and trust can be taken
        # back.
        if provider_name(session) == "offline" or not session.trust.granted():
            return NEVER
        plan = await self._opened.run(_plan, session, saved, expected=expected)
        if plan is None:
            return NEVER
        log.debug("%s: %s", plan.decision.action, plan.decision.why)
        if plan.decision.action in ("ping", "warm"):
            await self._send(session, plan.prepared)
        return plan.wake

    async def _send(self, session: Session, prepared: PreparedRequest) -> None:
        # What happens by itself never interrupts the user with a question.
        unasked = replace(session, trust=session.trust.without_asking())
        async with open_online(unasked) as provider:
            match await ping(session, prepared, provider, by_itself=True):
                case WarmUp():
                    self._on_change()
                case WarmUpSkipped() as skipped:
                    log.debug("skipped: %s", skipped.reason)


def _plan(session: Session, saved: WorkspaceSnapshot, *, expected: bool) -> _Plan | None:
    """What to do now, for the prefix as it was last sent, or, if a question is about to come, as it will be sent."""
    # The size of a base can depend on the model, and its name on the size.
    sent = sent_prefix(session, replace(saved, variant=variant_of(session, saved)))
    if sent is None:
        return None
    prefix = sent.prefix
    now = situation_of(session, prefix.base, delta=prefix.delta)
    if expected and now.gaps.last is not None:
        decision = decide_warming(now)
        if decision.action == "warm":
            return _Plan(decision, session.clock(), current_prefix(session, take_snapshot(session)))
    return _Plan(decide_warmth(now), session.clock(), sent)
