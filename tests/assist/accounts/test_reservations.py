from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import Ledger, LedgerRow
from foreword.assist.accounts.reservations import Cap, Overdraft, Reservation
from foreword.core.tokens import Usage

NOW = 1_750_000_000.0
DAY = Cap("limits.day", 1.0, since=NOW - 3_600)
WARM = Cap("warm.day", 0.3, "warm", since=NOW - 3_600)
WANTED = Reservation("r", "ask", 0.4, NOW + 600)
ROW = LedgerRow(
    "r", NOW, "/w", "ask", "anthropic", "sonnet", False, "done", "", Usage(), 0.1, 0.2, "v", "hit", {}
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def reserve(ledger: Ledger, name: str, *caps: Cap, now: float = NOW, **changes: object) -> float | None:
    """None if the money is held back, else what is taken already."""
    wanted = replace(WANTED, id=name, **changes)  # type: ignore[arg-type]
    over = ledger.reserve(wanted, caps or (DAY,), now)
    return None if over is None else round(over.taken, 6)


def test_what_others_hold_back_counts_until_they_free_it(ledger: Ledger) -> None:
    assert [None, None, 0.8] == [reserve(ledger, name) for name in "abc"]
    ledger.free("a")
    assert [None, 0.8] == [reserve(ledger, name) for name in "cd"]


def test_a_refusal_names_the_limit_and_holds_nothing_back(ledger: Ledger) -> None:
    tight = Cap("warm.day", 0.3)
    assert Overdraft(tight, 0.0) == ledger.reserve(WANTED, (DAY, tight), NOW)
    assert [None, None, 0.8] == [reserve(ledger, name) for name in "abc"]


def test_a_request_that_has_begun_counts_once_by_the_larger_of_forecast_and_cost(ledger: Ledger) -> None:
    reserve(ledger, "a")
    ledger.book(replace(ROW, id="a", cost=0.1))
    assert 0.4 == reserve(ledger, "b", amount=5.0)
    ledger.book(replace(ROW, id="a", cost=0.7))
    assert 0.7 == reserve(ledger, "b", amount=5.0)
    ledger.book(replace(ROW, id="a", cost=0.1))
    ledger.free("a")
    assert 0.1 == reserve(ledger, "b", amount=5.0)


def test_a_dead_processes_reservation_runs_out(ledger: Ledger) -> None:
    assert [None, None] == [reserve(ledger, name) for name in "ab"]
    assert 0.8 == reserve(ledger, "c", now=NOW + 599)
    assert reserve(ledger, "c", now=NOW + 600) is None


def test_a_cap_of_a_kind_counts_that_kind_alone(ledger: Ledger) -> None:
    ledger.book(replace(ROW, id="asked", cost=0.5))
    ledger.book(replace(ROW, id="warm", kind="warm", cost=0.1))
    assert reserve(ledger, "a", DAY, WARM, kind="warm", amount=0.15) is None
    assert 0.25 == reserve(ledger, "b", DAY, WARM, kind="warm", amount=0.15)
    assert 0.75 == reserve(ledger, "b", DAY, kind="warm", amount=0.3)


def test_yesterday_and_simulated_rows_are_no_money(ledger: Ledger) -> None:
    ledger.book(replace(ROW, id="yesterday", at=NOW - 90_000, cost=5.0))
    ledger.book(replace(ROW, id="simulated", simulated=True, cost=5.0))
    assert reserve(ledger, "a") is None
