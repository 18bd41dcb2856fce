"""The stand-in itself: a server in a thread, what happens next, and what was sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from messages_api.batches import BatchService
from messages_api.errors import Json
from messages_api.faults import Fault
from messages_api.models import MODELS, Model
from messages_api.prices import PRICES, Price, cost
from messages_api.record import Recorded
from messages_api.replies import Reply, Script
from messages_api.server import Server
from messages_api.service import Service, Step

MAX_BODY_BYTES = 32 * 1024 * 1024
MANY = 10_000
NO_WORKSPACES: Mapping[str, str] = MappingProxyType({})

Scripted = Fault | Script | tuple[Fault, Script] | None


class MessagesApi:
    """The stand-in, running between `with` and its end.

    `keys` are the accepted API keys (any but "wrong" when None), `workspaces` maps keys to workspaces (all
    share one otherwise), `models` replaces the table of models, `clock` returns seconds. Without `has_batches` it is an
    endpoint that knows none.
    An error inside of the stand-in is raised at the end of the `with` block.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keys: Collection[str] | None = None,
        workspaces: Mapping[str, str] = NO_WORKSPACES,
        models: Mapping[str, Model] = MODELS,
        prices: Mapping[str, Price] = PRICES,
        clock: Callable[[], float] = time.monotonic,
        max_body: int = MAX_BODY_BYTES,
        has_batches: bool = True,
    ) -> None:
        namespace = f"{time.time_ns():x}"
        self._service = Service(
            clock=clock, keys=keys, workspaces=workspaces, models=models, namespace=namespace
        )
        self._service.has_batches = has_batches
        self._server = Server(port, self._service, max_body)
        self._thread = threading.Thread(target=self._server.serve, name="messages-api", daemon=True)
        self._prices = prices

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release(MANY)
        is_quiet = self._server.stop()
        self._thread.join()
        self._server.server_close()
        if error is None and self._service.crashes:
            raise self._service.crashes[0]
        if error is None and not is_quiet:
            raise TimeoutError("a connection of the stand-in did not end")

    @property
    def url(self) -> str:
        """The base URL, as `ANTHROPIC_BASE_URL` takes it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[Recorded]:
        """All requests so far, in the order of their arrival."""
        return list(self._service.records)

    @property
    def messages(self) -> list[Recorded]:
        """The requests for an answer: no counts, no lists."""
        return [recorded for recorded in self.requests if recorded.is_message]

    @property
    def batches(self) -> BatchService:
        """The Message Batches."""
        return self._service.batches

    def fail_batches(self, *faults: Fault) -> None:
        """A fault for each of the next batches: `Status` refuses one, `Drop` and `SlowStart` take it and answer not, or late."""
        self._service.batch_faults.extend(faults)

    @property
    def rejected(self) -> list[Recorded]:
        """The requests that were refused by a rule, and not by a fault of the script."""
        return [recorded for recorded in self.requests if recorded.error and recorded.fault is None]

    def script(self, *steps: Scripted) -> None:
        """What happens to the next requests for an answer, one step each: an answer, a fault, a fault with
        its answer (for streams that break), or None for the default answer. Invalid requests take no step.
        """
        with self._service.changed:
            self._service.steps.extend(_step(step) for step in steps)

    def answer(self, text: str | Reply) -> None:
        """The answer to the next request that has no step yet."""
        self.script(text)

    def answer_with(self, script: Script) -> None:
        """The answer to every request that has no step, from now on; a callable gets the request's body."""
        self._service.default = script

    def fail(self, *faults: Fault) -> None:
        """A fault for each of the next requests that have no step yet."""
        self.script(*faults)

    def tell_usage(self, told: Callable[[Json], Json]) -> None:
        """What clients are told of the usage of each request from now on, as gateways and engines change it."""
        self._service.told_usage = told

    def release(self, n_holds: int = 1) -> None:
        """Let held answers go on, now or when they come to their hold: one answer for each of `n_holds`."""
        self._service.holds.release(n_holds)

    def advance(self, seconds: float) -> None:
        """Let time pass for the cache."""
        self._service.advance(seconds)

    def evict(self) -> None:
        """Empty the cache, as the service may do at any time."""
        self._service.cache.clear()

    def wait_for_request(self, n: int = 1, timeout: float = 10.0) -> Recorded:
        """The n-th request for an answer (from 1), as soon as it has arrived.

        Raises:
            TimeoutError: it did not within `timeout` seconds.
        """
        with self._service.changed:
            if not self._service.changed.wait_for(lambda: len(self.messages) >= n, timeout):
                raise TimeoutError(f"{len(self.messages)} of {n} requests arrived in {timeout} s")
        return self.messages[n - 1]

    def wait_for(self, is_so: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait until something holds of what was sent.

        Raises:
            TimeoutError: it did not within `timeout` seconds.
        """
        with self._service.changed:
            if not self._service.changed.wait_for(is_so, timeout):
                raise TimeoutError(f"it did not come to be in {timeout} s")

    def wait_for_any(self, n: int) -> Recorded:
        """The n-th request of any kind (from 1), as soon as it has arrived."""
        with self._service.changed:
            self._service.changed.wait_for(lambda: len(self._service.records) >= n)
        return self.requests[n - 1]

    def cost(self) -> float:
        """US dollars for all answers so far."""
        return sum(
            cost(recorded.usage, str((recorded.body or {})["model"]), self._prices)
            for recorded in self.messages
            if recorded.usage is not None
        )

    def batch_cost(self) -> float:
        """US dollars for all that was answered in batches, at half the price."""
        return sum(
            cost(recorded.usage or {}, str((recorded.body or {})["model"]), self._prices) / 2
            for recorded in self.batches.records
        )


def _step(step: Scripted) -> Step:
    match step:
        case None:
            return Step()
        case tuple():
            return Step(*step)
        case str() | Reply():
            return Step(reply=step)
        case _ if isinstance(step, Fault):
            return Step(fault=step)
        case _:
            return Step(reply=step)
