from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from foreword.index.build.build import find_known, refresh
from foreword.index.index import Index
from foreword.index.search.search import search
from foreword.index.store.outline_store import open_store
from index.build.build_until_killed import N_FILES, Reader, contents, file_name, tree

SCRIPT = Path(__file__).with_name("build_until_killed.py")
PATIENCE_S = 30.0
N_KILLS = 20
N_MANY = 2_000


def start(store: Path, log: Path, wait_at: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(store), str(log), str(wait_at), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_progress(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready
    return int(process.stdout.readline().split()[0])


def wait_for_end(pid: int) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE_S)[0])
    finally:
        os.close(handle)


def workers_in(log: Path) -> set[int]:
    return {int(row.split()[0]) for row in log.read_text(encoding="utf-8").splitlines()}


def read_in(log: Path) -> set[str]:
    return {row.split()[1] for row in log.read_text(encoding="utf-8").splitlines()}


needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="only Linux tells when a process ends that is not a child"
)


@needs_pidfd
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_build_loses_nothing_that_was_committed_and_leaves_no_workers(
    tmp_path: Path, how: signal.Signals
) -> None:
    database, log, later = tmp_path / "index.db", tmp_path / "log", tmp_path / "later"
    process = start(database, log, 350)
    with process:
        n_done = wait_for_progress(process)
        process.send_signal(how)
    assert all(wait_for_end(pid) for pid in workers_in(log))
    store, problems = open_store(database)
    with store:
        index, report = refresh(store, tree(), Reader(later), n_workers=1)
        assert ((), N_FILES, N_FILES) == (problems, len(index.paths), report.symbols)
        assert n_done <= report.reused == N_FILES - report.parsed
    read_again = read_in(later)
    assert report.parsed == len(read_again)
    assert file_name(350) in read_again


def build_and_kill(store: Path, log: Path, n_lines: int) -> None:
    """Begin a build, and kill it with SIGKILL once it has told `n_lines` times that something is stored."""
    with start(store, log, N_MANY, "", str(n_lines + 1)) as process:
        too_late = Timer(PATIENCE_S, process.kill)
        too_late.start()
        assert process.stdout is not None
        assert all(process.stdout.readline() for _ in range(n_lines))
        process.kill()
        too_late.cancel()
    assert all(wait_for_end(pid) for pid in workers_in(log))


def stored_in(store: Path) -> set[str]:
    opened, problems = open_store(store)
    with opened:
        index, _, _ = find_known(opened, tree(N_MANY))
        assert () == problems
        return set(index.paths)


def said(index: Index) -> object:
    """What an index says of every file, and to some questions."""
    found = [
        search(index, query, lambda path: contents(path).decode()) for query in ("f_m0007", "m1999.py:1")
    ]
    return [(path, index.outline(path), index.n_lines(path)) for path in index.paths], found


@needs_pidfd
def test_of_a_build_that_is_killed_twenty_times_nothing_is_parsed_twice_that_was_stored(
    tmp_path: Path,
) -> None:
    chance, database = Random(20), tmp_path / "index.db"
    stored: set[str] = set()
    for number in range(N_KILLS):
        build_and_kill(database, log := tmp_path / f"log {number}", chance.randint(1, 4))
        assert set() == stored & read_in(log)
        assert stored < (stored := stored_in(database))
    (worn, problems), (fresh, _) = open_store(database), open_store(tmp_path / "fresh.db")
    with worn, fresh:
        at_last, report = refresh(worn, tree(N_MANY), Reader(tmp_path / "last log"))
        at_once, _ = refresh(fresh, tree(N_MANY), Reader(tmp_path / "fresh log"))
        assert ((), N_MANY - len(stored)) == (problems, report.parsed)
        assert said(at_once) == said(at_last)
    assert set(tree(N_MANY).blobs) - stored == read_in(tmp_path / "last log")
