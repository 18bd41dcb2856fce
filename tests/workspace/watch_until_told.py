"""Watches a folder and prints what it is told, until its standard input ends.

python watch_until_told.py FOLDER
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from foreword.core.errors import Problem
from foreword.workspace.watch import watch


def changed(paths: tuple[Path, ...]) -> None:
    print("changed", *(path.name for path in paths[:10]), flush=True)


def lost(problem: Problem) -> None:
    print("lost", problem.message, flush=True)


def main() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(Path(sys.argv[1]).resolve(), changed, lost, stop))
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
