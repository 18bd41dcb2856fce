"""The SQLite file of a store, which is made good by itself.

no file            made
damaged            moved aside, whenever that is found; an empty file takes its place
of another format  the same
not to be written  a database in memory stands for it, with what can be read
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, NoReturn, Self

from foreword.core.errors import Problem, StoreError
from foreword.index.store.store_file import UnlikeStore, connect, copy_to_memory
from foreword.storage.directories import make_private_folder
from foreword.storage.in_memory import FULL, READ_ONLY, is_full, is_read_only, memory_problem, why_not_stored
from foreword.storage.sqlite_errors import quarantine, trouble_of

FIRST_S = 0.25
"""How long a lock is waited for before it is found out whether there are locks at all."""
_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
    }
)
"""Result codes of files that don't hold what was written; the statements themselves are known to be right."""
UNUSED_DAYS = 30
# SQLite takes 32,766 parameters in one statement, unless it was built for more.
_IDS_A_QUERY = 10_000


class DamagedStore(StoreError):
    """The file was found to be damaged; an empty one is in its place by now, so trying again builds it."""


def forget_unused(files: Iterable[Path], kept: Path, days: int = UNUSED_DAYS) -> None:
    """Delete those of some stores but `kept` that nobody has written to for `days`: they are of other formats."""
    oldest = time.time() - days * 86_400
    for file in files:
        with suppress(OSError):
            if file != kept and file.stat().st_mtime < oldest:
                # The file itself comes last: a log that outlived it could be taken for that of the next file
                # of this name.
                for suffix in ("-wal", "-shm", ""):
                    file.with_name(file.name + suffix).unlink(missing_ok=True)


class StoreFile:
    """An open SQLite file that puts itself right: `path` is None where a database in memory stands for it.

    Any thread may use it; calls wait for each other. `timeout_s` is how long a lock is waited for, in seconds.
    """

    def __init__(self, path: Path | None, timeout_s: float = 5.0) -> None:
        self.path = path
        self._timeout_s = timeout_s
        # One that a thread may take twice: `_begin_anew` is called by what holds it.
        self._lock = RLock()
        self._problems: list[Problem] = []
        self.generation = 0
        """Counts how often the file was begun anew while it was open: row ids of an earlier one mean nothing."""
        self._inode = 0
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
        """Start with an empty file; the one so far is kept beside it until the next time."""
        with self._lock:
            self._connection.close()
            self.generation += 1
            self._connection = self._replace("it was given up")

    def _select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._explained():
            # All rows under the lock: a cursor left open would be read while another thread writes.
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
                # A disk that is full or went read-only is no reason to stop: all of this can be made again.
                if trouble_of(error) not in {"unwritable", "lockless"} or self.in_memory:
                    raise
                previous, self._connection = (
                    self._connection,
                    self._memory(FULL if is_full(error) else str(error)),
                )
                previous.close()
                _in_transaction(self._connection, change)

    def _open(self) -> sqlite3.Connection:
        path = self.path
        if path is None:
            return connect(None, self._timeout_s)
        with self._explained():
            try:
                make_private_folder(path.parent)
                return self._connect(path, min(FIRST_S, self._timeout_s))
            except OSError as error:
                return self._memory(_reason(error))
            except sqlite3.DatabaseError as error:
                return self._open_in_spite_of(error, path)

    def _open_in_spite_of(self, error: sqlite3.DatabaseError, path: Path) -> sqlite3.Connection:
        why = why_not_stored(path.with_name("a.new"), error)
        if why:
            return self._memory(why)
        if _is_damage(error) or path.is_dir() or not os.access(path, os.R_OK | os.W_OK):
            return self._replace(str(error))
        if trouble_of(error) == "unwritable":
            return self._memory(str(error))
        return self._connect(path, self._timeout_s)

    def _connect(self, path: Path, timeout_s: float) -> sqlite3.Connection:
        connection = connect(path, timeout_s)
        connection.execute(f"PRAGMA busy_timeout = {self._timeout_s * 1000:.0f}")
        self._inode = path.stat().st_ino
        return connection

    def _begin_anew(self, why: str) -> NoReturn:
        """Put an empty file in the place of the damaged one.

        Raises:
            DamagedStore: in any case: what was looked for is not there any more.
        """
        with self._lock:
            path = self.path
            self._connection.close()
            self.generation += 1
            self._connection = self._replace(why)
        raise DamagedStore(f"the index {path} was damaged ({why}) and is built anew now: try again")

    def _replace(self, why: str) -> sqlite3.Connection:
        """An empty file in the place of this one, which is moved aside; the one that another process put there is used."""
        path = self.path
        if path is None:
            return connect(None, self._timeout_s)
        self._problems.append(Problem(f"the index {path} was damaged ({why}) and is built anew"))
        try:
            # Another inode means that another process was first, and its new file is used. 0: it was never
            # open here.
            if not path.exists() or self._inode in {0, path.stat().st_ino}:
                quarantine(path)
            return self._connect(path, self._timeout_s)
        except (OSError, sqlite3.Error) as error:
            return self._memory(str(error))

    def _memory(self, why: str) -> sqlite3.Connection:
        path, self.path = self.path, None
        self._problems.append(memory_problem(why))
        return copy_to_memory(path)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into ours; a file that turns out to be damaged is begun anew."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if trouble_of(error) == "busy":
                raise StoreError(
                    f"the index {self.path} is locked by another process: wait for it or end it, then try again"
                ) from error
            if _is_damage(error):
                self._begin_anew(str(error))
            raise StoreError(
                f"the index {self.path} can't be used: {error}; delete it and try again"
            ) from error


def _reason(error: OSError) -> str:
    return FULL if is_full(error) else READ_ONLY if is_read_only(error) else str(error.strerror)


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file does not hold what was written to it."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte of an extended result code is the code that it extends.
    return isinstance(error, UnlikeStore) or (code is not None and code & 0xFF in _DAMAGE)


def _in_transaction(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], None]) -> None:
    # The lock to write at once: a transaction that reads first and then writes fails without waiting where
    # another process has written in between.
    connection.execute("BEGIN IMMEDIATE")
    try:
        change(connection)
        connection.execute("COMMIT")
    finally:
        # After some errors, such as a full disk, SQLite has rolled back by itself, and doing so again would
        # be an error.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
