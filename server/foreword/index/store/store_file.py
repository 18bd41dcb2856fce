"""Opening the SQLite file of a store.

Several processes use the file at once: write-ahead logging, a bounded wait for locks, short transactions.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from foreword.index.store.schema import OLDER_TABLES, SCHEMA, TABLES, VERSION
from foreword.storage.database import use_write_ahead_log


def connect(path: Path | None, timeout_s: float) -> sqlite3.Connection:
    """A connection to the store at `path` (None: in memory) with its tables in place.

    Raises:
        sqlite3.Error: Whatever SQLite has to say; see `storage.trouble`.
    """
    connection = sqlite3.connect(
        path or ":memory:", timeout=timeout_s, isolation_level=None, check_same_thread=False
    )
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        if path is not None:
            use_write_ahead_log(connection, timeout_s)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        prepare(connection)
        on_failure.pop_all()
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, dropping those of another version; nothing happens if they are there."""
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) != VERSION:
        for table in (*TABLES, *OLDER_TABLES):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def copy_to_memory(path: Path | None) -> sqlite3.Connection:
    """A store in memory, with what can be read of the one at `path`."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with suppress(sqlite3.Error):
        if path is not None and path.is_file():
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
                source.backup(memory)
    prepare(memory)
    return memory


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
