"""Warm-ups against the stand-in, at a clock that stands still: what they write, read, book, and leave alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ask_driver import Asker
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.forecast import forecast_request
from foreword.assist.spending.warm_up import (
    WarmUp,
    WarmUpSkipped,
    current_prefix,
    ping,
    sent_prefix,
    shared_prefix,
    warm_line,
)
from foreword.core.errors import LimitError
from foreword.model.catalog.model_info import cost
from gitrepo import GitRepo
from messages_api import MessagesApi, Status
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture

MODEL = "claude-sonnet-4-6"


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    """Enough for the model's cache."""
    return make_sample(tmp_path / "shop", 6)


@pytest.fixture
def fixture(fixture: WorkspaceFixture) -> WorkspaceFixture:
    """With a provider whose cache is real enough."""
    fixture.flags = {"model": MODEL, "provider": "anthropic"}
    return fixture


def ping_now(
    session: Session, api: MessagesApi, *, which: str = "current", by_itself: bool = True
) -> WarmUp | WarmUpSkipped:
    async def run() -> WarmUp | WarmUpSkipped:
        saved = take_snapshot(session)
        prepared = {"current": current_prefix, "shared": shared_prefix, "sent": sent_prefix}[which](
            session, saved
        )
        assert prepared is not None
        async with Asker(api).provider() as provider:
            return await ping(session, prepared, provider, by_itself=by_itself)

    return asyncio.run(run())


def why(done: WarmUp | WarmUpSkipped) -> str:
    assert isinstance(done, WarmUpSkipped)
    return done.why


def warmed(done: WarmUp | WarmUpSkipped) -> WarmUp:
    assert isinstance(done, WarmUp), done
    return done


def test_a_cold_prefix_is_written_and_a_warm_one_renewed(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    with fixture.session(shop.path) as session:
        first = warmed(ping_now(session, api))
        assert (False, fixture.now + 300) == (first.was_warm, first.expires)
        assert (
            forecast_request(session, current_prefix(session, take_snapshot(session))).warm_until
            == fixture.now + 300
        )
        fixture.now += 240
        second = warmed(ping_now(session, api))
        assert (True, 0, fixture.now + 300) == (second.was_warm, second.usage.written, second.expires)
    assert ["written", "read"] == [recorded.verdict for recorded in api.messages]
    assert [] == api.rejected


def test_a_warm_up_is_a_row_whose_whole_cost_counts_against_the_saving(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    with fixture.session(shop.path) as session:
        done = warmed(ping_now(session, api))
        (total,) = session.ledger.totals("kind")
        assert ("warm", 1, done.usage, 0.0) == (
            total.group,
            total.n_requests,
            total.usage,
            total.without_cache,
        )
        assert cost(done.usage, session.model) == done.cost == total.cost == -total.saved


def test_an_hour_asked_for_is_written_and_renewed_as_an_hour(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    fixture.flags = {**fixture.flags, "cache.ttl": "1h"}
    with fixture.session(shop.path) as session:
        assert warmed(ping_now(session, api)).usage.write_1h > 0
    fixture.flags = {**fixture.flags, "cache.ttl": "5m"}
    fixture.now += 600
    with fixture.session(shop.path) as session:
        again = warmed(ping_now(session, api, by_itself=False))
        assert (True, 3600) == (again.was_warm, again.ttl_s)
        told = warm_line(session, current_prefix(session, take_snapshot(session)), again)
    assert "was warm already" in told
    assert "it was written to be kept 60 min" in told


def test_the_sent_prefix_leaves_later_changes_alone(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    with fixture.session(shop.path) as session:
        assert sent_prefix(session, take_snapshot(session)) is None
        ping_now(session, api)
        shop.write("new.py", "NEW = 1\n")
        fixture.now += 200
        assert 0 == warmed(ping_now(session, api, which="sent")).usage.written
        fixture.now += 200
        assert warmed(ping_now(session, api, which="current")).usage.written > 0


def test_the_shared_prefix_has_nothing_of_local_changes(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    shop.write("secret_plan.py", "PLAN = 1\n")
    with fixture.session(shop.path) as session:
        warmed(ping_now(session, api, which="shared"))
        assert "PLAN" not in str(api.messages[0].body)
        shared, current = (lay(session, take_snapshot(session)) for lay in (shared_prefix, current_prefix))
        assert shared.digests["base"] == current.digests["base"]
        assert shared.digests["delta"] != current.digests["delta"]
    assert any("no upstream branch" in problem for problem in fixture.problems)


def test_what_can_not_be_cached_is_not_sent(
    fixture: WorkspaceFixture, repo: GitRepo, shop: GitRepo, api: MessagesApi
) -> None:
    fixture.flags = {**fixture.flags, "model": "claude-haiku-4-5"}
    with fixture.session(repo.path) as session:
        assert "below_minimum" == why(ping_now(session, api))
    fixture.flags = {**fixture.flags, "cache.ttl": "off"}
    with fixture.session(shop.path) as session:
        assert "off" == why(ping_now(session, api))
    assert not api.messages


def test_warm_ups_by_themselves_keep_within_their_own_budget_of_the_day(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    with fixture.session(shop.path) as session:
        first = warmed(ping_now(session, api, by_itself=False))
    read = first.usage.written * 0.3e-6
    fixture.flags = {**fixture.flags, "warm.day": first.cost + 2.5 * read}
    outcomes = []
    with fixture.session(shop.path) as session:
        for _ in range(4):
            fixture.now += 200
            outcomes.append(ping_now(session, api))
    assert [WarmUp, WarmUp, WarmUpSkipped, WarmUpSkipped] == [type(done) for done in outcomes]
    assert "warm.day" in str(outcomes[-1])
    assert 3 == len(api.messages)
    with fixture.session(shop.path) as session:
        fixture.now += 200
        assert warmed(ping_now(session, api, by_itself=False))


def test_no_budget_means_no_warm_ups_by_themselves(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    fixture.flags = {**fixture.flags, "warm.day": 0}
    with fixture.session(shop.path) as session:
        assert "limit" == why(ping_now(session, api))
    assert not api.messages


@pytest.mark.parametrize("key", ["limits.day", "limits.confirm"])
def test_the_users_limits_hold_for_warm_ups(
    key: str, fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    fixture.flags = {**fixture.flags, key: 0.000001}
    with fixture.session(shop.path) as session:
        assert "limit" == why(ping_now(session, api))
        with pytest.raises(LimitError, match=key):
            ping_now(session, api, by_itself=False)
    assert not api.messages


def test_what_was_renewed_lately_is_left_alone_unless_it_is_ordered(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    with fixture.session(shop.path) as session:
        ping_now(session, api)
        fixture.now += 60
        assert "renewed" == why(ping_now(session, api))
        assert warmed(ping_now(session, api, by_itself=False)).was_warm


async def test_two_at_the_same_moment_send_one_request(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    async def run(session: Session) -> list[str]:
        prepared = current_prefix(session, take_snapshot(session))
        async with Asker(api).provider() as provider:
            done = await asyncio.gather(
                *(ping(session, prepared, provider, by_itself=False) for _ in range(2))
            )
        return sorted(one.why if isinstance(one, WarmUpSkipped) else "sent" for one in done)

    with fixture.session(shop.path) as session:
        assert ["busy", "sent"] == (await run(session))
    assert 1 == len(api.messages)


def test_one_that_fails_is_not_booked_and_the_next_may_try(
    fixture: WorkspaceFixture, shop: GitRepo, api: MessagesApi
) -> None:
    api.fail(Status(400))
    with fixture.session(shop.path) as session:
        with pytest.raises(Exception, match="told to fail"):
            ping_now(session, api)
        assert () == session.ledger.totals("kind")
        assert warmed(ping_now(session, api))
