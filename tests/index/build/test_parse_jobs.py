from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from foreword.core.outline import Outline
from foreword.index.build.build import refresh
from foreword.index.build.indexed_tree import BuildReport
from foreword.index.build.parse_workers import FIRST_CHUNK
from foreword.index.index import Index
from foreword.index.store.outline_store import open_store
from index.build.build_until_killed import N_FILES, Reader, file_name, tree

SCRIPT = Path(__file__).with_name("build_until_killed.py")
PATIENCE_S = 30.0
WAITS_AT = 3
CHUNK = FIRST_CHUNK
"""So many of the files are in the first chunk, in which the other process waits."""

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


class Other:
    """Another process that builds the same index, and waits in the middle of its first chunk."""

    def __init__(self, folder: Path) -> None:
        self.gate = folder / "gate"
        os.mkfifo(self.gate)
        arguments = [folder / "index.db", folder / "log", WAITS_AT, self.gate]
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for_progress(self) -> None:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        assert ready

    def let_go_on(self) -> None:
        self.gate.write_bytes(b"")

    def n_parsed(self) -> int:
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return int(said.splitlines()[-1].removesuffix(" parsed"))


def build_beside(folder: Path, when_alone: Callable[[], None]) -> BuildReport:
    """Build the same index; call `when_alone` when only what the other process waits in is left."""

    def on_progress(done: int, total: int) -> None:
        if total - done == CHUNK and not called:
            called.append(True)
            when_alone()

    called: list[bool] = []
    store, problems = open_store(folder / "index.db")
    assert () == problems
    with store:
        _, report = refresh(
            store, tree(), Reader(folder / "log"), n_workers=2, time_limit_s=600, on_progress=on_progress
        )
    assert called
    return report


def outlines(index: Index) -> dict[str, Outline]:
    return {path: index.outline(path) for path in index.paths}


def reads(folder: Path) -> Counter[str]:
    return Counter(line.split()[1] for line in (folder / "log").read_text(encoding="utf-8").splitlines())


def test_two_processes_parse_each_blob_once(tmp_path: Path) -> None:
    other = Other(tmp_path)
    with other.process:
        other.wait_for_progress()
        report = build_beside(tmp_path, other.let_go_on)
        assert N_FILES == report.parsed + other.n_parsed()
    assert Counter(tree().blobs.keys()) == reads(tmp_path)
    assert N_FILES == report.files == report.symbols


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_a_process_leaves_unfinished_another_takes_over(tmp_path: Path, how: signal.Signals) -> None:
    other = Other(tmp_path)
    with other.process:
        other.wait_for_progress()
        report = build_beside(tmp_path, lambda: other.process.send_signal(how))
    again = {path for path, n in reads(tmp_path).items() if n > 1}
    assert again <= {file_name(number) for number in range(WAITS_AT + 1)}
    assert N_FILES == report.files == report.symbols
    fresh_store, _ = open_store(tmp_path / "fresh.db")
    store, problems = open_store(tmp_path / "index.db")
    with fresh_store, store:
        fresh, _ = refresh(fresh_store, tree(), Reader(tmp_path / "fresh log"), n_workers=1)
        found, report = refresh(store, tree(), Reader(tmp_path / "log"), n_workers=1)
        assert ((), 0) == (problems, report.parsed)
        assert outlines(fresh) == outlines(found)
