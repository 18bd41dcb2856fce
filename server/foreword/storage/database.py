"""Opening a SQLite file that several processes share and that a crash must not take along.

Write-ahead logging; a file that is no usable database is put aside and begun anew, which is said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any

from foreword.core.errors import Problem, StoreError
from foreword.storage.trouble import put_aside, trouble_of

BUSY_MS = 10_000
CHECKED_BYTES = 32_000_000
"""A file up to this size is checked whole when it is opened."""
RETRY_S = 0.01
COPIES = 3
"""Damaged files that are kept."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a file: `tables` are idempotent statements that make those of `version`.

    `steps` holds, by an older version, the statements that lead from it to the next one.
    """

    tables: str
    version: int
    steps: Mapping[int, Sequence[str]] = field(default_factory=dict)


class SharedConnection(sqlite3.Connection):
    """A connection that threads share: SQLite itself serializes statements, `lock` does so for transactions."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as the base class takes them
        super().__init__(*args, **options)
        self.lock = RLock()


def open_database(
    path: Path, schema: str | Schema, version: int = 1, *, busy_ms: int = BUSY_MS
) -> tuple[SharedConnection, tuple[Problem, ...]]:
    """A connection in autocommit mode with `schema` applied; a text is the tables of a schema without a past.

    A file of an older version goes on where `schema` has the steps from there, with all its rows.

    Raises:
        StoreError: the file is locked for too long, or it or its directory can't be written.
    """
    wanted = Schema(schema, version) if isinstance(schema, str) else schema
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _connect(path, wanted, busy_ms), ()
    except OSError as error:
        raise StoreError(f"can't write to {path.parent} ({error.strerror}): set FOREWORD_HOME") from error
    except sqlite3.DatabaseError as error:
        if trouble_of(error) == "busy":
            raise StoreError(f"{path} is locked by another process: stop it, or set FOREWORD_HOME") from error
        if trouble_of(error) == "unwritable":
            raise StoreError(f"can't use {path} ({error}): make it writable, or set FOREWORD_HOME") from error
        return _begin_anew(path, wanted, busy_ms, error)


def use_write_ahead_log(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Switch a database to write-ahead logging, once for all.

    SQLite does not wait for the lock that the switch needs, so two processes that make the same file at the same
    moment would fail: they try again here.

    Raises:
        sqlite3.OperationalError: the lock is not to be had for `timeout_s`, or the file can't be written.
    """
    until = monotonic() + timeout_s
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if trouble_of(error) != "busy" or monotonic() >= until:
                raise
            sleep(RETRY_S)
        else:
            return


@contextmanager
def transaction(connection: SharedConnection) -> Iterator[SharedConnection]:
    """A write transaction: committed at the end, rolled back on an error.

    Raises:
        StoreError: another process kept the database locked for too long, or the disk is full.
    """
    try:
        with connection.lock:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection
    except sqlite3.OperationalError as error:
        raise StoreError(f"can't write Foreword's data ({error}): try again, or set FOREWORD_HOME") from error


def _connect(path: Path, schema: Schema, busy_ms: int) -> SharedConnection:
    connection = sqlite3.connect(
        path,
        timeout=busy_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
        factory=SharedConnection,
    )
    try:
        use_write_ahead_log(connection, busy_ms / 1000)
        connection.execute("PRAGMA synchronous = NORMAL")
        _bring_up(connection, schema)
        connection.executescript(schema.tables)
        connection.execute(f"PRAGMA user_version = {schema.version}")
        _check_pages(connection, path)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _bring_up(connection: SharedConnection, schema: Schema) -> None:
    """Take an older file to the version of now, or refuse one without a way there; all or nothing."""
    if _version_of(connection) in (0, schema.version):
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        while (found := _version_of(connection)) != schema.version:
            if found not in schema.steps:
                raise sqlite3.DatabaseError(f"it has schema {found}, not {schema.version}")
            for statement in schema.steps[found]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {found + 1}")


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Find damage before a query does, in files where that takes milliseconds."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if _is_small(path) else "ok"
    if found != "ok":
        raise sqlite3.DatabaseError(" ".join(str(found).split()))


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= CHECKED_BYTES


def _begin_anew(
    path: Path, schema: Schema, busy_ms: int, cause: sqlite3.DatabaseError
) -> tuple[SharedConnection, tuple[Problem, ...]]:
    try:
        aside = put_aside(path, COPIES)
        connection = _connect(path, schema, busy_ms)
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreError(f"can't open {path} ({error}): remove it, or set FOREWORD_HOME") from error
    return connection, (
        Problem(f"{path.name} could not be read ({cause}) and was begun anew; the old file is {aside}"),
    )
