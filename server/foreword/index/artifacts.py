"""Small rendered things in a store: kept by key until newer ones need their room."""

from __future__ import annotations

import sqlite3

MAX_ARTIFACT_BYTES = 200_000_000
"""All artifacts together; the least recently used ones go first."""


def touch(connection: sqlite3.Connection, key: str) -> None:
    """The artifact stored under `key` is used now."""
    connection.execute("UPDATE artifacts SET used = ? WHERE key = ?", (_next_use(connection), key))


def put(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    """Store `value` under `key`; the least recently used artifacts make room."""
    connection.execute(
        "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?)", (key, _next_use(connection), value)
    )
    total = 0
    for other, size in connection.execute(
        "SELECT key, length(value) FROM artifacts ORDER BY used DESC"
    ).fetchall():
        total += size
        if total > MAX_ARTIFACT_BYTES and other != key:
            connection.execute("DELETE FROM artifacts WHERE key = ?", (other,))


def _next_use(connection: sqlite3.Connection) -> int:
    """Later than every use so far: a counter, so that no clock can turn the order round."""
    return int(connection.execute("SELECT coalesce(max(used), 0) + 1 FROM artifacts").fetchone()[0])
