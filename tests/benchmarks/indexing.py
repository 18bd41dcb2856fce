"""What the index costs, as ratios measured in one run on this machine (Linux).

    python tests/benchmarks/indexing.py DIR... [--part cold|first|warm|saved|search|switch|shared]

cold    user CPU of reading, parsing and counting words, against bare `Parser.parse` over the same files; and that of all
        that `foreword index` does in all processes, for files without a grammar too
first   a question asked as soon as a server begins on a new repository: when it has what it needs, and which of the files
        that the finished base shows are in the one it gets
warm    looking at an unchanged repository in a new process, against `git ls-files -s` and `git diff-files`
saved   one file written to, made or removed, until search knows of it, against `git status`
search  one question, on a warm index, against `git grep -l -w NAME`, which ranks nothing
switch  a branch that changes 2,000 files: only unseen blobs are parsed, and none on the way back
shared  two processes that index everything at once in one new store, against one alone

`saved` and `switch` work on a copy that is removed afterwards; a DIR is never changed.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, time
from typing import Any

STEPS = Path(__file__).with_name("indexing_steps.py")
PARTS = ("cold", "first", "warm", "saved", "search", "switch", "shared")
N_SHARING = 2
RUN_STEPS = f"import sys; sys.path.insert(0, {str(STEPS.parent)!r}); from {STEPS.stem} import main; main()"
"""As a script its imports would be done again by each worker process, which `python -m foreword` does not do."""
PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h: worker processes whose parent has ended are waited for here, so that their CPU counts."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for folder in given.folders:
        print(f"{folder.name}")
        with tempfile.TemporaryDirectory() as scratch:
            for part in given.part or PARTS:
                RUN[part](folder.resolve(), Path(scratch), given.rounds)


def cold(folder: Path, scratch: Path, _rounds: int) -> None:
    found, cpu = run_step("look", folder, scratch / "cold")
    bare, _ = run_step("bare", folder, scratch / "cold")
    print(
        f"  cold    {found['files']:,} files, {found['bytes'] / 1e6:.0f} MB: {found['seconds']:.1f} s;"
        f" user CPU {cpu:.1f} s, bare parse {bare['cpu']:.1f} s of {bare['files']:,} files,"
        f" ratio for these files in one process {bare['study_cpu'] / max(bare['cpu'], 1e-9):.2f} (target 1.4), for all, with"
        f" starting processes, listing and storing {cpu / max(bare['cpu'], 1e-9):.2f};"
        f" peak memory of the parent {found['peak_mb']:.0f} MB (target 300)"
    )


def first(folder: Path, scratch: Path, _rounds: int) -> None:
    found, _ = run_step("first", folder, scratch / "first", str(time()))
    print(
        f"  first   2 s after the start of a process {found['soon']:,} of {found['files']:,} files are read, among them"
        f" {found['soon_shown']:.0%} of those that the finished base shows; a question asked at once has its context after"
        f" {found['laid_s']:.1f} s, of {found['early']:,} files, {found['early_shown']:.0%} of which the finished base shows;"
        f" all is read after {found['whole_s']:.1f} s"
    )


def warm(folder: Path, scratch: Path, rounds: int) -> None:
    home = scratch / "cold"
    run_step("look", folder, home)
    looks, commands, peaks = [], [], []
    for _ in range(rounds):
        found, _ = run_step("look", folder, home)
        assert not found["parsed"], "an unchanged repository is parsed"
        looks.append(found["seconds"])
        peaks.append(found["peak_mb"])
        commands.append(git_seconds(folder))
    ours, git = statistics.median(looks), statistics.median(commands)
    print(
        f"  warm    {1000 * ours:.0f} ms, git {1000 * git:.0f} ms, ratio {ours / git:.2f} (target 2);"
        f" peak memory {max(peaks):.0f} MB"
    )


def saved(folder: Path, scratch: Path, rounds: int) -> None:
    with copied(folder, scratch) as copy:
        found, _ = run_step("saved", copy, scratch / "copy", str(10 * rounds))
    times, status = found["ms"], statistics.median(found["status_ms"])
    slow = {name: statistics.quantiles(some, n=20)[-1] for name, some in times.items()}
    print(
        f"  saved   {found['files']:,} files, {len(times['written'])} files each: written to, in the index after p50"
        f" {statistics.median(times['look']):.0f} ms, p95 {slow['look']:.0f} ms, found by search after p50"
        f" {statistics.median(times['written']):.0f} ms, p95 {slow['written']:.0f} ms (target 50),"
        f" CPU p50 {statistics.median(times['cpu']):.0f} ms, p95 {slow['cpu']:.0f} ms;"
        f" made p95 {slow['made']:.0f} ms, removed p95 {slow['removed']:.0f} ms;"
        f" `git status` {status:.0f} ms, ratio of p95 {slow['written'] / status:.2f};"
        f" a look at everything {statistics.median(found['whole_ms']):.0f} ms; peak memory {found['peak_mb']:.0f} MB"
    )


def search(folder: Path, scratch: Path, rounds: int) -> None:
    found, _ = run_step("search", folder, scratch / "cold", str(20 * rounds))
    times = found["ms"]
    median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(
        f"  search  {found['files']:,} files, {len(times)} questions: p50 {median:.0f} ms, p95 {slow:.0f} ms (target 150),"
        f" CPU p50 {statistics.median(found['cpu_ms']):.0f} ms{beside_git(folder, found['names'], median, slow)}"
    )


def beside_git(folder: Path, names: Sequence[str], median: float, slow: float) -> str:
    """The same names looked for by git, which reads every file and ranks nothing."""
    times = []
    for name in names:
        started = perf_counter()
        subprocess.run(
            ["git", "-C", str(folder), "grep", "-l", "-w", "-F", "-e", name], check=False, capture_output=True
        )
        times.append(1000 * (perf_counter() - started))
    theirs, their_slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    return (
        f"; `git grep -l -w` p50 {theirs:.0f} ms, p95 {their_slow:.0f} ms,"
        f" ratios {median / theirs:.2f} and {slow / their_slow:.2f}"
    )


def switch(folder: Path, scratch: Path, _rounds: int) -> None:
    with copied(folder, scratch) as copy:
        found, _ = run_step("switch", copy, scratch / "copy")
    print(
        f"  switch  {found['changed']:,} files changed, {found['there_parsed']:,} blobs parsed"
        f" in {found['there_s']:.2f} s; back: {found['back_parsed']:,} parsed in {found['back_s']:.2f} s"
    )


def shared(folder: Path, scratch: Path, _rounds: int) -> None:
    alone, cpu_alone = run_step("look", folder, scratch / "alone")
    started = [start_step("look", folder, scratch / "shared") for _ in range(N_SHARING)]
    ended = [end_step(process, folder) for process in started]
    cpu = sum(used for _, used in ended) + sum(orphans())
    parsed = [found["parsed"] for found, _ in ended]
    print(
        f"  shared  {N_SHARING} processes at once: {' + '.join(f'{n:,}' for n in parsed)} = {sum(parsed):,} blobs parsed,"
        f" by one alone {alone['parsed']:,}; user CPU {cpu:.1f} s, of one alone {cpu_alone:.1f} s,"
        f" ratio {cpu / cpu_alone:.2f}"
    )


def run_step(step: str, folder: Path, home: Path, *more: str) -> tuple[dict[str, Any], float]:
    """What a step in a new process says, and the user CPU in seconds of it and all its descendants."""
    found, cpu = end_step(start_step(step, folder, home, *more), folder)
    return found, cpu + sum(orphans())


def start_step(step: str, folder: Path, home: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN_STEPS, step, str(folder), *more],
        stdout=subprocess.PIPE,
        env={**os.environ, "FOREWORD_HOME": str(home)},
    )


def end_step(process: subprocess.Popen[bytes], folder: Path) -> tuple[dict[str, Any], float]:
    """What a step says in the end, and the user CPU in seconds of it and those descendants that it waited for."""
    with process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"a step failed on {folder}: {process.args!r}")
    found: dict[str, Any] = json.loads(said)
    return found, used.ru_utime


def orphans() -> Iterator[float]:
    """The user CPU of processes whose parent ended first."""
    while True:
        try:
            _, _, used = os.wait3(0)
        except ChildProcessError:
            return
        yield used.ru_utime


def git_seconds(folder: Path) -> float:
    started = perf_counter()
    for command in (["ls-files", "-s", "-z"], ["diff-files", "-z", "--name-only"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    return perf_counter() - started


@contextmanager
def copied(folder: Path, scratch: Path) -> Iterator[Path]:
    """A copy, made once for a folder."""
    copy = scratch / "copy of it"
    if not copy.exists():
        shutil.copytree(folder, copy, symlinks=True)
        subprocess.run(["git", "-C", str(copy), "update-index", "-q", "--refresh"], check=False)
    yield copy


RUN = {
    "cold": cold,
    "first": first,
    "warm": warm,
    "saved": saved,
    "search": search,
    "switch": switch,
    "shared": shared,
}

if __name__ == "__main__":
    main()
