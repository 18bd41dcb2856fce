"""Who flies and who waits. Leases of other processes are made by hand; `tests/e2e/cache/test_single_writer.py` has real ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.session.session import Session
from foreword.assist.spending.single_flight import PendingRequest, flight, flight_name, lifetime_of
from foreword.core.tokens import Usage
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.warmth import BASE, WITH_DELTA
from foreword.storage.lease import LEASE_S, Leases
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

NOW = WorkspaceFixture(Path()).now
PATIENCE = 30.0
DIGESTS = {"instructions": "i", "base": "b", "delta": "d"}
SENT = SentRequest("anthropic", "sonnet", NOW, 300, DIGESTS)
Work = Callable[[Session], Coroutine[Any, Any, Any]]


def pending(delta: str = "d", *, model: str = "sonnet", waits_s: float = PATIENCE) -> PendingRequest:
    request = replace(SENT, model=model, digests={**DIGESTS, "delta": delta})
    return PendingRequest(request, "variant", caches=True, waits_s=waits_s)


def in_session(fixture: WorkspaceFixture, repo: GitRepo, work: Work) -> Any:  # noqa: ANN401 - what the work gives
    with fixture.session(repo.path) as session:
        return asyncio.run(asyncio.wait_for(work(session), PATIENCE))


class Flights:
    """Starts requests that fly until they are told to begin or to fail, and notes who is in the air."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.flying: list[str] = []
        self.news = asyncio.Event()
        self.begin: dict[str, asyncio.Future[bool]] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, who: PendingRequest) -> asyncio.Task[None]:
        self.begin[name] = asyncio.get_running_loop().create_future()
        self.tasks.append(asyncio.create_task(self._fly(name, who)))
        return self.tasks[-1]

    async def _fly(self, name: str, who: PendingRequest) -> None:
        async with flight(self.session, who) as lock:
            self.flying.append(name)
            self.news.set()
            if await self.begin[name]:
                lock.mark_started()

    async def until(self, n_flying: int) -> list[str]:
        while len(self.flying) < n_flying:
            self.news.clear()
            await self.news.wait()
        return list(self.flying)

    async def end(self) -> None:
        for future in self.begin.values():
            if not future.done():
                future.set_result(True)
        await asyncio.gather(*self.tasks, return_exceptions=True)


def test_the_first_goes_alone_and_the_others_when_its_answer_begins(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    async def run(session: Session) -> tuple[list[str], list[str]]:
        flights = Flights(session)
        for name in "abcd":
            flights.start(name, pending())
        first = await flights.until(1)
        flights.begin["a"].set_result(True)
        everybody = await flights.until(4)
        await flights.end()
        return first, everybody

    first, everybody = in_session(fixture, repo, run)
    assert ["a"] == first
    assert list("abcd") == sorted(everybody)


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
def test_when_the_first_one_fails_exactly_one_other_tries(
    fixture: WorkspaceFixture, repo: GitRepo, how: str
) -> None:
    async def run(session: Session) -> tuple[int, int]:
        flights = Flights(session)
        first = flights.start("a", pending())
        await flights.until(1)
        for name in "bcd":
            flights.start(name, pending())
        first.cancel() if how == "is cancelled" else flights.begin["a"].set_result(False)
        second = (await flights.until(2))[1]
        flights.begin[second].set_result(False)
        third = (await flights.until(3))[2]
        n_before_the_answer = len(flights.flying)
        flights.begin[third].set_result(True)
        n_after = len(await flights.until(4))
        await flights.end()
        return n_before_the_answer, n_after

    assert (3, 4) == in_session(fixture, repo, run)


def test_who_stops_waiting_leaves_nothing_behind(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    async def run(session: Session) -> list[str]:
        flights = Flights(session)
        flights.start("a", pending())
        await flights.until(1)
        waiting = flights.start("b", pending())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        flights.begin["a"].set_result(False)
        flights.start("c", pending())
        flying = await flights.until(2)
        await flights.end()
        return flying

    assert ["a", "c"] == in_session(fixture, repo, run)


def test_other_models_and_other_bases_do_not_wait_for_each_other(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    other_base = PendingRequest(
        replace(SENT, digests={**DIGESTS, "base": "x"}), "v", caches=True, waits_s=PATIENCE
    )
    uncached = replace(pending(), caches=False)

    async def run(session: Session) -> list[str]:
        flights = Flights(session)
        crowd = {
            "a": pending(),
            "b": pending(model="opus"),
            "c": other_base,
            "d": uncached,
            "e": uncached,
        }
        for name, who in crowd.items():
            flights.start(name, who)
        flying = await flights.until(5)
        await flights.end()
        return flying

    assert list("abcde") == in_session(fixture, repo, run)


def test_worktrees_with_the_same_base_wait_for_the_base_and_then_for_their_own_delta(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    async def run(session: Session) -> tuple[list[str], list[str], list[str]]:
        flights = Flights(session)
        for name, delta in (("a", "d"), ("b", "e"), ("c", "e")):
            flights.start(name, pending(delta))
        first = await flights.until(1)
        flights.begin["a"].set_result(True)
        second = await flights.until(2)
        flights.begin[second[-1]].set_result(True)
        third = await flights.until(3)
        await flights.end()
        return first, second, third

    first, second, third = in_session(fixture, repo, run)
    assert (["a"], 2, ["a", "b", "c"]) == (first, len(second), sorted(third))


def test_over_a_warm_prefix_nobody_waits_and_nothing_is_stored(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    async def run(session: Session) -> tuple[list[str], bool]:
        session.prefix_store.record_sent(session.worktree, "variant", replace(SENT, at=fixture.now - 299))
        flights = Flights(session)
        for name in "abc":
            flights.start(name, pending())
        flying = await flights.until(3)
        await flights.end()
        return flying, session.places.leases.exists()

    assert (list("abc"), False) == in_session(fixture, repo, run)


def test_a_prefix_that_went_cold_has_one_writer_again(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    async def run(session: Session) -> list[str]:
        session.prefix_store.record_sent(session.worktree, "variant", replace(SENT, at=fixture.now - 301))
        session.leases.finish(flight_name(session, SENT, BASE), fixture.now - 1)
        flights = Flights(session)
        flights.start("a", pending())
        flights.start("b", pending())
        flying = await flights.until(1)
        await flights.end()
        return flying

    assert ["a"] == in_session(fixture, repo, run)


def test_the_lease_of_a_process_that_died_is_taken_over(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    async def run(session: Session) -> bool:
        with Leases(session.places.leases, lambda: time.time() - LEASE_S + 0.4) as of_the_dead:
            assert of_the_dead.acquire(flight_name(session, SENT, BASE), "dead", fixture.now)
        async with flight(session, pending()) as lock:
            lock.mark_started()
        return session.leases.state(flight_name(session, SENT, WITH_DELTA), fixture.now) == "done"

    assert in_session(fixture, repo, run)


def test_nobody_waits_longer_than_an_answer_may_take_to_begin(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    async def run(session: Session) -> list[str]:
        flights = Flights(session)
        flights.start("a", pending())
        await flights.until(1)
        flights.start("b", pending(waits_s=0.05))
        flying = await flights.until(2)
        await flights.end()
        return flying

    assert ["a", "b"] == in_session(fixture, repo, run)


def test_leases_that_can_not_be_used_keep_nobody_from_an_answer(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    async def run(session: Session) -> list[str]:
        session.places.leases.mkdir()
        flights = Flights(session)
        flights.start("a", pending())
        flights.start("b", pending())
        flying = await flights.until(2)
        await flights.end()
        return flying

    assert ["a", "b"] == in_session(fixture, repo, run)


@pytest.mark.parametrize(
    ("earlier_ttl", "usage", "expected"),
    [
        (3600, Usage(read=10), 3600),
        (3600, Usage(read=10, write_5m=2), 3600),
        (3600, Usage(write_5m=10), 300),
        (300, Usage(read=10), 300),
    ],
    ids=[
        "an hour's entry is renewed for an hour",
        "with more delta too",
        "written anew",
        "five minutes stay",
    ],
)
def test_a_read_renews_an_entry_for_as_long_as_it_was_written_for(
    earlier_ttl: int, usage: Usage, expected: int
) -> None:
    earlier = replace(SENT, at=NOW - 200, ttl_s=earlier_ttl)
    assert expected == lifetime_of(SENT, usage, [earlier])
    assert SENT.ttl_s == lifetime_of(SENT, usage, [replace(earlier, digests={})])
