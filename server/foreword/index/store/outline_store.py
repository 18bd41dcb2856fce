"""The store of outlines: one SQLite file a repository, shared by its worktrees and by several processes.

It keeps the facts of blobs (see `facts`) and small rendered things by key (`artifacts`, until newer ones need their room),
never the text of a file. Everything in it can be made again: a damaged file, or one of another format, is moved aside and
rebuilt, and where nothing can be written the store lives in memory. A transaction is the unit of loss when a process is
killed.

It does not know trees, paths or files; `build` brings facts in, `Index` asks for them.
"""

from __future__ import annotations

import marshal
import sqlite3
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from foreword.core.outline import EMPTY_OUTLINE, Outline
from foreword.index.store.facts import MARSHAL_VERSION, Facts, Key, name_hash, unpack
from foreword.index.store.resilient_file import StoreFile
from foreword.index.store.store_eviction import collect, mark_used, today
from foreword.index.store.work_claims import Claims

if TYPE_CHECKING:
    from foreword.core.errors import Problem

_OUTLINES_AT_ONCE = 500
_NUMBER = "I"
_N_COLUMNS = 7
# The highest id that was ever given, as SQLite keeps it for AUTOINCREMENT: an index in use may still hold the
# id of a row that was deleted.
_NEXT_ID = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'blobs'"
_INSERT_BLOB = (
    "INSERT OR IGNORE INTO blobs"
    " (id, spoken, size, n_lines, n_definitions, n_references, n_terms, reason, failed, is_built, blob, language, grammar, used)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_BLOBS = (
    "SELECT blob, language, grammar, id, spoken, size, n_lines, n_definitions, n_references, n_terms, reason, failed, is_built"
    " FROM blobs WHERE blob IN"
)


class Row(NamedTuple):
    """What the store says of one blob without decoding anything.

    `id` is valid in this store only; `spoken` is the language in the end: a first line can say what a path does not.
    `is_built` is 1 for what a program made of other files (see `core.exclusion.is_build`).
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
    is_built: int


def open_store(path: Path, *, timeout_s: float = 5.0) -> tuple[Store, tuple[Problem, ...]]:
    """The store at `path`, made if it is not there; problems say if it was rebuilt or lives in memory.

    Raises:
        StoreError: Another process holds the lock for longer than `timeout_s`.
    """
    store = Store(path, timeout_s)
    return store, store.take_problems()


class Store(StoreFile):
    """An open store. Any thread may use it; calls wait for each other.

    Raises from every method:
        StoreError: The file is locked for too long, or damaged (`DamagedStore`).
    """

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
        # A list, of which the last one counts: `_write` runs a change twice where the store has to move into
        # memory.
        new: list[dict[Key, Row]] = []
        self._write(lambda connection: new.append(_insert(connection, facts)))
        return new[-1]

    def claims(self, clock: Callable[[], float] = time.time) -> Claims:
        """Claims of a new owner: what it takes, other processes do not parse meanwhile (see `work_claims`)."""
        return Claims(self._write, lambda: self.in_memory, clock)

    def outline(self, row_id: int) -> Outline:
        """The outline of a row; an empty one if the row is gone."""
        return next((unpack(packed) for _, packed in self.packed([row_id])), EMPTY_OUTLINE)

    def outlines(self, row_ids: Sequence[int], mention: str = "") -> Iterator[tuple[int, Outline]]:
        """Row ids with their outlines, in no particular order.

        With a `mention` in lower case only those are decoded that hold it in some case, whatever else they hold.
        """
        # `bytes.lower` knows ASCII alone: for any other name all outlines are decoded.
        sought = mention.encode() if mention.isascii() else b""
        for row_id, packed in self.packed(row_ids):
            if not sought or sought in packed.lower():
                yield row_id, unpack(packed)

    def packed(self, row_ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Row ids with their outlines as `facts.pack` made them, a few hundred in memory at a time, in no particular order."""
        for start in range(0, len(row_ids), _OUTLINES_AT_ONCE):
            some = row_ids[start : start + _OUTLINES_AT_ONCE]
            rows = self._select_in("SELECT id, packed, checksum FROM outlines WHERE id IN", some)
            # Before anything is decoded: `marshal` is not safe on bytes that it did not write.
            if any(checksum != _checksum(packed) for _, packed, checksum in rows):
                self._begin_anew("an outline is not as it was written")
            yield from ((row_id, packed) for row_id, packed, _ in rows)

    def vectors(self, row_ids: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
        """Row ids with the hashes and counts of their words, in no particular order."""
        rows = self._select_in("SELECT id, hashes, counts, checksum FROM vectors WHERE id IN", row_ids)
        if any(checksum != _checksum(hashes, counts) for _, hashes, counts, checksum in rows):
            self._begin_anew("the words of a file are not as they were written")
        return [(row_id, hashes, counts) for row_id, hashes, counts, _ in rows]

    def named(self, name: str) -> set[int]:
        """Rows that may define `name` in some case: hashes can coincide."""
        # The store holds other revisions too: whoever asks has to keep to the rows of its own tree.
        return {row[0] for row in self._select("SELECT id FROM names WHERE hash = ?", (name_hash(name),))}

    def collect(self, in_use: Sequence[int], version_of: Callable[[str], str]) -> int:
        """Delete what is due (see `store_eviction`) of all but the rows in use; gives how many rows went."""
        day = today()
        mark_used(self._write, in_use, day)
        return collect(self._select, self._write, version_of=version_of, day=day)

    def get_artifact(self, key: str) -> bytes | None:
        """The artifact stored under `key`, which counts as used now."""
        rows = self._select("SELECT value FROM artifacts WHERE key = ?", (key,))
        if not rows:
            return None
        # In a table of its own: to change a row with a large value means to write all of it.
        self._write(lambda connection: touch(connection, key))
        return bytes(rows[0][0])

    def put_artifact(self, key: str, value: bytes) -> None:
        """Store `value` under `key`; the least recently used artifacts make room."""
        self._write(lambda connection: put(connection, key, value))


def _insert(connection: sqlite3.Connection, facts: Sequence[Facts]) -> dict[Key, Row]:
    """Store what is not known. Who writes is alone, so ids are given beforehand; those of known blobs stay unused."""
    (first,) = connection.execute(_NEXT_ID).fetchone()
    numbered = [(_row(row_id, one), one) for row_id, one in enumerate(facts, first)]
    day = today()
    connection.executemany(_INSERT_BLOB, [(*row, *one.key, day) for row, one in numbered])
    # What another process has stored meanwhile was ignored by the INSERT, and its id stays unused.
    new = {row_id for (row_id,) in connection.execute("SELECT id FROM blobs WHERE id >= ?", (first,))}
    shown = [(row.id, one) for row, one in numbered if one.reason is None and row.id in new]
    outlines = [(id_, one.packed, _checksum(one.packed)) for id_, one in shown]
    connection.executemany("INSERT INTO outlines VALUES (?, ?, ?)", outlines)
    vectors = [(id_, one.hashes, one.counts, _checksum(one.hashes, one.counts)) for id_, one in shown]
    connection.executemany("INSERT INTO vectors VALUES (?, ?, ?, ?)", vectors)
    # In the order of the table's key: the table has no row ids, so its pages are in that order.
    names = sorted((name, id_) for id_, one in shown for name in one.names)
    connection.executemany("INSERT INTO names VALUES (?, ?)", names)
    return {one.key: row for row, one in numbered if row.id in new}


def _row(row_id: int, one: Facts) -> Row:
    counts = (one.n_lines, one.n_definitions, one.n_references, one.n_terms)
    return Row(row_id, one.spoken, one.size, *counts, one.reason, one.failed, int(one.is_built))


def _checksum(*values: object) -> int:
    """The CRC-32 of some bytes, one after the other; -1 if one of them is nothing of the kind."""
    checksum = 0
    for value in values:
        # SQLite holds a column to no type, so a damaged row may have anything there.
        if not isinstance(value, bytes):
            return -1
        checksum = crc32(value, checksum)
    return checksum


MAX_ARTIFACT_BYTES = 200_000_000
"""All artifacts together; the least recently used ones go first."""


_BY_USE = "SELECT key, length(value) FROM artifacts LEFT JOIN uses USING (key) ORDER BY used DESC"


def touch(connection: sqlite3.Connection, key: str) -> None:
    """The artifact stored under `key` is used now: later than every use so far, by a counter that no clock can turn round."""
    connection.execute("INSERT OR REPLACE INTO uses SELECT ?, coalesce(max(used), 0) + 1 FROM uses", (key,))


def put(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    """Store `value` under `key`; the least recently used artifacts make room."""
    connection.execute("INSERT OR REPLACE INTO artifacts VALUES (?, ?)", (key, value))
    touch(connection, key)
    total = 0
    for other, size in connection.execute(_BY_USE).fetchall():
        total += size
        # What was just stored stays, however large it is.
        if total > MAX_ARTIFACT_BYTES and other != key:
            connection.execute("DELETE FROM artifacts WHERE key = ?", (other,))
            connection.execute("DELETE FROM uses WHERE key = ?", (other,))


def pack_rows(rows: Sequence[Row]) -> bytes:
    """Some rows as bytes."""
    counts = ("id", "size", "n_lines", "n_definitions", "n_references", "n_terms", "is_built")
    spoken = list(dict.fromkeys(row.spoken for row in rows))
    code_of = dict(zip(spoken, range(len(spoken)), strict=True))
    codes = _packed(code_of[row.spoken] for row in rows)
    reasons = {place: row.reason for place, row in enumerate(rows) if row.reason is not None}
    failures = {place: row.failed for place, row in enumerate(rows) if row.failed is not None}
    # By columns: `array` then gives lists of whole columns, with no step in Python for a row.
    columns = b"".join(_packed(map(attrgetter(name), rows)) for name in counts)
    parts = (len(rows), columns, spoken, codes, reasons, failures)
    return marshal.dumps(parts, MARSHAL_VERSION)


def unpack_rows(packed: bytes) -> Iterator[Row]:
    """The rows that `pack_rows` made these bytes of."""
    parts = marshal.loads(packed)  # noqa: S302 - whoever keeps them sees to it that they are as written
    n_rows, columns, spoken, codes, reasons, failures = parts
    numbers = _unpacked(columns)
    ids, *counts, built = (numbers[n_rows * n : n_rows * (n + 1)].tolist() for n in range(_N_COLUMNS))
    names = map(spoken.__getitem__, _unpacked(codes))
    said = (_spread(n_rows, reasons), _spread(n_rows, failures))
    # what `Row._make` does, but without a call in Python for each
    return map(tuple.__new__, repeat(Row), zip(ids, names, *counts, *said, built, strict=True))


def _packed(numbers: Iterable[int]) -> bytes:
    """Whole numbers below 2**32, little-endian."""
    found = array(_NUMBER, numbers)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def _unpacked(packed: bytes) -> array[int]:
    found = array(_NUMBER, packed)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _spread(n_rows: int, values: Mapping[int, str]) -> list[str | None]:
    found: list[str | None] = [None] * n_rows
    for place, value in values.items():
        found[place] = value
    return found
