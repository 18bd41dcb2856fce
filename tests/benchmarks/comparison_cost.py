"""What a command costs with all the processes that it starts: CPU, time and memory (Linux)."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h: processes whose parent has ended are waited for here, so that their CPU counts."""
SAMPLE_S = 0.03
"""Between two looks at the memory at most; at first they follow quicker, for commands that end at once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`user` and `wall` in seconds, `peak` of all processes together in MB; a command that took too long was killed."""

    user: float
    wall: float
    peak: float
    killed: bool = False


def adopt_orphans() -> None:
    """Have the processes that outlive their parent counted by `cost_of`."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cost_of(
    command: Sequence[str],
    folder: Path,
    *,
    listed: Path,
    printed: Path,
    limit_s: float,
    env: Mapping[str, str],
) -> Cost:
    """Run a command in a folder to its end, or until `limit_s`; it reads the file `listed` and prints to the file `printed`.

    The memory is looked at some thirty times a second: shared pages count once.
    """
    sum(_orphans())
    with (
        listed.open("rb") as stdin,
        printed.open("wb") as stdout,
        printed.with_suffix(".err").open("wb") as said,
    ):
        started = now = perf_counter()
        peak = 0.0
        process = subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=said, env=env, cwd=folder, start_new_session=True
        )
        ended = os.pidfd_open(process.pid)
        while not _has_ended(ended, now - started) and now < started + limit_s:
            peak = max(peak, sum(map(_proportional_mb, _session(process.pid))))
            now = perf_counter()
        wall = perf_counter() - started
        os.close(ended)
        killed = wall >= limit_s
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not killed:
        raise SystemExit(
            f"{command[0]} failed: {printed.with_suffix('.err').read_text(errors='replace')[-500:]}"
        )
    return Cost(used.ru_utime + sum(_orphans()), wall, peak, killed)


def _has_ended(process: int, elapsed: float) -> bool:
    """Wait a little for a process, given by a descriptor of it."""
    return bool(select.select([process], [], [], min(SAMPLE_S, elapsed / 10))[0])


def _session(leader: int) -> Iterator[int]:
    """The processes of a session."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            fields = _read(f"/proc/{entry.name}/stat").rpartition(")")[2].split()
            if fields[3:4] == [str(leader)]:
                yield int(entry.name)


def _proportional_mb(pid: int) -> float:
    kilobytes = _read(f"/proc/{pid}/smaps_rollup").partition("\nPss:")[2].split()
    return int(kilobytes[0]) / 1000 if kilobytes else 0.0


def _read(path: str) -> str:
    """A file of the kernel; empty if the process has ended."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _orphans() -> Iterator[float]:
    """The user CPU of processes whose parent ended first."""
    while True:
        try:
            _, _, used = os.wait3(0)
        except ChildProcessError:
            return
        yield used.ru_utime
