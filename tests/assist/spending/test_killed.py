"""Processes that are killed while they write the ledger and the store of prefixes, at points that chance chooses."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import Ledger
from foreword.prefix.layers import Anchor, Block, Lineage
from foreword.prefix.prefix_store import PrefixStore

WRITE = """
import sys
from pathlib import Path
from foreword.assist.accounts.ledger import LedgerRow, Ledger
from foreword.core.tokens import Usage
from foreword.prefix.layers import Block, Part
from foreword.prefix.layers import Anchor, Lineage
from foreword.prefix.manifest import manifest_of
from foreword.prefix.prefix_store import PrefixStore, SentRequest

folder, name = Path(sys.argv[1]), sys.argv[2]

def row(n, status, output):
    return LedgerRow(f"{name}-{n}", 1.0, "w", "ask", "p", "m", False, status, "", Usage(fresh=1, output=output), 0.5, 1.0,
                 "2026", "hit", {}, answer=f"{name}-{n}")

with Ledger(folder / "ledger.sqlite") as ledger, PrefixStore(folder / "prefixes.sqlite") as store:
    for n in range(1_000_000):
        done = False
        while not done:
            version, found = store.lineage("w", "v")
            grown = (found or Lineage(Anchor("git", "t", "c"))).append(Block(f"{name} {n}"), {})
            done = store.swap("w", "v", version, grown, contents={f"{name}{n}": b"x" * 500}, now=1.0)
        print("delta", n, flush=True)
        ledger.book(row(n, "started", 0))
        print("started", n, flush=True)
        parts = manifest_of({"base": [Block("text" * 50, (Part(f"{name}.py", "full", str(n), 100.0),))]})
        store.record_sent("w", "v", SentRequest("p", name, 1.0, 300, {"base": f"{name}.{n}"}), parts)
        ledger.book(row(n, "done", 7))
        print("done", n, flush=True)
"""
N_ROUNDS = 3
N_WRITERS = 3
MAX_LINES = 40


def writer(folder: Path, name: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder), name], env=environ, stdout=subprocess.PIPE, text=True
    )


def kill_after(process: subprocess.Popen[str], n_lines: int) -> set[tuple[str, int]]:
    """Everything that the process had confirmed when it was killed."""
    with process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(n_lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert -signal.SIGKILL == process.returncode
    return {(step, int(n)) for step, n in (line.split() for line in said if line.endswith("\n"))}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_confirmed_is_there_once_and_the_prefix_goes_on(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    confirmed: dict[str, set[tuple[str, int]]] = {}
    for turn in range(N_ROUNDS):
        processes = {f"{turn}{letter}": writer(tmp_path, f"{turn}{letter}") for letter in "abc"[:N_WRITERS]}
        for name, process in processes.items():
            confirmed[name] = kill_after(process, chance.randrange(1, MAX_LINES))
    check_ledger(tmp_path / "ledger.sqlite", confirmed)
    check_prefix(tmp_path / "prefixes.sqlite", confirmed)


def check_ledger(path: Path, confirmed: dict[str, set[tuple[str, int]]]) -> None:
    with Ledger(path) as ledger:
        assert () == ledger.problems
        (total,) = ledger.totals("model")
        rows = {entry.id: entry for name in confirmed for entry in ledger.find(f"{name}-", limit=100_000)}
    started = {f"{name}-{n}" for name, said in confirmed.items() for step, n in said if step == "started"}
    done = {f"{name}-{n}" for name, said in confirmed.items() for step, n in said if step == "done"}
    assert started <= rows.keys()
    assert len(rows) - len(started) <= len(confirmed), (
        "at most the row that a killed process was about to confirm"
    )
    assert {("done", 7)} == {(rows[name].status, rows[name].usage.output) for name in done}
    assert (len(rows), len(rows), len(rows) * 0.5) == (total.n_requests, total.usage.fresh, total.cost)
    assert_whole(path)


def check_prefix(path: Path, confirmed: dict[str, set[tuple[str, int]]]) -> None:
    with PrefixStore(path) as store:
        assert () == store.problems
        version, found = store.lineage("w", "v")
        assert found is not None
        texts = [block.text for block in found.delta]
        assert (version, len(set(texts))) == (len(texts), len(texts))
        for name, said in confirmed.items():
            of_one = [int(text.split()[1]) for text in texts if text.split()[0] == name]
            assert all(after == before + 1 for before, after in pairwise([-1, *of_one]))
            assert {n for step, n in said if step == "delta"} <= set(of_one)
        assert len(texts) == len(store.contents(text.replace(" ", "") for text in texts))
        for sent in store.sent("w"):
            assert store.manifest(sent) is not None
        grown = found.append(Block("next"), {})
        assert store.swap("w", "v", version, grown, contents={}, now=2.0)
    with PrefixStore(path) as again:
        assert (
            version + 1,
            Lineage(Anchor("git", "t", "c"), (*found.delta, Block("next"))),
        ) == again.lineage("w", "v")
    assert_whole(path)


def assert_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
