"""Reading what the store does not know: a few files in this process, many in workers, beside other processes.

wanted -> claimed in chunks -> parsed -> stored, chunk by chunk -> rows

Of several processes each parses first what nobody else has claimed, then what others leave:

    this one   |--a--|--b--|      |--d--|--e--|.....|--f--|
    another          |--c--|--c--|        |--f--x killed
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from foreword.core.tree import Reader
from foreword.index.build.indexed_tree import FEW_FILES
from foreword.index.build.parse_workers import (
    TYPICAL_BYTES,
    Extractor,
    ParseJob,
    ParseResult,
    chunks_of,
    study_here,
    study_in_pool,
)
from foreword.index.store.facts import Key
from foreword.index.store.outline_store import Row, Store
from foreword.index.store.work_claims import Claims

Progress = Callable[[int, int], None]
"""Called with the number of files done and the number of files to do."""

FEW_BYTES = 300_000
"""Up to so much is parsed in this process: starting workers would take longer."""


@dataclass(frozen=True, slots=True)
class Done:
    """How many blobs were parsed, the paths that could not be read with the reasons, and the new rows."""

    n_parsed: int = 0
    unreadable: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[Key, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParseRun:
    """How unseen files are read and parsed, and where the facts go.

    `n_before` files were done before, `n_after` come later: progress is told of all.
    """

    store: Store
    read: Reader
    extract: Extractor
    n_workers: int
    on_progress: Progress | None
    time_limit_s: float
    n_before: int = 0
    n_after: int = 0

    def run(self, wanted: Sequence[ParseJob]) -> Done:
        """Store the facts of all wanted files, but for those that other processes store meanwhile."""
        if not wanted:
            return Done()
        if self._are_small(wanted):
            studied = study_here(self.read, self.extract, wanted)
            # Where it failed or took long here, workers try it: those can be killed.
            if studied is not None:
                return self._keep(studied)
        with self.store.claims() as claims:
            return self._run_shared(wanted, claims)

    def _run_shared(self, wanted: Sequence[ParseJob], claims: Claims) -> Done:
        key_of = {one.source.path: one.key for one in wanted}
        n_parsed, n_files, unreadable, rows = 0, 0, dict[str, str](), dict[Key, Row]()
        sizes = _Sizes()
        shared = SharedWork(claims, chunks_of(wanted, self.n_workers, sizes.mean))
        results = study_in_pool(
            self.read, self.extract, shared, n_workers=self.n_workers, time_limit_s=self.time_limit_s
        )
        # However this ends, the workers have to end too.
        with closing(results):
            for n_more, studied in results:
                # Also for a result that says that nothing is done yet: those come several times a second.
                claims.renew()
                sizes.add(studied)
                more = self._keep(studied)
                # Only after they are stored: in between they would be neither known nor claimed, and be
                # parsed twice.
                claims.end(one.key for one in studied.facts)
                # They are not going to be stored, and others would wait for that.
                claims.give_back(key_of[path] for path in more.unreadable)
                n_parsed, n_files = n_parsed + more.n_parsed, n_files + n_more
                unreadable |= more.unreadable
                rows |= more.rows
                if self.on_progress is not None:
                    n_done = self.n_before + n_files + shared.n_stored
                    self.on_progress(n_done, self.n_before + len(wanted) + self.n_after)
        return Done(n_parsed, unreadable, rows)

    def _are_small(self, wanted: Sequence[ParseJob]) -> bool:
        if len(wanted) > FEW_FILES:
            return False
        n_bytes = 0
        for _, data in self.read([one.source for one in wanted]):
            n_bytes += len(data or b"")
            if n_bytes > FEW_BYTES:
                return False
        return True

    def _keep(self, studied: ParseResult) -> Done:
        rows = self.store.add(studied.facts) if studied.facts else {}
        return Done(len(studied.facts), dict(studied.unreadable), rows)


@dataclass(slots=True)
class _Sizes:
    """How large the files are that were read so far."""

    n_bytes: int = TYPICAL_BYTES
    n_files: int = 1

    def add(self, studied: ParseResult) -> None:
        self.n_bytes += sum(one.size for one in studied.facts)
        self.n_files += len(studied.facts)

    def mean(self) -> float:
        return self.n_bytes / self.n_files


class SharedWork:
    """Chunks of wanted files, claimed when they are taken: iterate once."""

    def __init__(self, claims: Claims, chunks: Iterable[Sequence[ParseJob]]) -> None:
        self._claims = claims
        self._chunks = chunks
        self.n_stored = 0
        """How many of the files turned out to be stored by others."""

    def __iter__(self) -> Iterator[Sequence[ParseJob]]:
        """Chunks to parse here; an empty one while all that is left is claimed by others."""
        left: list[ParseJob] = []
        for chunk in self._chunks:
            mine, others = self._taken(chunk)
            left += others
            if mine:
                yield mine
        while left:
            mine, left = self._taken(left)
            yield mine

    def _taken(self, wanted: Sequence[ParseJob]) -> tuple[list[ParseJob], list[ParseJob]]:
        taken = self._claims.take([one.key for one in wanted])
        self.n_stored += len(taken.stored)
        mine = [one for one in wanted if one.key in taken.mine]
        return mine, [one for one in wanted if one.key not in taken.mine and one.key not in taken.stored]
