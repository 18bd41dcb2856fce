"""Builds an index of generated files, tells each file that a worker reads, and waits for the end after some of them.

python build_until_killed.py STORE LOG N_BEFORE_WAITING [GATE [N_LINES]]

With GATE, a named pipe, it goes on when somebody has opened that for writing, and tells how much it parsed.
With a number beyond `N_FILES` there are so many files, and it does not wait. After N_LINES lines of progress it stores no
more: however late it is killed, it is not done by then.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from foreword.core.tree import FileTree, Source, blob_id, make_tree
from foreword.index.build.build import refresh
from foreword.index.store.outline_store import open_store

N_FILES = 400


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads generated files; appends "pid path" to `log`; waits for ever, or for `gate`, at file number `wait_at`."""

    log: Path
    wait_at: int | None = None
    gate: Path | None = None

    def __call__(self, sources: Sequence[Source]) -> Iterator[tuple[Source, bytes | None]]:
        for source in sources:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{os.getpid()} {source.path}\n")
            if self.wait_at is not None and source.path == file_name(self.wait_at):
                _wait_for(self.gate)
            yield source, contents(source.path)


def _wait_for(gate: Path | None) -> None:
    if gate is None:
        threading.Event().wait()
    else:
        gate.read_bytes()


def file_name(number: int) -> str:
    return f"m{number:04}.py"


def contents(path: str) -> bytes:
    return f"def f_{path[:-3]}():\n    return 1\n".encode()


def tree(n_files: int = N_FILES) -> FileTree:
    return make_tree({path: blob_id(contents(path)) for path in map(file_name, range(n_files))})


def teller(n_lines: int | None) -> Callable[[int, int], None]:
    """Says how far it is, once there is something done, and waits for ever after so many lines."""
    lines = count(1)

    def tell(done: int, total: int) -> None:
        if done:
            print(done, total, flush=True)
            if next(lines) == n_lines:
                threading.Event().wait()

    return tell


def main() -> None:
    store, _ = open_store(Path(sys.argv[1]))
    wait_at = int(sys.argv[3])
    gate = Path(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[4] else None
    n_lines = int(sys.argv[5]) if len(sys.argv) > 5 else None
    with store:
        _, report = refresh(
            store,
            tree(max(N_FILES, wait_at)),
            Reader(Path(sys.argv[2]), wait_at, gate),
            n_workers=2,
            time_limit_s=600,
            on_progress=teller(n_lines),
        )
    print(report.parsed, "parsed")


if __name__ == "__main__":
    main()
