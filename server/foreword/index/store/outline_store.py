"""One SQLite file a repository, shared by its worktrees and by several processes.

It keeps the facts of blobs (see `facts`) and small rendered things (`artifacts`), never the text of a file.
Everything in it can be made again: a damaged file is moved aside and rebuilt, and where nothing can be written
the store lives in memory. A transaction is the unit of loss when a process is killed.

It does not know trees, paths or files; `build` brings facts in, `Index` asks for them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, NamedTuple, Self

from foreword.core.errors import Problem, StoreError
from foreword.core.outline import EMPTY_OUTLINE, Outline
from foreword.index.store.artifacts import put, touch
from foreword.index.store.facts import Facts, Key, name_hash, unpack
from foreword.index.store.store_eviction import collect, mark_used, today
from foreword.index.store.store_file import connect, copy_to_memory
from foreword.index.store.work_claims import Claims
from foreword.storage.sqlite_errors import quarantine, trouble_of

_IDS_A_QUERY = 10_000
_OUTLINES_AT_ONCE = 500
_NEXT_ID = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'blobs'"
_INSERT_BLOB = (
    "INSERT OR IGNORE INTO blobs"
    " (id, spoken, size, n_lines, n_definitions, n_references, n_terms, reason, failed, blob, language, grammar, used)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_BLOBS = (
    "SELECT blob, language, grammar, id, spoken, size, n_lines, n_definitions, n_references, n_terms, reason, failed"
    " FROM blobs WHERE blob IN"
)


class DamagedStore(StoreError):
    """The file is no store any more; `Store.rebuild` starts a new one."""


class Row(NamedTuple):
    """What the store says of one blob without decoding anything.

    `id` is valid in this store only; `spoken` is the language in the end: a first line can say what a path does not.
    """

    id: int
    spoken: str
    size: int
    n_lines: int
    n_definitions: int
    n_references: int
    n_terms: int
    reason: str | None
    failed: str | None


def open_store(path: Path, *, timeout_s: float = 5.0) -> tuple[Store, tuple[Problem, ...]]:
    """The store at `path`, made if it is not there; problems say if it was rebuilt or lives in memory.

    Raises:
        StoreError: Another process holds the lock for longer than `timeout_s`.
    """
    store = Store(path, timeout_s)
    return store, store.take_problems()


class Store:
    """An open store. Any thread may use it; calls wait for each other.

    Raises from every method:
        StoreError: The file is locked for too long, or damaged (`DamagedStore`).
    """

    def __init__(self, path: Path | None, timeout_s: float = 5.0) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._lock = RLock()
        self._problems: list[Problem] = []
        self.generation = 0
        """Counts how often the file was begun anew while it was open: row ids of an earlier one mean nothing."""
        self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()

    @property
    def in_memory(self) -> bool:
        """Whether what is stored is lost when the process ends."""
        return self.path is None

    def take_problems(self) -> tuple[Problem, ...]:
        """What went wrong since the last call and was made good."""
        problems, self._problems = tuple(self._problems), []
        return problems

    def rebuild(self) -> None:
        """Start with an empty file; the damaged one is kept beside it until the next time."""
        with self._lock:
            self._connection.close()
            self.generation += 1
            self._connection = self._replace_broken()

    def find(self, keys: Iterable[Key]) -> dict[Key, Row]:
        """The rows of those keys that are known."""
        wanted = set(keys)
        blobs = sorted({key.blob for key in wanted})
        rows = self._select_in(_SELECT_BLOBS, blobs)
        found = ((Key(*row[:3]), Row(*row[3:])) for row in rows)
        return {key: row for key, row in found if key in wanted}

    def blobs(self, at_most: int) -> set[str] | None:
        """The blobs that are known, or None if there are more rows of them than `at_most`."""
        rows = self._select("SELECT blob FROM blobs LIMIT ?", (at_most + 1,))
        return {blob for (blob,) in rows} if len(rows) <= at_most else None

    def add(self, facts: Sequence[Facts]) -> dict[Key, Row]:
        """Store facts in one transaction; gives the new rows, for what is known already stays as it is."""
        new: list[dict[Key, Row]] = []
        self._write(lambda connection: new.append(_insert(connection, facts)))
        return new[-1]

    def claims(self, clock: Callable[[], float] = time.time) -> Claims:
        """Claims of a new owner: what it takes, other processes do not parse meanwhile (see `claims`)."""
        return Claims(self._write, lambda: self.in_memory, clock)

    def outline(self, row_id: int) -> Outline:
        """The outline of a row; an empty one if the row is gone."""
        rows = self._select("SELECT packed FROM outlines WHERE id = ?", (row_id,))
        return unpack(rows[0][0]) if rows else EMPTY_OUTLINE

    def outlines(self, row_ids: Sequence[int], mention: str = "") -> Iterator[tuple[int, Outline]]:
        """Row ids with their outlines, in no particular order.

        With a `mention` in lower case only those are decoded that hold it in some case, whatever else they hold.
        """
        sought = mention.encode() if mention.isascii() else b""
        for row_id, packed in self.packed(row_ids):
            if not sought or sought in packed.lower():
                yield row_id, unpack(packed)

    def packed(self, row_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Row ids with their outlines as `facts.pack` made them, a few hundred in memory at a time, in no particular order."""
        for start in range(0, len(row_ids), _OUTLINES_AT_ONCE):
            some = row_ids[start : start + _OUTLINES_AT_ONCE]
            yield from self._select_in("SELECT id, packed FROM outlines WHERE id IN", some)

    def vectors(self, row_ids: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
        """Row ids with the hashes and counts of their words, in no particular order."""
        return self._select_in("SELECT id, hashes, counts FROM vectors WHERE id IN", row_ids)

    def named(self, name: str) -> set[int]:
        """Rows that may define `name` in some case: hashes can coincide."""
        return {row[0] for row in self._select("SELECT id FROM names WHERE hash = ?", (name_hash(name),))}

    def collect(self, in_use: Sequence[int], version_of: Callable[[str], str]) -> int:
        """Delete what is due (see `collecting`) of all but the rows in use; gives how many rows went."""
        day = today()
        mark_used(self._write, in_use, day)
        return collect(self._select, self._write, version_of=version_of, day=day)

    def get_artifact(self, key: str) -> bytes | None:
        """The artifact stored under `key`, which counts as used now."""
        rows = self._select("SELECT value FROM artifacts WHERE key = ?", (key,))
        if not rows:
            return None
        self._write(lambda connection: touch(connection, key))
        return bytes(rows[0][0])

    def put_artifact(self, key: str, value: bytes) -> None:
        """Store `value` under `key`; the least recently used artifacts make room."""
        self._write(lambda connection: put(connection, key, value))

    def _select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._explained():
            return self._connection.execute(sql, parameters).fetchall()

    def _select_in(self, sql: str, values: Sequence[Any]) -> list[Any]:
        rows: list[Any] = []
        for start in range(0, len(values), _IDS_A_QUERY):
            some = values[start : start + _IDS_A_QUERY]
            rows += self._select(f"{sql} ({','.join('?' * len(some))})", some)
        return rows

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        with self._lock, self._explained():
            try:
                _in_transaction(self._connection, change)
            except sqlite3.OperationalError as error:
                if trouble_of(error) != "unwritable" or self.in_memory:
                    raise
                self._go_to_memory(error)
                _in_transaction(self._connection, change)

    def _open(self) -> sqlite3.Connection:
        with self._explained():
            try:
                if self.path is not None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                return connect(self.path, self._timeout_s)
            except sqlite3.DatabaseError as error:
                match trouble_of(error):
                    case "broken":
                        return self._replace_broken()
                    case "unwritable":
                        return self._memory(error)
                    case _:
                        raise
            except OSError as error:
                return self._memory(error)

    def _replace_broken(self) -> sqlite3.Connection:
        if self.path is None:
            return connect(None, self._timeout_s)
        self._problems.append(Problem(f"the index {self.path} was damaged and is built anew"))
        try:
            quarantine(self.path)
            return connect(self.path, self._timeout_s)
        except (OSError, sqlite3.Error) as error:
            return self._memory(error)

    def _go_to_memory(self, error: Exception) -> None:
        previous, self._connection = self._connection, self._memory(error)
        previous.close()

    def _memory(self, error: Exception) -> sqlite3.Connection:
        path, self.path = self.path, None
        self._problems.append(
            Problem(f"the index {path} can't be written ({error}): it is kept in memory and lost at the end")
        )
        return copy_to_memory(path)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            match trouble_of(error):
                case "busy":
                    message = f"the index {self.path} is locked by another process: wait for it or end it, then try again"
                    raise StoreError(message) from error
                case "broken":
                    raise DamagedStore(
                        f"the index {self.path} is damaged: delete it, it is built anew"
                    ) from error
                case _:
                    raise StoreError(
                        f"the index {self.path} can't be used: {error}; delete it and try again"
                    ) from error


def _in_transaction(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        change(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _insert(connection: sqlite3.Connection, facts: Sequence[Facts]) -> dict[Key, Row]:
    """Store what is not known. Who writes is alone, so ids are given beforehand; those of known blobs stay unused."""
    (first,) = connection.execute(_NEXT_ID).fetchone()
    numbered = [(_row(row_id, one), one) for row_id, one in enumerate(facts, first)]
    day = today()
    connection.executemany(_INSERT_BLOB, [(*row, *one.key, day) for row, one in numbered])
    new = {row_id for (row_id,) in connection.execute("SELECT id FROM blobs WHERE id >= ?", (first,))}
    shown = [(row.id, one) for row, one in numbered if one.reason is None and row.id in new]
    connection.executemany("INSERT INTO outlines VALUES (?, ?)", [(id_, one.packed) for id_, one in shown])
    vectors = [(id_, one.hashes, one.counts) for id_, one in shown]
    connection.executemany("INSERT INTO vectors VALUES (?, ?, ?)", vectors)
    names = sorted((name, id_) for id_, one in shown for name in one.names)
    connection.executemany("INSERT INTO names VALUES (?, ?)", names)
    return {one.key: row for row, one in numbered if row.id in new}


def _row(row_id: int, one: Facts) -> Row:
    counts = (one.n_lines, one.n_definitions, one.n_references, one.n_terms)
    return Row(row_id, one.spoken, one.size, *counts, one.reason, one.failed)
