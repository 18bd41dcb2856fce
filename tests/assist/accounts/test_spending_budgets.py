from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.assist.accounts.ledger import Ledger, LedgerRow, start_of_month
from foreword.assist.accounts.reservations import Reservation
from foreword.assist.accounts.spending_budgets import Budget, parse_budgets
from foreword.core.tokens import Usage


def local(*parts: int) -> float:
    """A time of the user's own clock, in Unix seconds."""
    return time.mktime((*parts, *[0] * (6 - len(parts)), 0, 0, -1))  # type: ignore[arg-type]


HOME = Path("/home/ada")
NOON = local(2026, 3, 15, 12)
LAST_MONTH = local(2026, 2, 28, 23, 59)
ROW = LedgerRow(
    "r", NOON, "/src/shop", "ask", "anthropic", "claude-sonnet-5-5", False, "done", "", Usage(), 1.0, 2.0, "v", "hit", {}
)  # fmt: skip
WANTED = Reservation("w", "ask", 0.5, NOON + 600, "claude-sonnet-5-5", "/src/shop")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("20/month", Budget(20.0, "month")),
        ("$0.5/day", Budget(0.5, "day")),
        ("5/day model=claude-opus-*", Budget(5.0, "day", model="claude-opus-*")),
        ("5/day  kind=chat  workspace=~/src/shop", Budget(5.0, "day", "chat", "", "/home/ada/src/shop")),
        ('5/day workspace="/my files/shop/"', Budget(5.0, "day", workspace="/my files/shop")),
        ("0/day workspace=/src/[x]", Budget(0.0, "day", workspace="/src/[[]x]")),
    ],
)
def test_a_budget_is_an_amount_a_period_and_what_it_is_for(line: str, expected: Budget) -> None:
    assert ((expected,), ()) == parse_budgets([line], HOME)


@pytest.mark.parametrize(
    "line",
    ["", "20", "20/year", "-1/day", "1e9/day", "nan/day", "5/day model", "5/day model=", "5/day user=ada",
     "5/day kind=a kind=b", '5/day model="x', "5 / day", "\u0661/day"],
)  # fmt: skip
def test_what_is_no_budget_is_said_with_an_example(line: str) -> None:
    budgets, (problem,) = parse_budgets([line], HOME)
    assert () == budgets
    assert "20/month" in problem.message


@given(st.text(max_size=40))
def test_no_line_is_dropped_without_a_word(line: str) -> None:
    budgets, problems = parse_budgets([line], HOME)
    assert 1 == len(budgets) + len(problems)


def left(tmp_path: Path, line: str, *rows: LedgerRow, wanted: Reservation = WANTED) -> list[float]:
    (budget,), _ = parse_budgets([line], HOME)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.book(*rows)
        return [one.cap.limit - one.taken for one in ledger.standings(wanted, [budget.cap(NOON)])]


ROWS = (
    ROW,
    replace(ROW, id="b", model="claude-opus-5-5"),
    replace(ROW, id="c", workspace="/src/other/shop"),
    replace(ROW, id="d", kind="chat"),
    replace(ROW, id="e", at=NOON - 3 * 86_400),
    replace(ROW, id="f", at=LAST_MONTH),
    replace(ROW, id="g", simulated=True),
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10/day", [6.0]),
        ("10/month", [5.0]),
        ("10/month model=claude-sonnet-*", [6.0]),
        ("10/month model=claude-opus-*", []),
        ("10/month kind=ask", [6.0]),
        ("10/month kind=chat", []),
        ("10/month workspace=/src/shop", [6.0]),
        ("10/month workspace=shop", [5.0]),
        ("10/month workspace=op", []),
        ("10/month workspace=/src", []),
        ("10/month workspace=/src/*", [5.0]),
        ("10/day workspace=/src/shop model=claude-sonnet-5-5 kind=ask", [9.0]),
    ],
)
def test_a_budget_counts_the_requests_that_it_is_about_and_bounds_only_those(
    tmp_path: Path, line: str, expected: list[float]
) -> None:
    assert expected == left(tmp_path, line, *ROWS)


def test_what_is_held_back_counts_for_its_model_and_workspace(tmp_path: Path) -> None:
    budgets, _ = parse_budgets(["1/day model=claude-opus-*", "1/day workspace=shop"], HOME)
    caps = [budget.cap(NOON) for budget in budgets]
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        opus = replace(WANTED, id="a", model="claude-opus-5-5", workspace="/elsewhere", amount=0.9)
        assert ledger.reserve(opus, caps, NOON) is None
        assert ledger.reserve(replace(WANTED, id="b", amount=0.9), caps, NOON) is None
        over = ledger.reserve(replace(opus, id="c", amount=0.2), caps, NOON)
        assert over is not None
        assert ("today's budget (model=claude-opus-*)", 0.9) == (over.cap.label, over.taken)


def test_parts_of_what_is_held_back_are_freed_together(tmp_path: Path) -> None:
    (budget,), _ = parse_budgets(["1/day"], HOME)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        for name in ("ab", "ab/1", "abc"):
            assert ledger.reserve(replace(WANTED, id=name, amount=0.3), [budget.cap(NOON)], NOON) is None
        ledger.free("ab")
        (standing,) = ledger.standings(WANTED, [budget.cap(NOON)])
    assert 0.3 == standing.taken


@pytest.mark.parametrize("day", [1, 15, 31])
def test_a_month_begins_at_the_midnight_of_its_first_day(day: int) -> None:
    assert local(2026, 3, 1) == start_of_month(local(2026, 3, day, 23, 30))


def test_usage_is_summed_by_month(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.book(*ROWS[:6])
        assert [("2026-02", 1), ("2026-03", 5)] == [
            (one.group, one.n_requests) for one in ledger.totals("month")
        ]
