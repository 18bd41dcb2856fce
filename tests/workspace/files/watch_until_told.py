"""Watches a folder and prints what it is told and what is wrong, until its standard input ends.

python watch_until_told.py FOLDER
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from foreword.core.errors import Problem
from foreword.workspace.files.watch import watch


def changed(paths: tuple[Path, ...]) -> None:
    print("changed", *(path.name for path in paths[:10]), flush=True)


def lost(problem: Problem) -> None:
    print("lost", problem.message, flush=True)


def main() -> None:
    stop = threading.Event()

    def run() -> None:
        problem = watch(Path(sys.argv[1]).resolve(), changed, lost, stop)
        if problem is not None:
            print("problem", problem.message, flush=True)

    thread = threading.Thread(target=run)
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
