"""Who holds a lease, and for how long. The clock stands still: a lease runs out when a test says so."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword.core.errors import StoreError
from foreword.storage.lease import LEASE_S, Leases

NOW = 1_750_000_000.0
RACE = """
import sys
from pathlib import Path
from foreword.storage.lease import Leases
with Leases(Path(sys.argv[1])) as leases:
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(leases.acquire(f"n{n}", sys.argv[2], 1.0) for n in range(30)))
"""


class Wall:
    """A clock on the wall, that all processes see."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def leases(tmp_path: Path, wall: Wall) -> Iterator[Leases]:
    with Leases(tmp_path / "leases.sqlite", wall) as opened:
        yield opened


def test_one_owner_holds_a_lease_until_it_gives_it_back(leases: Leases) -> None:
    assert leases.acquire("prefix", "a", NOW)
    assert not leases.acquire("prefix", "b", NOW)
    assert leases.acquire("another prefix", "b", NOW)
    assert "held" == leases.state("prefix", NOW)
    leases.release("prefix", "a")
    assert "free" == leases.state("prefix", NOW)
    assert leases.acquire("prefix", "b", NOW)


def test_nobody_gives_back_or_renews_what_another_holds(leases: Leases, wall: Wall) -> None:
    leases.acquire("prefix", "a", NOW)
    leases.release("prefix", "b")
    wall.now += LEASE_S / 2
    leases.renew("prefix", "b")
    wall.now += LEASE_S / 2 + 0.1
    assert "free" == leases.state("prefix", NOW)


def test_a_dead_owners_lease_runs_out_and_a_living_ones_does_not(leases: Leases, wall: Wall) -> None:
    leases.acquire("dead", "a", NOW)
    leases.acquire("living", "a", NOW)
    for _ in range(5):
        wall.now += LEASE_S / 2
        leases.renew("living", "a")
    assert [True, False] == [leases.acquire(name, "b", NOW) for name in ("dead", "living")]


def test_a_clock_that_was_set_back_keeps_nobody_waiting(leases: Leases, wall: Wall) -> None:
    leases.acquire("prefix", "a", NOW)
    wall.now -= 3_600
    assert "free" == leases.state("prefix", NOW)
    assert leases.acquire("prefix", "b", NOW)


def test_what_is_done_need_not_be_done_again_until_its_time(leases: Leases, wall: Wall) -> None:
    leases.acquire("prefix", "a", NOW)
    leases.finish("prefix", NOW + 300)
    assert ["done", "done", "free"] == [leases.state("prefix", NOW + s) for s in (0, 299, 300)]
    wall.now += 200
    assert [False, True] == [leases.acquire("prefix", "b", NOW + s) for s in (299, 300)]


def test_old_rows_do_not_stay(leases: Leases, wall: Wall, tmp_path: Path) -> None:
    for n in range(50):
        leases.finish(f"n{n}", NOW + 300)
    wall.now += 2 * 86_400
    leases.acquire("prefix", "a", wall.now)
    assert {"free"} == {leases.state(f"n{n}", NOW) for n in range(50)}
    assert (tmp_path / "leases.sqlite").is_file()


def test_nothing_is_stored_before_a_lease_is_asked_for(tmp_path: Path) -> None:
    with Leases(tmp_path / "leases.sqlite"):
        pass
    assert [] == list(tmp_path.iterdir())


def test_whoever_read_an_earlier_time_does_not_take_a_lease_that_was_just_taken(tmp_path: Path) -> None:
    path = tmp_path / "leases.sqlite"
    with Leases(path, lambda: NOW) as first, Leases(path, lambda: NOW - 0.01) as second:
        assert first.acquire("prefix", "a", NOW)
        assert "held" == second.state("prefix", NOW)
        assert not second.acquire("prefix", "b", NOW)


def test_the_time_is_read_when_nobody_else_can_write(tmp_path: Path) -> None:
    path = tmp_path / "leases.sqlite"
    with Leases(path) as other, sqlite3.connect(path) as reader:
        other.acquire("another", "a", NOW)
        refused: list[str] = []

        def clock() -> float:
            with pytest.raises(sqlite3.OperationalError, match="locked") as error:
                reader.execute("BEGIN IMMEDIATE")
            refused.append(str(error.value))
            return NOW

        reader.execute("PRAGMA busy_timeout = 0")
        with Leases(path, clock) as leases:
            leases.acquire("prefix", "a", NOW)
    reader.close()
    assert ["database is locked"] == refused


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        Leases(tmp_path / "file" / "leases.sqlite") as leases,
        pytest.raises(StoreError, match="FOREWORD_HOME"),
    ):
        leases.acquire("prefix", "a", NOW)


def test_of_processes_that_ask_at_once_exactly_one_gets_each_lease(tmp_path: Path) -> None:
    path = tmp_path / "leases.sqlite"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(path), f"p{n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
    shares = [int(process.communicate("go\n", timeout=60)[0]) for process in processes]
    assert 30 == sum(shares)
