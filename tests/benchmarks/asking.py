"""How long the first and the second question take on a repository, and how much memory.

    python tests/benchmarks/asking.py DIR ["QUESTION"] [--asks 3]

Each question is a process of its own, offline, with a fresh FOREWORD_HOME: the first one indexes from nothing.
Seconds are wall time; memory is the peak of the process itself (its parsing workers apart).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"


def ask(folder: str, question: str, home: str) -> tuple[float, float]:
    """Seconds and megabytes of one question."""
    command = [
        sys.executable,
        "-m",
        "foreword",
        "ask",
        question,
        "--workspace",
        folder,
        "--provider",
        "offline",
        "--json",
    ]
    environ = {**os.environ, "FOREWORD_HOME": home, "PYTHONPATH": str(SERVER)}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"the question failed with exit code {os.waitstatus_to_exitcode(status)}")
    process.returncode = 0
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Print a row a question, and the ratio of the first to the others."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("question", nargs="?", default="How does this project start up?")
    parser.add_argument("--asks", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="foreword-benchmark-") as home:
        rows = [ask(arguments.folder, arguments.question, home) for _ in range(arguments.asks)]
    for number, (seconds, megabytes) in enumerate(rows, 1):
        print(f"ask {number}: {seconds:6.1f} s  {megabytes:6.0f} MB")
    print(f"first / best later: {rows[0][0] / min(seconds for seconds, _ in rows[1:]):.1f}")


if __name__ == "__main__":
    main()
