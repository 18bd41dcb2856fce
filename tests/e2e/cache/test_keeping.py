"""A real server lives through two days, and does at every moment what a replay of the same days does.

The clock is the test's own; the cache of the stand-in lives by it too. Sizes are read off the first requests. A replay knows them to
the token, where a server guesses them until it has learned how long a token is: at a decision that hangs by a few percent they
could part, so the courses are such that none does.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from random import Random
from typing import Any

import pytest

from clocked import START, Clock, clocked, clocked_process, save
from editor import Editor
from foreword.assist.session.budget import rates_of
from foreword.core.settings import Settings
from foreword.core.tokens import Usage
from foreword.model.catalog.catalog import load_catalog
from foreword.prefix.policy.situation import PER_TOKEN, Rates
from foreword.replay.baselines import find_policy
from foreword.replay.trace import Event
from foreword.replay.trace_run import PING_TOKENS, Sizes, Terms, requests_of
from foreword.replay.trace_run import ReplayedRequest as Replayed
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Recorded, SlowStart
from prefix_money import prefix_texts
from sample_repo import make_sample

HOUR_S, DAY_S = 3_600.0, 86_400.0
ZONE, AHEAD_S = "Europe/Berlin", 7_200.0
"""Where the user lives, and how far their clock is ahead of UTC in June: habits and budgets go by it."""

RATES = "shop/rates.py"
FEW = 10
"""Changed lines a save from which a delta is worth folding within a day."""
OFTEN = 30
"""How many times it was saved before: so the history tells from the beginning which file changes, and where the inner mark stands."""

MORNING = START - AHEAD_S + 9 * HOUR_S
ASKED = "What is a refund?"
MENU = {"context": {"diagnostics": [], "triggerKind": 1}}


@dataclass(frozen=True)
class ReplayedRequest:
    """One request: when (seconds of the user's own clock), whether it was a ping, and its prefix by bucket."""

    t: float
    is_ping: bool
    read: int
    write_5m: int
    write_1h: int


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def api(clock: Clock) -> Iterator[MessagesApi]:
    with MessagesApi(clock=clock.now) as running:
        yield running


@pytest.fixture
def user(tmp_path: Path, api: MessagesApi) -> Foreword:
    return Foreword(tmp_path / "user", url=api.url, more={"TZ": ZONE})


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 16)


@asynccontextmanager
async def at_work(
    user: Foreword, clock: Clock, shop: GitRepo, *, trusted: bool = False
) -> AsyncIterator[Editor]:
    """An editor on the shop, when its index is complete."""
    async with clocked(user, clock) as editor:
        await editor.start([shop.path], initializationOptions={"trusted": trusted})
        await editor.command("foreword.index")
        yield editor


async def ask(editor: Editor, **flags: object) -> Any:  # noqa: ANN401 - any JSON
    return await editor.command("foreword.ask", question=ASKED, **flags)


@dataclass(frozen=True)
class Course:
    """Days of questions with log-normal gaps, most after a save of so many changed lines, lunch, and nights."""

    model: str
    seed: int
    days: int
    asks: int
    gap_s: float
    lines: int

    def events(self) -> Iterator[Event]:
        """The trace; it ends an hour before the next morning."""
        chance = Random(self.seed)
        for day in range(self.days):
            t = day * DAY_S + 9 * HOUR_S
            for number in range(self.asks):
                is_noon = self.days > 1 and number == self.asks // 2
                gap = 5_400 if is_noon else max(2, round(chance.lognormvariate(log(self.gap_s), 1.4)))
                if number and chance.random() < 0.75:
                    yield Event(t + round(gap * chance.uniform(0.1, 0.9)), "edit")
                t += gap
                yield Event(t, "ask")
        yield Event(self.days * DAY_S + 8 * HOUR_S, "wake")

    def text(self, n: int) -> str:
        """A file after its n-th save: every line is another one each time, and has always as many tokens."""
        nouns = [("basket", "parcel")[(line + n) % 2] for line in range(self.lines)]
        lines = [f"    {noun}.settle(customer, warehouse, {100 + n}) or refund(supplier)\n" for noun in nouns]
        return f"def settle_all(basket, parcel, customer):\n{''.join(lines)}"


async def live(editor: Editor, clock: Clock, shop: GitRepo, course: Course) -> None:
    """Go through a course.

    Every save is committed, as a base is read from a commit: what is not committed can't be folded into it, which a
    replay does not know.
    """
    file, n_saves = shop.path / RATES, 0
    editor.open(file.as_uri(), course.text(n_saves))
    clock.n_kept = 0
    for event in course.events():
        await clock.pass_until(event.t + START - AHEAD_S)
        if event.event == "edit":
            n_saves += 1
            await save(editor, file, course.text(n_saves))
            shop.commit("Save")
        elif event.event == "ask":
            await ask(editor)
            clock.n_kept = 1


def buckets(recorded: Recorded) -> Usage:
    usage = recorded.usage or {}
    by_lifetime = usage["cache_creation"]
    return Usage(
        usage["input_tokens"],
        by_lifetime["ephemeral_5m_input_tokens"],
        by_lifetime["ephemeral_1h_input_tokens"],
        usage["cache_read_input_tokens"],
    )


def is_ping(recorded: Recorded) -> bool:
    return bool((recorded.body or {})["max_tokens"] == 0)


def of_live(recorded: Recorded) -> ReplayedRequest:
    used = buckets(recorded)
    return ReplayedRequest(
        recorded.time - START + AHEAD_S, is_ping(recorded), used.read, used.write_5m, used.write_1h
    )


def of_replay(sent: Replayed) -> ReplayedRequest:
    used = sent.usage
    return ReplayedRequest(sent.t, sent.is_ping, used.read, used.write_5m, used.write_1h)


def sizes_of(api: MessagesApi) -> tuple[Sizes, int]:
    """Tokens of base and turn, as the stand-in counted them, and of a block of the delta: all are alike.

    What a new base reads of the one before it is what is stable.
    """
    used = [buckets(recorded) for recorded in api.messages if not is_ping(recorded)]
    base = used[0].prompt - used[0].fresh
    stable = min(u.read for u in used if u.read)
    block = next(u.written for u in used if u.read >= base and u.written)
    return Sizes(base, used[0].fresh, stable if stable < base else 0), block


def rates(model: str) -> Rates:
    return rates_of(load_catalog(None)[0].find(model)[0])


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(Course("claude-sonnet-4-6", 1, 2, 10, 150, 2), id="two days"),
        pytest.param(Course("claude-sonnet-5-5", 3, 2, 10, 150, 2), id="cheap reads, so more pings"),
        *(
            pytest.param(Course("claude-sonnet-4-6", seed, 1, 14, 60, 70), id=f"large changes, course {seed}")
            for seed in (1, 4, 8)
        ),
    ],
)
async def test_what_a_server_does_is_what_a_replay_does(
    course: Course, user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    user = replace(user, more={**user.more, "FOREWORD_MODEL": course.model})
    for number in range(OFTEN if course.lines > FEW else 0, -1, -1):
        shop.write(RATES, course.text(-number))
        shop.commit("Save rates")

    async with at_work(user, clock, shop, trusted=True) as editor:
        await live(editor, clock, shop, course)
        booked: list[dict[str, Any]] = (await editor.command("foreword.usage", by="kind"))["rows"]
    prices = rates(course.model)
    sizes, block = sizes_of(api)
    events = [replace(event, tokens=block if event.event == "edit" else None) for event in course.events()]
    terms = Terms(Settings().warm_day)
    replayed = requests_of(events, find_policy("foreword"), prices, sizes, terms)
    assert [of_replay(sent) for sent in replayed] == [of_live(recorded) for recorded in api.messages]
    assert [] == api.rejected
    paid = sum(prices.cost(buckets(recorded)) for recorded in api.messages)
    pings = [recorded for recorded in api.messages if is_ping(recorded)]
    # The one thing that a replay does not know is how short the turn of a ping is.
    spare = sum(PING_TOKENS - buckets(ping).fresh for ping in pings) * prices.input * PER_TOKEN
    assert pytest.approx(sum(prices.cost(sent.usage) for sent in replayed) - spare) == paid
    assert pytest.approx(api.cost()) == sum(row["cost"]["total"] for row in booked)
    assert len(pings) == sum(row["requests"] for row in booked if row["group"] == "warm")
    assert course.days == 1 or any(recorded.verdict == "read" for recorded in pings)
    folds = [recorded for recorded in api.messages if 0 < buckets(recorded).read <= sizes.stable]
    assert folds or course.lines < FEW


async def come_back(editor: Editor, clock: Clock) -> None:
    """Ask so regularly that the prefix is kept for the next time."""
    for number in range(4):
        await clock.pass_until(clock.at + 3_900) if number else None
        await ask(editor)
        clock.n_kept = 1


async def open_menu(editor: Editor, shop: GitRepo) -> None:
    """Open the menu of actions, as somebody does who is about to ask."""
    file = shop.path / "shop/checkout.py"
    here = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": file.as_uri()}, "range": {"start": here, "end": here}, **MENU}
    await editor.request("textDocument/codeAction", params)


async def long_for(clock: Clock, editor: Editor, shop: GitRepo) -> None:
    """Every sign of a question to come, and hours in which none does."""
    file = shop.path / "shop/checkout.py"
    editor.open(file.as_uri(), text := file.read_text())
    for _ in range(3):
        await clock.pass_until(clock.at + 200)
        await save(editor, file, text := text + "# more\n")
        await open_menu(editor, shop)
        await editor.request("foreword/chat/open", {})
        await clock.pass_until(clock.at + HOUR_S)


async def test_an_untrusted_folder_is_not_kept_warm_whatever_was_answered_offline(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    async with at_work(user, clock, shop) as editor:
        assert "offline" == (await ask(editor, provider="offline"))["provider"]
        await long_for(clock, editor, shop)
    assert not api.requests


async def test_trust_that_is_taken_back_ends_it(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    async with at_work(user, clock, shop) as editor:
        await editor.command("foreword.trust")
        await come_back(editor, clock)
        n_before = len(api.messages)
        await editor.command("foreword.trust", revoke=True)
        await long_for(clock, editor, shop)
    assert any(is_ping(recorded) for recorded in api.messages)
    assert n_before == len(api.messages)


async def test_offline_there_is_nothing_to_keep(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    user = replace(user, more={**user.more, "FOREWORD_PROVIDER": "offline"})

    async with at_work(user, clock, shop, trusted=True) as editor:
        await come_back(editor, clock)
        await long_for(clock, editor, shop)
        assert float("inf") == (await clock.settle())
    assert not api.requests


async def test_a_folder_that_is_closed_is_let_go(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    async with at_work(user, clock, shop, trusted=True) as editor:
        await come_back(editor, clock)
        gone = [{"uri": shop.path.as_uri(), "name": "shop"}]
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": gone}})
        await editor.refusal("foreword/heard")
        clock.n_kept, n_before = 0, len(api.messages)
        await clock.pass_until(clock.at + 2 * HOUR_S)
        assert n_before == len(api.messages)


async def test_opening_a_chat_in_the_morning_writes_the_prefix_before_the_question_is_there(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    async with at_work(user, clock, shop, trusted=True) as editor:
        await editor.request("foreword/chat/open", {})
        await clock.pass_until(clock.at + HOUR_S)
        assert [] == api.messages
        await ask(editor)
        await clock.pass_until(clock.at + 14 * HOUR_S)
        shop.write("shop/checkout.py", "VAT = 7\n")
        shop.commit("Work elsewhere")
        await editor.request("foreword/chat/open", {})
        await clock.pass_until(clock.at + 20)
        assert "hit" == str((await ask(editor))["receipt"]["cache"]["verdict"])
    assert [False, True, False] == [is_ping(recorded) for recorded in api.messages]
    assert ["written", "written", "read"] == [recorded.verdict for recorded in api.messages]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_server_that_is_killed_in_the_middle_of_a_ping_leaves_a_prefix_that_goes_on(
    user: Foreword, clock: Clock, api: MessagesApi, shop: GitRepo
) -> None:
    async with clocked_process(user, clock) as (editor, process):
        await editor.start([shop.path], initializationOptions={"trusted": True})
        await editor.command("foreword.index")
        await come_back(editor, clock)
        n_before = len(api.messages)
        api.script(SlowStart())
        clock.at = await clock.settle()
        passing = asyncio.ensure_future(clock.settle())
        await asyncio.to_thread(api.wait_for_request, n_before + 1)
        process.kill()
        await process.wait()
        passing.cancel()
    for store in user.data.rglob("*.sqlite"):
        with closing(sqlite3.connect(store)) as connection:
            assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
    async with at_work(user, clock, shop, trusted=True) as editor:
        answer = await ask(editor)
        await clock.pass_until(clock.at + 10 * HOUR_S)
        assert "hit" == str(answer["receipt"]["cache"]["verdict"])
    pings = [recorded for recorded in api.messages if is_ping(recorded)]
    asks = [recorded for recorded in api.messages if not is_ping(recorded)]
    assert len(pings) > 1
    # One question went without a mark, while nothing was known yet of how the user comes back.
    assert 1 == len({str(texts) for recorded in api.messages if (texts := prefix_texts(recorded))})
    with closing(sqlite3.connect(next(user.data.rglob("ledger.sqlite")))) as connection:
        kinds = connection.execute("SELECT kind, count(*) FROM request GROUP BY kind").fetchall()
    assert {"ask": len(asks), "warm": len(pings) - 1} == dict(kinds)
