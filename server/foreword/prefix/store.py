"""Where prefixes live between processes: one small SQLite database for all worktrees of a user.

Several processes may use it at once: a lineage is replaced only if it is still the version that was read
(compare and swap), so two questions at the same moment never fork the delta.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from foreword.prefix.lineage import Lineage, decode, encode
from foreword.prefix.simulator import Entry
from foreword.storage.database import open_database, transaction

SCHEMA_VERSION = 1
CONTENT_DAYS = 30

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lineage (
    worktree TEXT, variant TEXT, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (worktree, variant)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (blob TEXT PRIMARY KEY, data BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (
    worktree TEXT, variant TEXT, provider TEXT, model TEXT, at REAL NOT NULL, ttl_s INTEGER NOT NULL,
    digests TEXT NOT NULL, PRIMARY KEY (worktree, variant, provider, model)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS simulated (digest TEXT PRIMARY KEY, expires REAL NOT NULL, ttl_s INTEGER NOT NULL)
WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """The last request over a prefix: when it started (Unix seconds), its time to live, and its layers' digests."""

    provider: str
    model: str
    at: float
    ttl_s: int
    digests: Mapping[str, str]

    def is_warm(self, now: float) -> bool:
        """Whether the provider's cache probably still holds what this request wrote or read."""
        return now < self.at + self.ttl_s


class PrefixStore:
    """One connection, to be closed (a context manager); `problems` say what went wrong when it was opened."""

    def __init__(self, path: Path) -> None:
        self._connection, self.problems = open_database(path, _SCHEMA, SCHEMA_VERSION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def lineage(self, worktree: str, variant: str) -> tuple[int, Lineage | None]:
        """The version (0 if there is none) and value of a lineage; one that can't be read counts as none."""
        row = self._connection.execute(
            "SELECT version, body FROM lineage WHERE worktree = ? AND variant = ?", (worktree, variant)
        ).fetchone()
        if row is None:
            return 0, None
        try:
            return int(row[0]), decode(row[1])
        except ValueError:
            return int(row[0]), None

    def swap(
        self,
        worktree: str,
        variant: str,
        version: int,
        lineage: Lineage,
        *,
        contents: Mapping[str, bytes],
        now: float,
    ) -> bool:
        """Put `lineage` in the place of the version that was read; False if another process came first.

        `contents` are the files by blob id that git does not have, needed for later diffs.
        """
        with transaction(self._connection) as connection:
            if version == 0:
                sql = (
                    "INSERT OR IGNORE INTO lineage (body, worktree, variant, version) VALUES (?, ?, ?, 1 + ?)"
                )
            else:
                sql = (
                    "UPDATE lineage SET body = ?, version = version + 1 "
                    "WHERE worktree = ? AND variant = ? AND version = ?"
                )
            changed = connection.execute(sql, (encode(lineage), worktree, variant, version)).rowcount
            if changed == 1:
                self._put_contents(connection, contents, now)
        return changed == 1

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The stored contents among these blob ids."""
        found = {}
        for blob in blobs:
            row = self._connection.execute("SELECT data FROM content WHERE blob = ?", (blob,)).fetchone()
            if row is not None:
                found[blob] = zlib.decompress(row[0])
        return found

    def sent(self, worktree: str, variant: str) -> tuple[Sent, ...]:
        """The last request of each provider and model over the prefix of a worktree, newest first."""
        rows = self._connection.execute(
            "SELECT provider, model, at, ttl_s, digests FROM sent WHERE worktree = ? AND variant = ? ORDER BY at DESC",
            (worktree, variant),
        )
        return tuple(Sent(p, m, at, ttl, _digests(d)) for p, m, at, ttl, d in rows)

    def record_sent(self, worktree: str, variant: str, sent: Sent) -> None:
        """Remember a request that was sent."""
        digests = " ".join(f"{name}={digest}" for name, digest in sent.digests.items())
        with transaction(self._connection) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?, ?)",
                (worktree, variant, sent.provider, sent.model, sent.at, sent.ttl_s, digests),
            )

    def simulated(self, digests: Iterable[str]) -> dict[str, Entry]:
        """The entries of the simulated cache among these digests."""
        found = {}
        for digest in digests:
            row = self._connection.execute(
                "SELECT expires, ttl_s FROM simulated WHERE digest = ?", (digest,)
            ).fetchone()
            if row is not None:
                found[digest] = Entry(*row)
        return found

    def put_simulated(self, entries: Mapping[str, Entry], now: float) -> None:
        """Write or renew entries of the simulated cache and drop the expired ones."""
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM simulated WHERE expires <= ?", (now,))
            connection.executemany(
                "INSERT OR REPLACE INTO simulated VALUES (?, ?, ?)",
                [(digest, entry.expires, entry.ttl_s) for digest, entry in entries.items()],
            )

    def _put_contents(
        self, connection: sqlite3.Connection, contents: Mapping[str, bytes], now: float
    ) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO content VALUES (?, ?, ?)",
            [(blob, zlib.compress(data, 1), now) for blob, data in contents.items()],
        )
        connection.execute("DELETE FROM content WHERE used < ?", (now - CONTENT_DAYS * 86_400,))


def _digests(text: str) -> dict[str, str]:
    return dict(item.split("=", 1) for item in text.split(" ") if item)
