"""The prefix of one folder between questions: pings against the stand-in, at a time that is the test's own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import pytest

from clocked import START
from clocked_server import StandingTime
from foreword.assist.answering.ask import ask
from foreword.assist.session.open_workspace import OpenFolder, open_folder
from foreword.assist.session.ports import Time, Trust
from foreword.assist.session.worker import Worker
from foreword.assist.spending.keep_warm import KeepWarm
from foreword.core.settings import Options
from foreword.prefix.policy.gap_model import Signals
from gitrepo import GitRepo
from messages_api import MessagesApi, Recorded, Status
from sample_repo import make_sample

PATIENCE_S = 60.0
MODEL = "claude-sonnet-4-6"
HOUR_S = 3_600
EACH = 3_900
"""Somebody who comes back after so many seconds again and again is waited for."""


@dataclass
class Kept:
    """A folder that is open in one process, and what looks after it; `signals` are those of its editor."""

    opened: OpenFolder
    time: StandingTime
    changes: list[float] = field(default_factory=list)
    signals: Signals = field(default_factory=Signals)
    is_trusted: bool = True

    def __post_init__(self) -> None:
        self.opened.session.signals = lambda: self.signals
        self.opened.session.trust = Trust(lambda: self.is_trusted)
        now = self.time.now
        self.keeping = KeepWarm(
            self.opened,
            Time(now, self.time.sleep),
            lambda: self.changes.append(now()),
        )
        self.task = asyncio.ensure_future(self.keeping.serve())

    async def ask(self, flags: Mapping[str, object] | None = None) -> None:
        """A question, and its answer; the settings are of this question alone."""
        session = await self.opened.current(flags)
        async with aclosing(ask(session, "What is a refund?", run=self.opened.run)) as events:
            async for _ in events:
                pass
        self.keeping.note_answer(session)

    async def sign(self) -> float:
        """The user saves something; when there is something to do next."""
        self.signals = Signals(last_change=self.time.now())
        self.keeping.look()
        return await self.time.pass_until(self.time.now(), 1)


@dataclass
class World:
    """The time, the stand-in that lives by it, and the processes of one user."""

    time: StandingTime
    api: MessagesApi
    shop: GitRepo
    environ: dict[str, str]
    stack: AsyncExitStack
    n_open: int = 0

    async def open(self, **settings: object) -> Kept:
        """One more process on the shop."""
        kept = await self.stack.enter_async_context(opened(self, settings))
        self.n_open += 1
        return kept

    async def let_pass(self, seconds: float) -> float:
        """Let time pass; when there is something to do next."""
        until = self.time.now() + seconds
        while (due := await self.time.pass_until(self.time.now(), self.n_open)) <= until:
            await self.time.pass_until(due, self.n_open)
        return await self.time.pass_until(until, self.n_open)

    async def come_back(self, kept: Kept, flags: Mapping[str, object] | None = None) -> None:
        """Ask four times, regularly."""
        for number in range(4):
            if number:
                await self.let_pass(EACH)
            await kept.ask(flags)

    @property
    def pings(self) -> list[Recorded]:
        return [recorded for recorded in self.api.messages if (recorded.body or {})["max_tokens"] == 0]

    @property
    def asked(self) -> list[Recorded]:
        return [recorded for recorded in self.api.messages if (recorded.body or {})["max_tokens"]]


@asynccontextmanager
async def opened(world: World, settings: dict[str, object]) -> AsyncIterator[Kept]:
    options = [Options("test", {key.replace("_", "."): value for key, value in settings.items()})]
    worker, folder = Worker("test"), world.shop.path
    found = await open_folder(folder, world.environ, options, worker, lambda *_: None, clock=world.time.now)
    await found.index()
    kept = Kept(found, world.time)
    yield kept
    kept.task.cancel()
    await asyncio.gather(kept.task, return_exceptions=True)
    await found.close(PATIENCE_S)
    assert await asyncio.to_thread(worker.join, PATIENCE_S)


Story = Callable[[World], Coroutine[Any, Any, None]]
Lived = Callable[[Story], World]


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lived]:
    """Lives a story; the SDK reads the key from the process's own environment."""
    time = StandingTime(START + 9 * HOUR_S)
    shop = make_sample(tmp_path / "shop", 6)
    with MessagesApi(clock=time.now) as api:
        key = {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url, "FOREWORD_MODEL": MODEL}
        for name, value in key.items():
            monkeypatch.setenv(name, value)
        environ = key | {"FOREWORD_HOME": str(tmp_path / "home")}

        async def live(story: Story) -> World:
            async with AsyncExitStack() as stack:
                world = World(time, api, shop, environ, stack)
                await story(world)
            return world

        yield lambda story: asyncio.run(asyncio.wait_for(live(story), PATIENCE_S))
        assert [] == api.rejected


def test_a_prefix_is_kept_for_who_comes_back_and_let_go_at_night(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        await world.come_back(kept)
        assert await world.let_pass(14 * HOUR_S) == inf
        assert [ping.time for ping in world.pings] == kept.changes

    world = lived(story)
    # After one gap of that length nothing is kept yet, and a second one that is too long for a mark gets none.
    assert [recorded.time + 3_540 for recorded in world.asked[2:]] == [ping.time for ping in world.pings]
    assert {"read"} == {ping.verdict for ping in world.pings}
    assert ["written", "unmarked", "written", "read"] == [recorded.verdict for recorded in world.asked]


@pytest.mark.parametrize(
    "flags", [{"model": "claude-haiku-4-5"}, {"model": "claude-opus-4-8", "model.effort": "low"}]
)
def test_the_cache_of_the_model_that_was_asked_last_is_kept(lived: Lived, flags: dict[str, object]) -> None:
    async def story(world: World) -> None:
        kept = await world.open(context_budget="auto")
        await world.come_back(kept, flags)
        assert await world.let_pass(14 * HOUR_S) == inf

    world = lived(story)
    assert world.pings
    assert {flags["model"]} == {(recorded.body or {})["model"] for recorded in world.api.messages}
    assert {"read"} == {ping.verdict for ping in world.pings}


def test_who_asked_once_is_not_waited_for(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        await kept.ask()
        assert await world.let_pass(200) == inf
        assert await kept.sign() == inf
        assert await world.let_pass(14 * HOUR_S) == inf

    assert [] == lived(story).pings


def test_a_sign_of_life_revives_what_was_about_to_be_let_go(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        await kept.ask()
        await world.let_pass(200)
        await kept.ask()
        assert await world.let_pass(280) == inf
        assert [] == world.pings
        assert await kept.sign() == world.time.now() + 270

    world = lived(story)
    assert [480.0] == [ping.time - world.asked[0].time for ping in world.pings]


@pytest.mark.parametrize("signals", [Signals(asleep=True), Signals(closed=True)])
def test_where_nobody_is_nothing_is_kept(lived: Lived, signals: Signals) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        await world.come_back(kept)
        kept.signals = signals
        assert await world.let_pass(14 * HOUR_S) == inf

    world = lived(story)
    assert all(ping.time < world.asked[-1].time for ping in world.pings)


@pytest.mark.parametrize(("share", "n_pings"), [(0.5, 0), (1.5, 1), (2.5, 2)])
def test_the_days_budget_is_not_exceeded(share: float, n_pings: int, lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open(model="claude-sonnet-5-5")
        await world.come_back(kept)
        (spent,) = [total for total in kept.opened.session.ledger.totals("kind") if total.group == "warm"]
        budget = spent.cost * (1 + share / len(world.pings))
        await kept.opened.configure([Options("test", {"model": "claude-sonnet-5-5", "warm.day": budget})])
        n_before = len(world.pings)
        assert await world.let_pass(14 * HOUR_S) == inf
        assert n_pings == len(world.pings) - n_before

    lived(story)


def test_of_two_processes_one_pings(lived: Lived) -> None:
    async def story(world: World) -> None:
        first, second = await world.open(), await world.open()
        await world.come_back(first)
        second.keeping.look()
        await world.let_pass(HOUR_S)
        assert 1 == len(first.changes[1:] + second.changes)
        await first.ask()

    world = lived(story)
    assert [recorded.time + 3_540 for recorded in world.asked[2:-1]] == [ping.time for ping in world.pings]
    assert "read" == world.asked[-1].verdict


def test_a_failure_is_logged_and_the_next_question_begins_anew(
    lived: Lived, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "foreword.assist.spending.keep_warm")

    async def story(world: World) -> None:
        kept = await world.open()
        await world.come_back(kept)
        world.api.fail(Status(400))
        assert await world.let_pass(2 * HOUR_S) == inf
        (logged,) = [record.getMessage() for record in caplog.records]
        assert "the prefix is not kept warm" in logged
        assert "\n" not in logged
        await kept.ask()
        await world.let_pass(HOUR_S)

    world = lived(story)
    assert [None, 400, None] == [getattr(ping.fault, "status", None) for ping in world.pings]


def test_what_may_not_be_sent_is_not(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        await world.come_back(kept)
        kept.is_trusted, n_before = False, len(world.pings)
        assert await world.let_pass(14 * HOUR_S) == inf
        kept.keeping.expect()
        assert await world.let_pass(1) == inf
        assert n_before == len(world.pings)

    lived(story)


def test_a_question_that_is_expected_finds_the_prefix_written(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open()
        kept.keeping.expect()
        assert await world.let_pass(0) == inf
        assert [] == world.api.messages
        await kept.ask()
        await world.let_pass(14 * HOUR_S)
        world.shop.write("shop/checkout.py", "VAT = 7\n")
        kept.keeping.expect()
        await world.let_pass(5)
        kept.keeping.expect()
        await world.let_pass(5)
        await kept.ask()

    world = lived(story)
    assert ["written"] == [ping.verdict for ping in world.pings]
    assert ["written", "read"] == [recorded.verdict for recorded in world.asked]


def test_a_budget_that_is_spent_writes_nothing_in_advance(lived: Lived) -> None:
    async def story(world: World) -> None:
        kept = await world.open(**{"warm.day": 0})
        await kept.ask()
        await world.let_pass(14 * HOUR_S)
        kept.keeping.expect()
        assert await world.let_pass(5) == inf

    assert [] == lived(story).pings
