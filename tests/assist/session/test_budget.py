from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import LedgerRow, start_of_day
from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.context_view import context_report
from foreword.assist.session.budget import budget_of
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import forecast_report
from foreword.core.tokens import Usage
from foreword.prefix.policy.base_size import LEAST, TYPICAL, BaseSize
from gitrepo import GitRepo
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture

HOUR_S, DAY_S = 3_600.0, 86_400.0


@dataclass(frozen=True)
class User:
    """A user with a repository; `asks` are put into the ledger as questions that were answered."""

    fixture: WorkspaceFixture
    repo: GitRepo

    def asks(self, times: Iterable[float]) -> None:
        with self.fixture.session(self.repo.path) as session:
            session.ledger.book(*(_row(session, f"{at}", at) for at in times))

    def budget(self) -> BaseSize:
        with self.fixture.session(self.repo.path) as session:
            return budget_of(session)


def _row(session: Session, name: str, at: float) -> LedgerRow:
    return LedgerRow(
        name, at, str(session.root), "ask", "anthropic", "claude-sonnet-5-5", False, "done", "", Usage(), 0.0, 0.0,
        "", "hit", {}, answer=name,
    )  # fmt: skip


@pytest.fixture
def user(tmp_path: Path) -> User:
    fixture = WorkspaceFixture(tmp_path / "home", flags={"model": "claude-sonnet-5-5"})
    fixture.now = start_of_day(fixture.now) + 12 * HOUR_S
    return User(fixture, make_sample(tmp_path / "shop", 3))


def days_ago(fixture: WorkspaceFixture, n_days: int, questions: int, gap_s: float) -> list[float]:
    """The times of some questions on each of the last days, from nine o'clock on."""
    midnight = start_of_day(fixture.now)
    return [
        midnight - day * DAY_S + 9 * HOUR_S + n * gap_s
        for day in range(1, n_days + 1)
        for n in range(questions)
    ]


def test_who_is_not_known_yet_gets_the_usual_size(user: User) -> None:
    size = user.budget()
    assert TYPICAL == size.tokens
    assert "at about 45 questions a day" in size.why


def test_a_number_that_is_set_is_the_size_and_needs_no_reason(user: User) -> None:
    user.fixture.flags = {"context.budget": 9_000}
    assert BaseSize(9_000) == user.budget()


def test_who_comes_seldom_gets_a_small_base(user: User) -> None:
    user.asks(days_ago(user.fixture, 60, 2, 5 * HOUR_S))
    assert LEAST == user.budget().tokens


def test_the_questions_of_a_day_count_from_the_next_day_on(user: User) -> None:
    before = user.budget()
    user.asks(user.fixture.now - n * 2 * HOUR_S for n in range(5))
    user.asks(days_ago(user.fixture, 60, 2, 5 * HOUR_S))
    assert before == user.budget()
    user.fixture.now += DAY_S
    assert LEAST == user.budget().tokens


def test_a_base_that_is_warm_over_midnight_keeps_its_size_until_it_is_cold(user: User) -> None:
    user.fixture.now = start_of_day(user.fixture.now) + 23.9 * HOUR_S
    first = user.fixture.ask_about(user.repo.path, ttl_s=3_600)
    user.asks(days_ago(user.fixture, 60, 2, 5 * HOUR_S))
    user.fixture.now += 0.5 * HOUR_S
    assert TYPICAL == user.budget().tokens
    assert first.variant == user.fixture.look_at(user.repo.path).variant
    user.fixture.now += HOUR_S
    assert LEAST == user.budget().tokens
    assert first.variant != user.fixture.look_at(user.repo.path).variant


def test_the_budget_and_its_reason_are_told_with_the_context_and_the_forecast(user: User) -> None:
    for n in range(60):
        user.repo.write(f"shop/table_{n}.py", "".join(f"LINE_{n}_{k} = {k}\n" for k in range(250)))
    user.repo.commit("Add tables")
    with user.fixture.session(user.repo.path) as session:
        prepared = prepare_now(session, "What does checkout do?")
        told = context_report(session, prepared).to_json()
        advice = forecast_report(session, prepared).advice
    assert TYPICAL == told["budget"]
    assert told["budgetWhy"].startswith("20,000 more would show about 4 % more")
    assert any("context.budget is auto, 60,000 tokens: 20,000 more would show" in one for one in advice)
