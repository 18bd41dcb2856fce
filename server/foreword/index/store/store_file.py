"""The SQLite file of an index store: its tables, and how it is opened.

Several processes use the file at once: write-ahead logging, a bounded wait for locks, short transactions.

Everything hangs on the row id of a blob in one language under one version of its grammar, so that branches,
worktrees and dirty files share what they have in common. `VERSION` is raised whenever a table, the way that
outlines or vectors are packed, or the way that words are split changes: each version has a file of its own.
`used` is the day when a row was last wanted; the ids of deleted rows are never given again. `uses` says which artifact was
used last: it is apart, as to change a row means to write all of it. `owners` says who is parsing what at the moment (see
`work_claims`). `checksum` is the CRC-32 of what stands before it, as what is decoded must be what was written.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from foreword.storage.database import use_write_ahead_log
from foreword.storage.directories import close_file
from foreword.storage.in_memory import opened_to_read

VERSION = 11

SCHEMA = """
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  blob TEXT NOT NULL,
  language TEXT NOT NULL,
  grammar TEXT NOT NULL,
  spoken TEXT NOT NULL,
  size INTEGER NOT NULL,
  n_lines INTEGER NOT NULL,
  n_definitions INTEGER NOT NULL,
  n_references INTEGER NOT NULL,
  n_terms INTEGER NOT NULL,
  reason TEXT,
  failed TEXT,
  is_built INTEGER NOT NULL,
  used INTEGER NOT NULL,
  UNIQUE (blob, language, grammar)
);
CREATE TABLE outlines (id INTEGER PRIMARY KEY, packed BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, counts BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE names (hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (hash, id)) WITHOUT ROWID;
CREATE TABLE artifacts (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE uses (key TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE owners (owner TEXT PRIMARY KEY, process TEXT NOT NULL, until REAL NOT NULL, held BLOB NOT NULL) WITHOUT ROWID;
"""

TABLES = ("blobs", "outlines", "vectors", "names", "artifacts", "uses", "owners")


CHECKED_BYTES = 4_000_000
"""A file up to this size is checked whole when it is opened."""

_STATEMENTS = tuple(statement.strip() for statement in SCHEMA.split(";") if statement.strip())


def connect(path: Path | None, timeout_s: float) -> sqlite3.Connection:
    """A connection to the store at `path` (None: in memory) with its tables in place.

    Raises:
        sqlite3.Error: Whatever SQLite has to say (see `storage.sqlite_errors`), or that it is an `UnlikeStore`.
    """
    # No `isolation_level`: transactions are begun by hand, as Python's own would begin late and without the
    # lock. Any thread may use it, as `StoreFile` lets one in at a time.
    connection = sqlite3.connect(
        path or ":memory:", timeout=timeout_s, isolation_level=None, check_same_thread=False
    )
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        if path is not None:
            for suffix in ("", "-wal", "-shm"):
                close_file(path.with_name(path.name + suffix))
            use_write_ahead_log(connection, timeout_s)
        # With a write-ahead log a power cut may then cost the last transactions, never the file; all of it
        # can be made again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        prepare(connection)
        if path is not None:
            _check_pages(connection, path)
        on_failure.pop_all()
    return connection


class UnlikeStore(sqlite3.DatabaseError):
    """A database that holds something else than a store of this version, or a damaged one."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty database; nothing happens if they are there.

    Raises:
        UnlikeStore: other tables are there.
    """
    if _version(connection) == 0:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made the tables between the look and the lock.
        if _version(connection) == 0:
            if _tables(connection):
                raise UnlikeStore("it holds other tables")
            for statement in _STATEMENTS:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    if _version(connection) != VERSION:
        raise UnlikeStore(f"it has format {_version(connection)}, not {VERSION}")
    # SQLite keeps the words of a statement as they were written, so a table of another form is told by them.
    if not _tables(connection) >= set(_STATEMENTS):
        raise UnlikeStore("tables are missing")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Find damage before a query does, in files where that takes a few milliseconds."""
    if path.stat().st_size <= CHECKED_BYTES:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise UnlikeStore(" ".join(str(found).split()))


def copy_to_memory(path: Path | None) -> sqlite3.Connection:
    """A store in memory, with what can be read of the one at `path`."""
    with suppress(sqlite3.Error), ExitStack() as on_failure:
        if path is not None:
            memory = on_failure.enter_context(closing(_in_memory()))
            with opened_to_read(path) as source:
                if source is not None:
                    source.backup(memory)
            prepare(memory)
            on_failure.pop_all()
            return memory
    memory = _in_memory()
    prepare(memory)
    return memory


def _in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
