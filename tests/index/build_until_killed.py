"""Builds an index of generated files, tells each file that a worker reads, and waits for the end after some of them.

python build_until_killed.py STORE LOG N_BEFORE_WAITING
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foreword.core.source import Source
from foreword.core.tree import FileTree, blob_id, make_tree
from foreword.index.build import refresh
from foreword.index.store import open_store

N_FILES = 400


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads generated files; appends "pid path" to `log`; waits for ever at file number `wait_at`."""

    log: Path
    wait_at: int | None = None

    def __call__(self, sources: Sequence[Source]) -> Iterator[tuple[Source, bytes | None]]:
        for source in sources:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{os.getpid()} {source.path}\n")
            if source.path == file_name(self.wait_at or N_FILES):
                threading.Event().wait()
            yield source, contents(source.path)


def file_name(number: int) -> str:
    return f"m{number:04}.py"


def contents(path: str) -> bytes:
    return f"def f_{path[:-3]}():\n    return 1\n".encode()


def tree() -> FileTree:
    return make_tree({path: blob_id(contents(path)) for path in map(file_name, range(N_FILES))})


def main() -> None:
    store, _ = open_store(Path(sys.argv[1]))
    with store:
        refresh(
            store,
            tree(),
            Reader(Path(sys.argv[2]), int(sys.argv[3])),
            n_workers=2,
            time_limit_s=600,
            on_progress=lambda done, total: print(done, total, flush=True),
        )


if __name__ == "__main__":
    main()
