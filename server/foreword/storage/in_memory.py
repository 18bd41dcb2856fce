"""Databases in memory, for a home where nothing can be written: all in a process share one of each name.

What can be read of the file is there; what is stored is lost when the last connection of the process is closed.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from foreword.core.errors import Problem
from foreword.storage.directories import name_digest
from foreword.storage.sqlite_errors import trouble_of

if sys.platform != "win32":
    import fcntl

C = TypeVar("C", bound=sqlite3.Connection)

READ_ONLY = "they are read-only"
NO_LOCKS = "their file system has no locks"
FULL = "their disk, or your share of it, is full"
ADVICE: Mapping[str, str] = {
    FULL: "free space there, or set FOREWORD_HOME to a folder on another disk",
    NO_LOCKS: "set FOREWORD_HOME to a folder on a local disk",
}
"""What to do, by the reason why nothing can be stored."""
_WRITABLE = "make its directories writable, or set FOREWORD_HOME"

_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
_WAYS = ("mode=ro", "immutable=1")
"""How a file can be read where nothing can be written; the second one leaves out what only its log holds."""
_LOG_FORMATS = slice(18, 20)
"""Bytes of a database that say whether it needs a write-ahead log, which memory has not (sqlite.org/fileformat2.html)."""
_WAIT_S = 0.2
PROBE_BYTES = 65_536


def is_read_only(error: OSError) -> bool:
    """Whether the system lets nobody, or not this user, write there."""
    return error.errno in _READ_ONLY


def why_not_stored(path: Path, trouble: sqlite3.Error) -> str:
    """Why nothing can be stored in the file `path`, whose directory is there, after SQLite said `trouble`.

    Empty if that was no matter of where the file lies.
    """
    if is_full(trouble):
        return FULL
    try:
        # As much as SQLite needs at least: on a full disk it says of its shared memory what it says where there is none.
        from tempfile import TemporaryFile  # noqa: PLC0415 - only where something went wrong

        with TemporaryFile(dir=path.parent, buffering=0) as probe:
            probe.write(bytes(PROBE_BYTES))
            if not _can_lock(probe.fileno()):
                return NO_LOCKS
    except OSError as error:
        return FULL if error.errno in _FULL else READ_ONLY if is_read_only(error) else ""
    if trouble_of(trouble) == "lockless":
        return NO_LOCKS
    return READ_ONLY if path.is_file() and not os.access(path, os.W_OK) else ""


def is_full(error: sqlite3.Error | OSError) -> bool:
    """Whether an error says that there is no more room."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def advice_for(error: sqlite3.Error | OSError) -> str:
    """What to do about an error of writing."""
    return ADVICE[FULL] if is_full(error) else _WRITABLE


def memory_problem(why: str) -> Problem:
    """What the user hears, in the same words for every store."""
    return Problem(
        f"Foreword's own files can't be used ({why}): what is stored is kept in memory and lost at the end; "
        f"{ADVICE.get(why, _WRITABLE)}"
    )


def connect_in_memory(path: Path, factory: type[C]) -> C:
    """A connection to the database in memory that stands for the file `path`, with what can be read of that."""
    connection = sqlite3.connect(
        # Connections of one process share a database of this VFS whose name begins with a slash (SQLite's
        # memdb.c).
        f"file:/foreword-{name_digest(str(path))}?vfs=memdb",
        uri=True,
        timeout=_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
        factory=factory,
    )
    # Another connection of this process may have made and filled it already.
    if not _n_tables(connection) and path.is_file():
        # What can't be read is left out: an empty store is better than none.
        with suppress(sqlite3.Error):
            _copy(path, connection)
    return connection


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that only reads the file, in the first way that works; None if there is none.

    A copy (`backup`) from one that can't lock would be tried again for ever, so each is asked for something first.
    """
    for way in _WAYS if path.is_file() else ():
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True, timeout=_WAIT_S)
        ) as source:
            try:
                _n_tables(source)
            except sqlite3.Error:
                continue
            yield source
            return
    yield None


def _copy(path: Path, connection: sqlite3.Connection) -> None:
    with opened_to_read(path) as source:
        data = bytearray(source.serialize() if source is not None else b"")
    if data:
        data[_LOG_FORMATS] = b"\1\1"
        with closing(sqlite3.connect(":memory:")) as plain:
            # By way of a second database, since deserializing cuts a connection off from the shared one.
            plain.deserialize(bytes(data))
            plain.backup(connection)


def _n_tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _can_lock(descriptor: int) -> bool:
    """Whether a file that nobody else has can be locked: then others can be, sooner or later."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # EAGAIN or EACCES say that somebody has the lock: so there are locks.
        return error.errno not in _NO_LOCKS
    return True
