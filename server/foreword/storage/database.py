"""Opening a SQLite file that several processes share and that neither a crash nor another version may take along.

Write-ahead logging. What a file's schema number says decides:

    older    brought up in one transaction; the file as it was is kept beside it
    the same used
    newer    refused, and left alone: a newer Foreword wrote it
    damaged  put aside and begun anew, which is said

Where nothing can be written, a database in memory stands for the file (`in_memory`), which is said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any

from foreword.core.errors import Problem, StoreError, cause_of
from foreword.storage.directories import close_file, make_private_folder
from foreword.storage.in_memory import (
    ADVICE,
    FULL,
    READ_ONLY,
    advice_for,
    connect_in_memory,
    is_full,
    is_read_only,
    memory_problem,
    why_not_stored,
)
from foreword.storage.sqlite_errors import quarantine, trouble_of

BUSY_MS = 10_000
# The check reads every page, which takes milliseconds up to here; larger files show damage when they are
# asked.
CHECKED_BYTES = 32_000_000
"""A file up to this size is checked whole when it is opened."""
RETRY_S = 0.01
FIRST_MS = 250
"""How long a lock is waited for before it is found out whether there are locks at all."""
COPIES = 3
"""How many damaged files are kept beside a new one; older ones are removed."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a file: `tables` are idempotent statements that make those of `version`.

    `steps` holds, by an older version, the statements that lead from it to the next one.
    """

    tables: str
    version: int
    steps: Mapping[int, Sequence[str]] = field(default_factory=dict)


class SharedConnection(sqlite3.Connection):
    """A connection that threads share: SQLite itself serializes statements, `lock` does so for transactions.

    `version` is that of the schema it was opened with (0: not known), `path` the file; `in_memory` says that a database
    in memory stands for it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as the base class takes them
        super().__init__(*args, **options)
        self.lock = RLock()
        self.version = 0
        self.path: Path | None = None
        self.in_memory = False


def open_database(
    path: Path, schema: str | Schema, version: int = 1, *, busy_ms: int = BUSY_MS
) -> tuple[SharedConnection, tuple[Problem, ...]]:
    """A connection in autocommit mode with `schema` applied; a text is the tables of a schema without a past.

    A file of an older version goes on where `schema` has the steps from there, with all its rows.

    Raises:
        StoreError: a newer version of Foreword wrote the file, or it is locked for too long, or the disk is full.
    """
    wanted = Schema(schema, version) if isinstance(schema, str) else schema
    try:
        # First of all: SQLite says of a folder that is missing only that it can't open the file.
        make_private_folder(path.parent)
        return _connect(path, wanted, busy_ms, FIRST_MS), ()
    except OSError as error:
        if is_read_only(error):
            return _go_on_in_memory(path, wanted, READ_ONLY)
        advice = advice_for(error) if is_full(error) else "set FOREWORD_HOME"
        raise StoreError(f"can't write to {path.parent} ({error.strerror}): {advice}") from error
    except sqlite3.DatabaseError as error:
        # Asked before the error's own meaning: a file system without locks can look like a busy or unwritable
        # file.
        why = why_not_stored(path, error)
        # What was paid must not be forgotten because of a disk that has room again tomorrow.
        if why == FULL:
            raise StoreError(f"can't use {path}, as {FULL}: {ADVICE[FULL]}") from error
        if why:
            return _go_on_in_memory(path, wanted, why)
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a file: move it away, or set FOREWORD_HOME") from error
        if trouble_of(error) == "unwritable":
            raise StoreError(f"can't use {path} ({error}): {advice_for(error)}") from error
    return _connect_at_last(path, wanted, busy_ms)


def use_write_ahead_log(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Switch a database to write-ahead logging, once for all.

    SQLite does not wait for the lock that the switch needs (findings/sqlite-waits-not-everywhere.sh), so two processes
    that make the same file at the same moment would fail: they try again here.

    Raises:
        sqlite3.OperationalError: the lock is not to be had for `timeout_s`, or the file can't be written.
    """
    until = monotonic() + timeout_s
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Nothing but a lock that is taken passes by waiting.
            if trouble_of(error) != "busy" or monotonic() >= until:
                raise
            sleep(RETRY_S)
        else:
            return


@contextmanager
def transaction(connection: SharedConnection) -> Iterator[SharedConnection]:
    """A write transaction: committed at the end, rolled back on an error.

    Raises:
        StoreError: another process kept the database locked for too long, or brought it up to a newer version
            meanwhile, or the disk is full.
    """
    try:
        with connection.lock:
            # The lock for writing at once: one that is taken over a lock for reading fails where another process was faster.
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                # Under the lock: a newer version may have changed the tables since this connection was
                # opened.
                if connection.version and _version_of(connection) > connection.version:
                    raise _too_new(connection.path, _version_of(connection), connection.version)
                yield connection
    except sqlite3.OperationalError as error:
        advice = advice_for(error) if is_full(error) else "try again, or set FOREWORD_HOME"
        raise StoreError(f"can't write Foreword's data ({error}): {advice}") from error


def _connect_at_last(
    path: Path, schema: Schema, busy_ms: int
) -> tuple[SharedConnection, tuple[Problem, ...]]:
    """Wait for the lock as long as may be; a file that is damaged is begun anew, unless somebody else just did."""
    try:
        # Noted before opening: another process may put the file aside and make a new one while this one
        # waits.
        damaged = path.stat().st_ino
        return _connect(path, schema, busy_ms, busy_ms), ()
    except OSError as error:
        raise StoreError(f"can't use {path} ({cause_of(error)}), or set FOREWORD_HOME") from error
    except sqlite3.DatabaseError as error:
        match trouble_of(error):
            case "busy":
                raise StoreError(
                    f"{path} is locked by another process: stop it, or set FOREWORD_HOME"
                ) from error
            case "unwritable":
                raise StoreError(f"can't use {path} ({error}): {advice_for(error)}") from error
            case _:
                return _begin_anew(path, schema, busy_ms, error, damaged)


def _connect(path: Path, schema: Schema, busy_ms: int, first_ms: int) -> SharedConnection:
    """A connection that waits up to `first_ms` for locks while it is opened, and `busy_ms` later."""
    wait_s = min(first_ms, busy_ms) / 1000
    connection = sqlite3.connect(
        # Python's own transactions (`isolation_level`) lock only at their first write; ours lock at once.
        # Threads share the connection, whose statements SQLite serializes.
        path,
        timeout=wait_s,
        isolation_level=None,
        check_same_thread=False,
        factory=SharedConnection,
    )
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        # The log holds the same rows as the file, so it is closed to others like the file.
        for suffix in ("", "-wal", "-shm"):
            close_file(path.with_name(path.name + suffix))
        _refuse_newer(connection, path, schema)
        # After the check for a newer version: switching the journal mode writes to the file.
        use_write_ahead_log(connection, wait_s)
        # With a write-ahead log a power failure can lose the last transactions and never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        _bring_up(connection, schema, path)
        _check_pages(connection, path)
        # Last, so that opening waits briefly and finds out why there is no lock, and later work waits long.
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
        on_failure.pop_all()
    connection.version, connection.path = schema.version, path
    return connection


def _go_on_in_memory(path: Path, schema: Schema, why: str) -> tuple[SharedConnection, tuple[Problem, ...]]:
    connection = connect_in_memory(path, SharedConnection)
    try:
        _refuse_newer(connection, path, schema)
        _bring_up(connection, schema)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreError(
            f"can't read {path} ({error}), and can't write beside it: set FOREWORD_HOME"
        ) from error
    except StoreError:
        connection.close()
        raise
    connection.version, connection.path, connection.in_memory = schema.version, path, True
    return connection, (memory_problem(why),)


def _refuse_newer(connection: SharedConnection, path: Path | None, schema: Schema) -> None:
    """Raise an error for a file that a newer version wrote, if it is whole."""
    found = _version_of(connection)
    if found > schema.version:
        # A damaged header can name any version: only a whole file is believed to be of a newer one.
        if path is not None:
            _check_pages(connection, path)
        raise _too_new(path, found, schema.version)


def _too_new(path: Path | None, found: int, known: int) -> StoreError:
    return StoreError(
        f"{path} is of a newer Foreword (format {found}, this one knows {known}) and is left as it is: "
        "update this Foreword, or give it a FOREWORD_HOME of its own"
    )


def _bring_up(connection: SharedConnection, schema: Schema, path: Path | None = None) -> None:
    """Make the tables, or take an older file to the version of now, all or nothing; the older `path` is kept.

    A file of this version only gets what it has not got yet, which is nothing and needs no lock.
    """
    statements = _statements(schema.tables)
    if _version_of(connection) == schema.version:
        for statement in statements:
            connection.execute(statement)
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        _refuse_newer(connection, path, schema)
        found = _version_of(connection)
        # Judged again under the lock: another process may have brought the file up since it was opened.
        if 0 < found < schema.version and path is not None:
            _keep_copy(path, found)
        while 0 < (found := _version_of(connection)) < schema.version:
            if found not in schema.steps:
                # Treated like damage by the caller: a version with no way from it is put aside, and the file
                # begun anew.
                raise sqlite3.DatabaseError(f"it has schema {found}, not {schema.version}")
            for statement in schema.steps[found]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {found + 1}")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {schema.version}")


def _statements(script: str) -> list[str]:
    """The statements of a script, which has no semicolon but at their ends."""
    # Not `executescript`: it commits the transaction that is open, and all of this is to be one.
    return [statement for statement in script.split(";") if statement.strip()]


def _keep_copy(path: Path, version: int) -> None:
    """Keep the file as it is: whoever holds its write lock calls this before anything changes.

    Raises:
        StoreError: it can't be copied.
    """
    kept = path.with_name(f"{path.name}.v{version}")
    part = kept.with_name(f"{kept.name}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as copy, closing(sqlite3.connect(path)) as source:
            close_file(part)
            # A copy of the file alone would lack what only its log holds; the backup reads both.
            source.backup(copy)
        # Only a whole copy gets the name, so that one that broke off is never taken for the older file.
        part.replace(kept)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"can't keep a copy of {path} ({error}) before it is brought up to the format of this Foreword: "
            "make room there, or set FOREWORD_HOME"
        ) from error


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
    path: Path, schema: Schema, busy_ms: int, cause: sqlite3.DatabaseError, damaged: int
) -> tuple[SharedConnection, tuple[Problem, ...]]:
    """Put the `damaged` file, named by its inode, aside; if another process did so meanwhile, its new one is used."""
    try:
        aside: Path | None = None
        # Two processes can find the damage at once: the second must not put the new file of the first aside.
        with suppress(FileNotFoundError):
            if path.stat().st_ino == damaged:
                aside = quarantine(path, COPIES)
        connection = _connect(path, schema, busy_ms, busy_ms)
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreError(f"can't open {path} ({error}): remove it, or set FOREWORD_HOME") from error
    where = f"; the old file is {aside}" if aside else ""
    return connection, (Problem(f"{path.name} could not be read ({cause}) and was begun anew{where}"),)
