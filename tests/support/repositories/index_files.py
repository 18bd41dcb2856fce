"""Files in memory as trees and readers for the index, and readers and extractors that misbehave in a worker."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import parent_process
from pathlib import Path

from foreword.core.outline import Definition, Outline
from foreword.core.tree import FileTree, Source, blob_id, make_tree
from foreword.index.build.build import refresh
from foreword.index.build.indexed_tree import BuildReport
from foreword.index.index import Index
from foreword.index.store.outline_store import Store, open_store


@dataclass(frozen=True, slots=True)
class MemoryReader:
    """Gives the bytes of files by path; notes in the file `log` whatever is read."""

    files: Mapping[str, bytes]
    log: Path | None = None

    def __call__(self, sources: Sequence[Source]) -> Iterator[tuple[Source, bytes | None]]:
        for source in sources:
            if self.log is not None:
                with self.log.open("a", encoding="utf-8") as log:
                    log.write(source.path + "\n")
            yield source, self.files.get(source.path)


@dataclass(frozen=True, slots=True)
class FaultyExtractor:
    """Outlines one function a file, called after its first line; some contents crash it, hang it or make it raise.

    With `strike_at` it kills itself and the process that starts workers, as a system without memory does; only in a worker.
    """

    crash_at: bytes = b"crash"
    strike_at: bytes = b"strike"
    hang_at: bytes = b"hang"
    raise_at: bytes = b"raise"

    def __call__(self, language: str, data: bytes, limit_s: float | None = None) -> Outline:
        if data.startswith(self.crash_at):
            os.kill(os.getpid(), signal.SIGKILL)
        if data.startswith(self.strike_at) and parent_process() is not None:
            os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        if data.startswith(self.hang_at):
            if limit_s is not None:
                raise TimeoutError
            threading.Event().wait()
        if data.startswith(self.raise_at):
            raise ValueError(language)
        name = data.split(b"\n", 1)[0].decode()
        return Outline((Definition(name, "function", name, 1, 1),), {name: 1})


@dataclass
class Bench:
    """A store beside files that change."""

    store: Store
    files: dict[str, bytes] = field(default_factory=dict)

    def tree(self, dirty: Sequence[str] = ()) -> FileTree:
        return make_tree({path: blob_id(data) for path, data in self.files.items()}, dirty=dirty)

    def refresh(self, previous: Index | None = None) -> tuple[Index, BuildReport]:
        return refresh(self.store, self.tree(), MemoryReader(self.files), previous=previous, n_workers=1)

    def index(self) -> Index:
        return self.refresh()[0]

    def text(self, path: str) -> str | None:
        data = self.files.get(path)
        return None if data is None else data.decode()


def make_bench(path: Path, files: Mapping[str, str]) -> Bench:
    """A bench with a new store at `path`; close its store."""
    store, problems = open_store(path)
    assert () == problems
    return Bench(store, {name: text.encode() for name, text in files.items()})
