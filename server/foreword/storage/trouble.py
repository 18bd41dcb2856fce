"""What SQLite's errors mean for the user, and where a damaged file goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

Trouble = Literal["busy", "broken", "unwritable", "other"]

_TROUBLES: Mapping[int, Trouble] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
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


def trouble_of(error: sqlite3.Error) -> Trouble:
    """What kind of trouble SQLite reports, from its primary result code (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", None)
    return "other" if code is None else _TROUBLES.get(code & 0xFF, "other")


def put_aside(path: Path, copies: int = 1) -> Path:
    """Rename a damaged database so that a new one can take its place; its log and shared memory go.

    The last `copies` damaged files are kept; the newest has the name that is returned.
    """
    names = [path.with_name(f"{path.name}.broken{number or ''}") for number in range(copies)]
    for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
        with suppress(FileNotFoundError):
            newer.replace(older)
    with suppress(FileNotFoundError):
        path.replace(names[0])
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return names[0]
