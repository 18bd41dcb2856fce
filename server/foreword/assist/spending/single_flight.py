"""Single flight: of all requests over one cold prefix, the first goes alone until its answer begins.

    cold:   |--- first ----Started|                 writes the prefix
            | others wait ........|--- second ---   read it
                                  |--- third ----

An entry of the cache can be read only from the moment when the answer that writes it begins, so requests that start
together would all pay for writing it. The wait holds for all processes of this machine (`storage.lease`), and never
longer than an answer may take to begin: then a request goes anyway. Over a warm prefix nothing is written or waited for.

The base is one flight and base with delta another: worktrees of one repository share the base only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.ports import Provider
from foreword.assist.session.session import Session
from foreword.core.errors import StoreError
from foreword.core.tokens import Usage
from foreword.model.messages_api.retry_policy import Patience
from foreword.prefix.policy.policy import TTL_SECONDS
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.warmth import BASE, WITH_DELTA, key_of, last_over, warm_until
from foreword.storage.lease import RENEW_S, Leases

POLL_S = 0.03
LAYERS = (BASE, WITH_DELTA)
"""What is readable on its own: the layers up to each of the last two breakpoints."""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that is about to be sent.

    `request` says over which prefix, `earlier` what went over prefixes of this worktree before;
    `caches` is whether anything of it can be written to a provider's cache, `waits_s` how long it may wait.
    """

    request: SentRequest
    variant: str
    caches: bool
    waits_s: float


@dataclass(slots=True)
class FlightLock:
    """The right to send one request, with a lease or without.

    A lease is renewed for as long as this process lives.

    `done` is what others need not do until `expires` (Unix seconds) once this request has begun.
    """

    leases: Leases
    done: tuple[str, ...] = ()
    expires: float = 0.0
    owner: str = field(default_factory=lambda: uuid4().hex)
    _held: str | None = None
    _timer: asyncio.TimerHandle | None = None

    def take(self, name: str, now: float) -> bool:
        """Get the lease of this name; False if it is not to be had.

        Raises:
            StoreError: the leases can't be used.
        """
        if not self.leases.acquire(name, self.owner, now):
            return False
        self._held = name
        self._keep()
        return True

    def mark_started(self) -> None:
        """The answer has begun: everything up to the last breakpoint is in the cache."""
        if self._held is not None:
            with suppress(StoreError):
                # All layers of the request: whoever waits for one of them can read it now.
                for name in self.done:
                    self.leases.finish(name, self.expires)
            self.leave()

    def leave(self) -> None:
        """The request is over; if its answer never began, another one may try."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            with suppress(StoreError):
                self.leases.release(self._held, self.owner)
            self._held = None

    def _keep(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(RENEW_S, self._renew)

    def _renew(self) -> None:
        if self._held is not None:
            with suppress(StoreError):
                self.leases.renew(self._held, self.owner)
            self._keep()


@asynccontextmanager
async def flight(session: Session, pending: PendingRequest) -> AsyncGenerator[FlightLock, None]:
    """Wait for whoever writes the same prefix at the moment; then send the request within this block.

    A store that can't be used is no reason not to answer: the request goes without waiting then.
    """
    lock = await _acquire(session, pending) if pending.caches else FlightLock(session.leases)
    try:
        yield lock
    finally:
        lock.leave()


def pending_request(session: Session, prepared: PreparedRequest, provider: Provider) -> PendingRequest:
    """The pending request that stands for a prepared one which is about to be sent."""
    ttl, model = prepared.payload.ttl, session.model
    # An unknown model's minimum is a guess, so its prefix may be cached.
    is_long_enough = not model.known_as or prepared.prefix_weight / session.ratio >= model.minimum
    return PendingRequest(
        request_over(prepared, provider.name, session.clock()),
        variant=prepared.prefix.variant,
        caches=ttl is not None and is_long_enough and not provider.simulated,
        waits_s=min(Patience().first_event, session.settings.model_deadline),
    )


def request_over(prepared: PreparedRequest, provider: str, now: float) -> SentRequest:
    """A request as the prefix store would remember it if it were sent now (Unix seconds)."""
    ttl = prepared.payload.ttl
    lifetime = TTL_SECONDS[ttl] if ttl else 0
    return SentRequest(provider, prepared.parameters.model, now, lifetime, prepared.digests)


def lifetime_of(request: SentRequest, usage: Usage, earlier: Iterable[SentRequest]) -> int:
    """Seconds for which the provider keeps the base from the start of this request.

    A read renews an entry for as long as it was written for: a mark of another lifetime does not change that.
    """
    last = last_over(earlier, key_of(request))
    is_kept = usage.read and last is not None and last.is_warm(request.at)
    return last.ttl_s if is_kept and last is not None else request.ttl_s


async def _acquire(session: Session, pending: PendingRequest) -> FlightLock:
    loop = asyncio.get_running_loop()
    until = loop.time() + pending.waits_s
    # Asked before the leases: what our own records say is warm needs nobody's leave, and no file is opened.
    names = _cold_names(session, pending)
    while names and loop.time() < until:
        try:
            lock = _try(session, pending, names)
        except StoreError:
            break
        if lock is not None:
            return lock
        await asyncio.sleep(POLL_S)
    return FlightLock(session.leases)


def _try(session: Session, pending: PendingRequest, names: tuple[str, ...]) -> FlightLock | None:
    """The lock, if the first layer that nobody wrote yet is free, or every layer is written by now."""
    leases, now = session.leases, session.clock()
    # The base before the delta, as the cache is written: whoever writes a layer writes those before it too.
    name = next((name for name in names if leases.state(name, now) != "done"), None)
    if name is None:
        return FlightLock(leases)
    lock = FlightLock(leases, names, now + pending.request.ttl_s)
    return lock if leases.state(name, now) == "free" and lock.take(name, now) else None


def _cold_names(session: Session, pending: PendingRequest) -> tuple[str, ...]:
    """The names of the flights that this request would be, without those over what is warm by our own records."""
    request, now = pending.request, session.clock()
    earlier = session.prefix_store.sent(session.worktree)
    return tuple(
        flight_name(session, request, layers)
        for layers in LAYERS
        if warm_until(earlier, key_of(request), now, layers) is None
    )


def flight_name(session: Session, request: SentRequest, layers: Iterable[str]) -> str:
    """The same for all requests that share these layers in one provider's cache."""
    # Each endpoint may have a cache of its own, so one must not wait for another's write.
    endpoint = session.settings.model_url or session.environ.get("ANTHROPIC_BASE_URL", "")
    said = [request.provider, endpoint, request.model, *_of(request.digests, layers)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


def _of(digests: Mapping[str, str], layers: Iterable[str]) -> list[str]:
    return [digests.get(layer, "") for layer in layers]
