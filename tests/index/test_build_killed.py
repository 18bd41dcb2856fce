from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from foreword.index.build import refresh
from foreword.index.store import open_store
from index.build_until_killed import N_FILES, Reader, file_name, tree

SCRIPT = Path(__file__).with_name("build_until_killed.py")
PATIENCE_S = 30.0


def start(store: Path, log: Path, wait_at: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(store), str(log), str(wait_at)]
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


@pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="only Linux tells when a process ends that is not a child"
)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_build_loses_nothing_that_was_committed_and_leaves_no_workers(
    tmp_path: Path, how: signal.Signals
) -> None:
    database, log, later = tmp_path / "index.db", tmp_path / "log", tmp_path / "later"
    process = start(database, log, 350)
    with process:
        n_done = wait_for_progress(process)
        process.send_signal(how)
    workers = {int(row.split()[0]) for row in log.read_text(encoding="utf-8").splitlines()}
    assert all(wait_for_end(pid) for pid in workers)
    store, problems = open_store(database)
    with store:
        index, report = refresh(store, tree(), Reader(later), n_workers=1)
        assert ((), N_FILES, N_FILES) == (problems, len(index.paths), report.symbols)
        assert n_done <= report.reused == N_FILES - report.parsed
    read_again = {row.split()[1] for row in later.read_text(encoding="utf-8").splitlines()}
    assert report.parsed == len(read_again)
    assert file_name(350) in read_again
