from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import WARM, Ledger, LedgerRow
from foreword.core.tokens import Usage
from storage.old_stores import LEDGER_1

NOON = 1_750_075_200.0
DAY = 86_400.0
ENTRY = LedgerRow(
    id="one",
    at=NOON,
    workspace="/work",
    kind="ask",
    provider="anthropic",
    model="sonnet",
    simulated=False,
    status="done",
    message_id="msg_1",
    usage=Usage(fresh=1, write_5m=20, write_1h=300, read=4_000, output=50_000),
    cost=0.25,
    without_cache=1.0,
    prices="2026-11",
    verdict="hit",
    digests={"base": "b", "delta": "d"},
)

BOOK = """
import sys
from dataclasses import replace
from pathlib import Path
from foreword.assist.accounts.ledger import LedgerRow, Ledger
from foreword.core.tokens import Usage
with Ledger(Path(sys.argv[1])) as ledger:
    print("open", flush=True)
    sys.stdin.readline()
    for n in range(40):
        for status in ("started", "done"):
            ledger.book(LedgerRow(
                f"{sys.argv[2]}-{n}", 1.0, "w", "ask", "p", "m", False, status, "", Usage(fresh=1), 0.5, 1.0, "v", "", {}
            ))
"""


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as opened:
        yield opened


def test_a_row_comes_back_with_every_bucket(ledger: Ledger) -> None:
    ledger.book(ENTRY)
    assert ENTRY == ledger.latest("/work")


def test_without_rows_there_is_nothing(ledger: Ledger) -> None:
    assert (None, (), 0.0) == (ledger.latest("/work"), ledger.totals("day"), ledger.spent_since(0.0))


def test_completing_a_row_does_not_double_it(ledger: Ledger) -> None:
    ledger.book(replace(ENTRY, status="started", usage=Usage(write_5m=20), cost=0.1))
    ledger.book(ENTRY)
    (total,) = ledger.totals("model")
    assert (1, ENTRY.usage, 0.25) == (total.n_requests, total.usage, total.cost)


def test_a_row_that_was_never_completed_counts_as_far_as_it_came(ledger: Ledger) -> None:
    ledger.book(replace(ENTRY, status="started", usage=Usage(write_5m=20), cost=0.1))
    assert 0.1 == ledger.spent_since(0.0)


def test_totals_add_up_and_the_saving_is_net(ledger: Ledger) -> None:
    ledger.book(ENTRY)
    ledger.book(replace(ENTRY, id="two", usage=Usage(fresh=9), cost=2.0, without_cache=1.0))
    (total,) = ledger.totals("kind")
    assert ("ask", 2, ENTRY.usage + Usage(fresh=9)) == (total.group, total.n_requests, total.usage)
    assert total.saved == pytest.approx(-0.25)


def test_simulated_money_is_kept_apart_and_never_spent(ledger: Ledger) -> None:
    ledger.book(ENTRY)
    ledger.book(replace(ENTRY, id="two", simulated=True, cost=100.0))
    assert [(False, 1), (True, 1)] == [
        (total.simulated, total.n_requests) for total in ledger.totals("model")
    ]
    assert 0.25 == ledger.spent_since(0.0)


@pytest.mark.usefixtures("utc")
def test_days_end_at_midnight_of_the_users_clock(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = NOON + DAY / 2
    for n, at in enumerate((NOON, midnight - 1, midnight, midnight + DAY)):
        ledger.book(replace(ENTRY, id=str(n), at=at))
    counts = {total.group: total.n_requests for total in ledger.totals("day")}
    assert {"2025-06-16": 2, "2025-06-17": 1, "2025-06-18": 1} == counts
    monkeypatch.setenv("TZ", "UTC-2")
    time.tzset()
    assert {"2025-06-16": 1, "2025-06-17": 2, "2025-06-18": 1} == {
        total.group: total.n_requests for total in ledger.totals("day")
    }


def test_totals_can_begin_at_a_time_and_be_of_one_workspace(ledger: Ledger) -> None:
    ledger.book(ENTRY)
    ledger.book(replace(ENTRY, id="two", at=NOON + DAY, workspace="/other"))
    assert ["/other"] == [total.group for total in ledger.totals("workspace", since=NOON + 1)]
    assert [1] == [total.n_requests for total in ledger.totals("model", workspace="/work")]
    assert 0.25 == ledger.spent_since(NOON + 1)


def test_the_latest_request_is_the_one_that_began_last(ledger: Ledger) -> None:
    for n, at in enumerate((NOON, NOON + 5, NOON + 3)):
        ledger.book(replace(ENTRY, id=str(n), at=at))
    latest = ledger.latest("/work")
    assert latest is not None
    assert "1" == latest.id


def test_the_ratio_of_a_model_is_learned_and_kept(path: Path, ledger: Ledger) -> None:
    assert 2.5 == ledger.ratio("sonnet", 2.5)
    ledger.calibrate("sonnet", 2.5, 3_500.0, 1_000)
    with Ledger(path) as other:
        assert 2.5 < other.ratio("sonnet", 2.5) < 3.5
        assert 2.5 == other.ratio("opus", 2.5)


def test_two_processes_book_at_once_and_no_row_is_lost(path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BOOK, str(path), name],
            env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert "open\n" == process.stdout.readline()
    for process in processes:
        process.communicate("go\n", timeout=60)
        assert 0 == process.returncode
    with Ledger(path) as ledger:
        (total,) = ledger.totals("model")
        assert (80, 80) == (total.n_requests, total.usage.fresh)
        assert 40.0 == ledger.spent_since(0.0)


def test_a_ledger_of_the_first_version_goes_on_with_all_its_rows(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(LEDGER_1)
    with Ledger(path) as ledger:
        assert () == ledger.problems
        old = replace(ENTRY, id="old", message_id="msg_0", digests={"base": "b"})
        assert old == ledger.latest("/work")
        assert 3.25 == ledger.ratio("sonnet", 2.5)
        ledger.book(replace(ENTRY, id="new", at=NOON + 1))
        assert [2] == [total.n_requests for total in ledger.totals("model")]
        assert (old,) == ledger.of_answer(old)


def test_a_row_keeps_what_explains_it(ledger: Ledger) -> None:
    entry = replace(
        ENTRY, verdict="changed", detail="it differs", file="a.py", layer="base", tokens_lost=9, cause="commit 1",
        manifest="m", answer="one",
    )  # fmt: skip
    ledger.book(entry)
    assert entry == ledger.latest("/work")


def test_a_request_is_found_by_the_beginning_of_its_names(ledger: Ledger) -> None:
    for n, name in enumerate(("abc", "abcd", "xyz")):
        ledger.book(replace(ENTRY, id=name, at=NOON + n, message_id=f"msg_{name}"))
    assert ["abc", "abcd"] == [entry.id for entry in ledger.find("abc")]
    assert ["abcd", "abc"] == [entry.id for entry in ledger.find("ab")]
    assert ["xyz"] == [entry.id for entry in ledger.find("msg_x")]
    assert () == ledger.find("%")


def test_the_requests_of_an_answer_belong_together(ledger: Ledger) -> None:
    for n, (name, answer) in enumerate((("b", "b"), ("a", "b"), ("c", "c"))):
        ledger.book(replace(ENTRY, id=name, at=NOON + n, answer=answer))
    assert ["b", "a"] == [entry.id for entry in ledger.of_answer(ledger.find("a")[0])]


def test_a_warm_up_costs_and_saves_nothing_by_itself(ledger: Ledger) -> None:
    ledger.book(ENTRY)
    ledger.book(replace(ENTRY, id="ping", at=NOON + 1, kind=WARM, cost=0.05, without_cache=0.0))
    (total,) = ledger.totals("model")
    assert total.saved == pytest.approx(1.0 - 0.25 - 0.05)
    latest = [ledger.latest("/work", warm=warm) for warm in (True, False)]
    assert ["ping", "one"] == [entry.id for entry in latest if entry is not None]


def test_verdicts_are_counted_once_an_answer(ledger: Ledger) -> None:
    rows = (
        ("a", "a", "changed", 7), ("b", "a", "changed", 7), ("c", "c", "hit", 0), ("d", "d", "hit", 0),
    )  # fmt: skip
    for n, (name, answer, verdict, lost) in enumerate(rows):
        ledger.book(replace(ENTRY, id=name, at=NOON + n, answer=answer, verdict=verdict, tokens_lost=lost))
    ledger.book(replace(ENTRY, id="ping", kind=WARM, answer="ping"))
    assert (("hit", False, 2, 0), ("changed", False, 1, 7)) == ledger.verdicts()
    assert [("changed", 1, 320), ("hit", 1, 320), ("hit", 1, 320)] == [
        (verdict, fresh, written) for _, _, verdict, fresh, written in ledger.answers()
    ]
