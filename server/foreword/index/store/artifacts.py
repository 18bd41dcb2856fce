"""Small rendered things in a store: kept by key until newer ones need their room."""

from __future__ import annotations

import sqlite3

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
        if total > MAX_ARTIFACT_BYTES and other != key:
            connection.execute("DELETE FROM artifacts WHERE key = ?", (other,))
            connection.execute("DELETE FROM uses WHERE key = ?", (other,))
