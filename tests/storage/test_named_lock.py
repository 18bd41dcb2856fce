"""What one of several processes does alone, and the others find done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from foreword.storage.lease import LEASE_S, Leases, named_lock

COUNTING = """
import sys
from pathlib import Path
from foreword.storage.lease import named_lock
from foreword.storage.lease import Leases
count = Path(sys.argv[2])
with Leases(Path(sys.argv[1])) as leases:
    for _ in range(10):
        with named_lock(leases, "count"):
            n = int(count.read_text())
            count.write_text(str(n + 1))
"""
STAYING = """
import sys
from pathlib import Path
from foreword.storage.lease import named_lock
from foreword.storage.lease import Leases
with Leases(Path(sys.argv[1])) as leases, named_lock(leases, "base"):
    print("in", flush=True)
    sys.stdin.readline()
"""
BOUND_S = 30.0


class Wall:
    """A clock on the wall, that all owners see."""

    now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def leases(tmp_path: Path) -> Iterator[Leases]:
    with Leases(tmp_path / "leases.sqlite") as opened:
        yield opened


def test_processes_are_in_it_one_after_the_other(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "leases.sqlite"), str(count)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [0, 0, 0] == [process.wait(BOUND_S) for process in processes]
    assert "30" == count.read_text()


def test_others_go_on_when_the_process_in_it_is_killed(tmp_path: Path, leases: Leases) -> None:
    command = [sys.executable, "-c", STAYING, str(tmp_path / "leases.sqlite")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "in\n" == process.stdout.readline()
        process.kill()
    assert "held" == leases.state("base", 0.0)
    entered = Thread(target=enter, args=(leases,), daemon=True)
    entered.start()
    entered.join(BOUND_S)
    assert not entered.is_alive()


def test_another_name_is_no_reason_to_wait(leases: Leases) -> None:
    with named_lock(leases, "base"), named_lock(leases, "another"):
        assert ["held", "held"] == [leases.state(name, 0.0) for name in ("base", "another")]
    assert ["free", "free"] == [leases.state(name, 0.0) for name in ("base", "another")]


def test_it_is_free_again_after_an_error(leases: Leases) -> None:
    with pytest.raises(LookupError), named_lock(leases, "base"):
        raise LookupError
    assert "free" == leases.state("base", 0.0)


def test_it_may_take_longer_than_a_lease(tmp_path: Path) -> None:
    wall = Wall()
    with Leases(tmp_path / "leases.sqlite", wall) as leases, named_lock(leases, "base"):
        wall.now += 0.75 * LEASE_S
        wait_until_it_holds_for(leases, wall, 0.75 * LEASE_S)
        wall.now += 0.75 * LEASE_S
        assert "held" == leases.state("base", 0.0)


def test_nobody_waits_where_leases_can_not_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Leases(tmp_path / "file/leases.sqlite") as leases:
        enter(leases)


def enter(leases: Leases) -> None:
    with named_lock(leases, "base"):
        pass


def wait_until_it_holds_for(leases: Leases, wall: Wall, seconds: float) -> None:
    """Until the lease was renewed: an owner that looks so much later still sees it."""
    later = Wall()
    later.now = wall.now + seconds
    with Leases(leases._path, later) as others:  # noqa: SLF001 - the same file
        watch = Thread(target=until_held, args=(others,), daemon=True)
        watch.start()
        watch.join(BOUND_S)
        assert not watch.is_alive()


def until_held(leases: Leases) -> None:
    while leases.state("base", 0.0) != "held":
        pass
