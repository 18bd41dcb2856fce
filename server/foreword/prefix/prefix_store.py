"""Where prefixes live between processes: one small SQLite database for all worktrees of a user.

Several processes may use it at once: a lineage is replaced only if it is still the version that was read
(compare and swap), so two questions at the same moment never fork the delta.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote

from foreword.prefix.layers import Lineage, decode, encode, text_digest
from foreword.prefix.manifest import ORDER, Manifest, decode_pieces, encode_pieces
from foreword.prefix.simulator import CacheEntry
from foreword.storage.database import Schema, open_database, transaction

LONGEST_TTL_S = 3_600
"""The longest that a cache keeps what nobody reads."""
MOST_PAST = 24
"""How many lineages that were in force lately are kept for each worktree and variant."""
CONTENT_DAYS = 30
SENT_DAYS = 7
"""How long a request over a base that is no longer in force is remembered."""

_REQUEST = """
CREATE TABLE IF NOT EXISTS request (
    worktree TEXT, variant TEXT, provider TEXT, model TEXT, base TEXT, at REAL NOT NULL, ttl_s INTEGER NOT NULL,
    digests TEXT NOT NULL, anchor TEXT NOT NULL, message_id TEXT NOT NULL, cached INTEGER NOT NULL,
    readable_at REAL NOT NULL, PRIMARY KEY (worktree, variant, provider, model, base)
) WITHOUT ROWID;
"""
_TABLES = f"""
CREATE TABLE IF NOT EXISTS lineage (
    worktree TEXT, variant TEXT, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (worktree, variant)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (blob TEXT PRIMARY KEY, data BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
{_REQUEST}CREATE TABLE IF NOT EXISTS manifest (digest TEXT PRIMARY KEY, pieces BLOB NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS simulated (digest TEXT PRIMARY KEY, expires REAL NOT NULL, ttl_s INTEGER NOT NULL)
WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS earlier_request (
    worktree TEXT, variant TEXT, provider TEXT, model TEXT, base TEXT, delta TEXT, at REAL NOT NULL,
    ttl_s INTEGER NOT NULL, digests TEXT NOT NULL, anchor TEXT NOT NULL, message_id TEXT NOT NULL,
    cached INTEGER NOT NULL, readable_at REAL NOT NULL, PRIMARY KEY (worktree, variant, provider, model, base, delta)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS past_lineage (
    worktree TEXT, variant TEXT, name TEXT, body TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (worktree, variant, name)
) WITHOUT ROWID;
"""
# Tables that only save money may come without a new version: an older release goes on without them.
_SCHEMA = Schema(
    _TABLES,
    version=2,
    steps={
        1: (
            _REQUEST,
            # Version 1 knew neither base nor answer: an empty base is none that is in force, so these rows
            # only age.
            "INSERT INTO request SELECT worktree, variant, provider, model, '', at, ttl_s, digests, '', '', 0, at FROM sent",
            "DROP TABLE sent",
        )
    },
)
_AFTER_BASE = "at, ttl_s, digests, anchor, message_id, cached, readable_at"
_COLUMNS = f"provider, model, {_AFTER_BASE}"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """The last request over a base: when it started (Unix seconds), its time to live, and its layers' digests.

    `anchor` is the name of the base's anchor, `message_id` the provider's name of the answer, `cached` the tokens
    that the provider then had of the prefix (0: not known), `readable_at` when others could begin to read them.
    """

    provider: str
    model: str
    at: float
    ttl_s: int
    digests: Mapping[str, str]
    anchor: str = ""
    message_id: str = ""
    cached: int = 0
    readable_at: float = 0.0

    def is_warm(self, now: float) -> bool:
        """Whether the provider's cache probably still holds what this request wrote or read."""
        return now < self.at + self.ttl_s


class PrefixStore:
    """An open store of prefixes: lineages, file contents, sent requests, manifests and the simulated cache.

    It has one SQLite connection, to be closed (a context manager). `problems` say what went wrong when it was opened.
    """

    def __init__(self, path: Path) -> None:
        self._connection, self.problems = open_database(path, _SCHEMA)

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
        # The version is kept: who puts a new lineage there must still say which one it replaces.
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
            replaced = connection.execute(
                "SELECT body FROM lineage WHERE worktree = ? AND variant = ?", (worktree, variant)
            ).fetchone()
            # Both statements take the same values in the same order, hence `1 + ?` for a version that is
            # always zero. Of two processes that begin a lineage the second finds a row, changes none, and so
            # knows that it came too late.
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
            if changed == 1 and replaced is not None:
                self._put_past(connection, (worktree, variant), str(replaced[0]), now)
            # Only the winner's files: those of the loser belong to a delta that was never stored.
            if changed == 1:
                self._put_contents(connection, contents, now)
        return changed == 1

    def past(self, worktree: str, variant: str) -> tuple[Lineage, ...]:
        """The lineages that were in force before the one that is now, the one replaced last first."""
        rows = self._connection.execute(
            "SELECT body FROM past_lineage WHERE worktree = ? AND variant = ? ORDER BY at DESC, name",
            (worktree, variant),
        ).fetchall()
        lineages = list[Lineage]()
        for (body,) in rows:
            # What can't be read is no lineage to go back to.
            with suppress(ValueError):
                lineages.append(decode(body))
        return tuple(lineages)

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The stored contents among these blob ids."""
        found = {}
        for blob in blobs:
            row = self._connection.execute("SELECT data FROM content WHERE blob = ?", (blob,)).fetchone()
            if row is not None:
                found[blob] = zlib.decompress(row[0])
        return found

    def keep(self, contents: Mapping[str, bytes], now: float) -> None:
        """Keep files by blob id that git does not have, needed for later diffs."""
        with transaction(self._connection) as connection:
            self._put_contents(connection, contents, now)

    def sent(self, worktree: str, variant: str | None = None) -> tuple[SentRequest, ...]:
        """The last request of each provider, model and base over a worktree, newest first; None: of all variants.

        With them come the last requests over other deltas of these bases, as long as their entries may be readable.
        """
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM (SELECT 0 AS n, * FROM request UNION ALL "  # noqa: S608 - constant columns
            f"SELECT 1, worktree, variant, provider, model, base, {_AFTER_BASE} FROM earlier_request) "
            "WHERE worktree = ? AND (? IS NULL OR variant = ?) ORDER BY at DESC, n",
            (worktree, variant, variant),
        )
        return tuple(SentRequest(p, m, at, ttl, _digests(d), *more) for p, m, at, ttl, d, *more in rows)

    def record_sent(
        self, worktree: str, variant: str, sent: SentRequest, manifest: Manifest | None = None
    ) -> None:
        """Remember a request that was sent, and what its layers were made of, for the next one's verdict."""
        digests = " ".join(f"{quote(name)}={quote(value)}" for name, value in sent.digests.items())
        with transaction(self._connection) as connection:
            self._put_earlier(connection, worktree, variant, sent)
            connection.execute(
                # One row a base and model: only the last request says how long the cache still has it.
                f"INSERT OR REPLACE INTO request (worktree, variant, base, {_COLUMNS}) "  # noqa: S608 - constant columns
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    worktree, variant, sent.digests.get("base", ""), sent.provider, sent.model, sent.at, sent.ttl_s,
                    digests, sent.anchor, sent.message_id, sent.cached, sent.readable_at,
                ),
            )  # fmt: skip
            connection.execute("DELETE FROM request WHERE at < ?", (sent.at - SENT_DAYS * 86_400,))
            self._put_manifest(connection, sent, manifest or {})

    def manifest(self, sent: SentRequest) -> Manifest | None:
        """What the layers of a request were made of; None if that is not kept."""
        found = {}
        for layer in ORDER:
            row = self._connection.execute(
                "SELECT pieces FROM manifest WHERE digest = ?", (sent.digests.get(layer, ""),)
            ).fetchone()
            if row is not None:
                try:
                    found[layer] = decode_pieces(row[0])
                # Half a manifest would name the wrong file as the first that differs.
                except ValueError:
                    return None
        return found if "base" in found else None

    def simulated(self, digests: Iterable[str]) -> dict[str, CacheEntry]:
        """The entries of the simulated cache among these digests."""
        found = {}
        for digest in digests:
            row = self._connection.execute(
                "SELECT expires, ttl_s FROM simulated WHERE digest = ?", (digest,)
            ).fetchone()
            if row is not None:
                found[digest] = CacheEntry(*row)
        return found

    def put_simulated(self, entries: Mapping[str, CacheEntry], now: float) -> None:
        """Write or renew entries of the simulated cache and drop the expired ones."""
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM simulated WHERE expires <= ?", (now,))
            connection.executemany(
                "INSERT OR REPLACE INTO simulated VALUES (?, ?, ?)",
                [(digest, entry.expires, entry.ttl_s) for digest, entry in entries.items()],
            )

    def _put_earlier(
        self, connection: sqlite3.Connection, worktree: str, variant: str, sent: SentRequest
    ) -> None:
        """Keep the request that `sent` takes the place of, if it had another delta: that may be gone back to."""
        delta, place = sent.digests.get("delta", ""), (worktree, variant, sent.provider, sent.model)
        base = sent.digests.get("base", "")
        where = "worktree = ? AND variant = ? AND provider = ? AND model = ? AND base = ?"
        row = connection.execute(
            f"SELECT {_AFTER_BASE} FROM request WHERE {where}",  # noqa: S608 - constant columns
            (*place, base),
        ).fetchone()
        before = _digests(row[2]).get("delta", "") if row else delta
        if before != delta:
            connection.execute(
                f"INSERT OR REPLACE INTO earlier_request (worktree, variant, provider, model, base, delta, {_AFTER_BASE}) "  # noqa: S608 - constant columns
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*place, base, before, *row),
            )
        connection.execute(f"DELETE FROM earlier_request WHERE {where} AND delta = ?", (*place, base, delta))  # noqa: S608 - as above
        connection.execute("DELETE FROM earlier_request WHERE at + ttl_s <= ?", (sent.at,))

    def _put_past(
        self, connection: sqlite3.Connection, place: tuple[str, str], body: str, now: float
    ) -> None:
        """Keep a lineage that is no longer in force, while some cache may have it."""
        connection.execute(
            "INSERT OR REPLACE INTO past_lineage VALUES (?, ?, ?, ?, ?)",
            (*place, text_digest(body), body, now),
        )
        connection.execute("DELETE FROM past_lineage WHERE at < ?", (now - LONGEST_TTL_S,))
        connection.execute(
            "DELETE FROM past_lineage WHERE worktree = ? AND variant = ? AND name NOT IN (SELECT name FROM past_lineage "
            "WHERE worktree = ? AND variant = ? ORDER BY at DESC LIMIT ?)",
            (*place, *place, MOST_PAST),
        )

    def _put_manifest(self, connection: sqlite3.Connection, sent: SentRequest, manifest: Manifest) -> None:
        """A layer that is known is not written again."""
        for layer, pieces in manifest.items():
            digest = sent.digests[layer]
            # A base is the same for many requests: to note its use costs less than to compress it again.
            known = connection.execute("UPDATE manifest SET used = ? WHERE digest = ?", (sent.at, digest))
            if known.rowcount == 0:
                connection.execute(
                    "INSERT INTO manifest VALUES (?, ?, ?)", (digest, encode_pieces(pieces), sent.at)
                )
        connection.execute("DELETE FROM manifest WHERE used < ?", (sent.at - SENT_DAYS * 86_400,))

    def _put_contents(
        self, connection: sqlite3.Connection, contents: Mapping[str, bytes], now: float
    ) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO content VALUES (?, ?, ?)",
            # The quickest level: this runs within the transaction, for which other processes wait.
            [(blob, zlib.compress(data, 1), now) for blob, data in contents.items()],
        )
        connection.execute("DELETE FROM content WHERE used < ?", (now - CONTENT_DAYS * 86_400,))


def _digests(text: str) -> dict[str, str]:
    # Quoted, for some are texts and no digests; a digest of hexadecimal digits reads the same either way.
    pairs = (item.split("=", 1) for item in text.split(" ") if item)
    return {unquote(name): unquote(value) for name, value in pairs}
