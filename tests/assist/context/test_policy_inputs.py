"""What a decision looks at, from a real ledger and prefix store; that decisions are right is tested in `prefix/`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from foreword.assist.accounts.ledger import WARM, LedgerRow
from foreword.assist.answering.ask import prepare_now
from foreword.assist.context.policy_inputs import decide, gaps_of, situation_of
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.spending.bookkeeping import Booking, book_warm
from foreword.core.reply import Started
from foreword.core.tokens import Usage, weigh
from foreword.model.provider import OfflineProvider
from foreword.prefix.policy.gap_model import DAY_S, GapModel, Signals
from foreword.prefix.policy.situation import GROWTH_TOKENS, Situation
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

PROVIDER = OfflineProvider(lambda: "", lambda _: Usage())
READ = Usage(fresh=3, read=50_000)
PAID = LedgerRow(
    id="", at=0.0, workspace="/elsewhere", kind=WARM, provider="anthropic", model="m", simulated=False, status="done",
    message_id="", usage=READ, cost=0.0, without_cache=0.0, prices="2026", verdict="hit", digests={},
)  # fmt: skip
Zone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """Sets the time zone of this process until the test is over."""

    def live_in(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield live_in
    monkeypatch.undo()
    time.tzset()


def ask(session: Session, *, rounds: int = 1) -> PreparedRequest:
    """A question that is asked and booked now, as so many requests."""
    prepared, answer = prepare_now(session, "What is a price?"), ""
    for _ in range(rounds):
        booking = Booking(session, prepared, PROVIDER, session.clock(), answer)
        booking.start(Started("", READ, session.settings.model))
        booking.write("done")
        answer = booking.answer
    return prepared


def warm(session: Session) -> None:
    """A warm-up, now."""
    book_warm(session, prepare_now(session, "warm"), PROVIDER, READ, session.clock())


def situation(session: Session, prepared: PreparedRequest) -> Situation:
    return situation_of(session, prepared.prefix.base, delta=prepared.prefix.delta)


def test_before_anything_was_sent_all_is_cold_and_unknown(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.session(repo.path) as session:
        now = situation(session, prepare_now(session, "What is a price?"))
    assert (None, None, 0, 0, False) == (now.ttl, now.renewed, now.questions, now.pings, now.is_warm)
    assert (0, None, GROWTH_TOKENS) == (now.gaps.n_gaps, now.gaps.last, now.growth)


def test_sizes_are_estimates_of_what_is_in_force_and_of_what_would_be_appended(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with fixture.session(repo.path) as session:
        ask(session)
        repo.write("shop/price.py", "PRICE = 1\n")
        prepared = prepare_now(session, "What is a price?")
        prefix = prepared.prefix
        now = situation_of(session, prefix.base, delta=(), pending=prefix.delta)
        after = situation_of(session, prefix.base, delta=prefix.delta)

        tokens = round(sum(weigh(block.text) for block in prefix.delta) / session.ratio)
        assert (0, tokens) == (now.delta, now.pending)
        assert pytest.approx(prepared.prefix_weight / session.ratio, abs=2) == now.base + now.pending
        assert (now.base, now.pending, 0) == (after.base, after.delta, after.pending)
        assert session.settings.context_delta == now.delta_limit


def test_what_was_sent_last_is_warm_until_its_lifetime_is_over(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with fixture.session(repo.path) as session:
        prepared = ask(session)
        assert "5m" == situation(session, prepared).ttl
        fixture.now += 299
        assert situation(session, prepared).is_warm
        fixture.now += 1
        assert not situation(session, prepared).is_warm


@pytest.mark.parametrize(
    ("name", "ahead_s"),
    [("UTC", 0), ("Europe/Berlin", 7_200), ("Asia/Kolkata", 19_800), ("America/St_Johns", -9_000)],
)
def test_every_time_is_on_the_users_own_clock(
    name: str, ahead_s: int, fixture: WorkspaceFixture, repo: GitRepo, zone: Zone
) -> None:
    zone(name)
    with fixture.session(repo.path) as session:
        prepared = ask(session)
        fixture.now += 100
        session.signals = lambda: Signals(last_change=fixture.now - 5)
        now = situation(session, prepared)
    assert (fixture.now + ahead_s, fixture.now + ahead_s - 100) == (now.now, now.renewed)
    assert (fixture.now + ahead_s - 100, fixture.now + ahead_s - 5) == (
        now.gaps.last,
        now.signals.last_change,
    )


def test_questions_and_pings_are_counted_over_one_base(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    def counts(prepared: PreparedRequest) -> tuple[int, int]:
        now = situation(session, prepared)
        return now.questions, now.pings

    with fixture.session(repo.path) as session:
        prepared = ask(session, rounds=3)
        assert (1, 0) == counts(prepared)
        for expected in ((1, 1), (1, 2)):
            fixture.now += 200
            warm(session)
            assert expected == counts(prepared)
        fixture.now += 200
        ask(session)
        assert (2, 0) == counts(prepared)
        repo.write("shop/price.py", "PRICE = 1\n")
        repo.commit()
        fixture.now += 3_700
        assert (1, 0) == counts(ask(session))


def test_the_budget_is_that_of_the_users_own_day_in_all_folders(
    fixture: WorkspaceFixture, repo: GitRepo, zone: Zone
) -> None:
    zone("Europe/Berlin")
    fixture.flags = {"warm.day": 1.0}
    fixture.now = 1_750_111_140.0  # 23:59 there
    with fixture.session(repo.path) as session:
        prepared = ask(session)
        for name, at, cost in (("yesterday", fixture.now - DAY_S, 9.0), ("today", fixture.now, 0.25)):
            session.ledger.book(replace(PAID, id=name, at=at, cost=cost))
        session.ledger.book(replace(PAID, id="question", kind="ask", at=fixture.now, cost=9.0))
        assert 0.75 == situation(session, prepared).budget_left
        session.ledger.book(replace(PAID, id="more", at=fixture.now, cost=2.0))
        assert 0.0 == situation(session, prepared).budget_left
        fixture.now += 61
        assert 1.0 == situation(session, prepared).budget_left


def test_gaps_lie_between_questions_in_one_folder(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = repo.clone(tmp_path_factory.mktemp("other") / "repo")
    begin = fixture.now
    for number, folder in enumerate([repo, other, repo, other]):
        fixture.now = begin + 100 * number
        with fixture.session(folder.path) as session:
            ask(session, rounds=2)
            warm(session)
    for folder, last in ((repo, 200), (other, 300)):
        with fixture.session(folder.path) as session:
            gaps = gaps_of(session)
        assert (2, begin + last) == (gaps.n_gaps, gaps.last)
    fixture.now += 91 * DAY_S
    with fixture.session(repo.path) as session:
        assert 0 == gaps_of(session).n_gaps


def rarely(now: Situation) -> Situation:
    """Somebody who asks once a day about a large repository."""
    days = GapModel.of(now.now - DAY_S * n for n in range(20, 0, -1))
    return replace(now, base=80_000, gaps=days, ttl=None, renewed=None)


@pytest.mark.parametrize(
    ("setting", "more_follow", "ttl"),
    [
        ("auto", False, None),
        ("auto", True, "5m"),
        ("1h", True, "1h"),
        ("1h", False, "1h"),
        ("off", True, None),
    ],
)
def test_who_knows_that_more_follows_gets_marks_against_all_habits(
    setting: str, more_follow: bool, ttl: str | None, fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {"cache.ttl": setting}
    with fixture.session(repo.path) as session:
        now = rarely(situation(session, prepare_now(session, "What is a price?")))
        assert ("rebase", ttl) == (
            (made := decide(session, now, more_follow=more_follow)).action,
            made.ttl,
        )


@pytest.mark.parametrize(("setting", "ttl"), [("auto", "5m"), ("5m", "5m"), ("1h", "1h"), ("off", None)])
def test_a_short_prefix_gets_marks_and_stays_while_it_is_warm(
    setting: str, ttl: str | None, fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {"cache.ttl": setting, "model": "claude-haiku-4-5"}
    with fixture.session(repo.path) as session:
        cold = situation(session, prepare_now(session, "What is a price?"))
        assert cold.base < cold.rates.minimum
        assert ("rebase", ttl) == ((made := decide(session, cold)).action, made.ttl)
        if ttl is not None:
            kept = decide(session, situation(session, ask(session)))
            assert ("keep", ttl) == (kept.action, kept.ttl)
            too_much = replace(situation(session, ask(session)), pending=session.settings.context_delta + 1)
            assert (
                "rebase"
                == decide(session, replace(too_much, rates=replace(cold.rates, minimum=10**6))).action
            )


def test_the_cache_of_another_model_does_not_count_and_is_not_thrown_away(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    # A size by itself may be another one for another model.
    fixture.flags = {"context.budget": 60_000}
    with fixture.session(repo.path) as session:
        first = ask(session)
        key = current_cache_key(session, first.digests)
        assert ("offline", session.settings.model) == (key.provider, key.model)
    repo.write("shop/price.py", "PRICE = 1\n")
    repo.commit()
    fixture.flags |= {"model": "claude-opus-5-5"}
    with fixture.session(repo.path) as session:
        other = prepare_now(session, "What is a price?")
        assert not situation(session, other).is_warm
        assert first.prefix.base == other.prefix.base
        ask(session)
        assert situation(session, other).is_warm
