"""What SQLite's errors mean for the user, and where a damaged file goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

Trouble = Literal["busy", "broken", "unwritable", "lockless", "other"]

_TROUBLES: Mapping[int, Trouble] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    # Processes that open a write-ahead log at the same moment can get this one, and it passes.
    sqlite3.SQLITE_PROTOCOL: "busy",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
    sqlite3.SQLITE_CANTOPEN: "unwritable",
    sqlite3.SQLITE_FULL: "unwritable",
    sqlite3.SQLITE_IOERR: "unwritable",
    sqlite3.SQLITE_NOMEM: "unwritable",
    sqlite3.SQLITE_PERM: "unwritable",
    sqlite3.SQLITE_READONLY: "unwritable",
    sqlite3.SQLITE_TOOBIG: "unwritable",
}
_LOCKLESS = frozenset(
    {
        sqlite3.SQLITE_IOERR_LOCK,
        sqlite3.SQLITE_IOERR_RDLOCK,
        sqlite3.SQLITE_IOERR_UNLOCK,
        sqlite3.SQLITE_IOERR_SHMLOCK,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
"""Extended codes of file systems that can't lock, or can't share memory, as a write-ahead log needs."""


def trouble_of(error: sqlite3.Error) -> Trouble:
    """What kind of trouble SQLite reports, from its result code (https://sqlite.org/rescode.html)."""
    # Errors of Python's own module, such as that of a closed connection, have no code.
    code = getattr(error, "sqlite_errorcode", None)
    if code in _LOCKLESS:
        return "lockless"
    # The low byte of an extended code is the primary one.
    return "other" if code is None else _TROUBLES.get(code & 0xFF, "other")


def quarantine(path: Path, copies: int = 1) -> Path:
    """Rename a damaged database so that a new one can take its place; its log goes along, its shared memory away.

    The last `copies` damaged files are kept; the newest has the name that is returned.
    """
    names = [path.with_name(f"{path.name}.broken{number or ''}") for number in range(copies)]
    # From the oldest on, so that each name is free when the next file takes it.
    for older, newer in zip(reversed(names), reversed([path, *names[:-1]]), strict=True):
        for suffix in ("", "-wal"):
            target = older.with_name(older.name + suffix)
            target.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                newer.with_name(newer.name + suffix).replace(target)
    # Shared memory is an index of the log, which SQLite makes again; beside a new file it would be of another
    # log.
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return names[0]
