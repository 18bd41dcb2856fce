"""The ledger: one row for each request that was sent, with its tokens in disjoint buckets and its cost.

A row is written when the answer begins and completed when it ends, so that a killed process loses nothing
that the API has billed by then. Also keeps the calibrated characters-per-token ratio of each model.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from foreword.core.tokens import calibrate
from foreword.core.usage import Usage
from foreword.storage.database import open_database, transaction

SCHEMA_VERSION = 1
Status = Literal["started", "done", "cancelled", "interrupted"]
GroupBy = Literal["day", "model", "kind", "workspace"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS request (
    id TEXT PRIMARY KEY, at REAL NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, simulated INTEGER NOT NULL, status TEXT NOT NULL, message_id TEXT NOT NULL,
    fresh INTEGER NOT NULL, write_5m INTEGER NOT NULL, write_1h INTEGER NOT NULL, read INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, without_cache REAL NOT NULL, prices TEXT NOT NULL,
    verdict TEXT NOT NULL, digests TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS request_at ON request (at);
CREATE TABLE IF NOT EXISTS ratio (model TEXT PRIMARY KEY, ratio REAL NOT NULL) WITHOUT ROWID;
"""
_INSERT = "INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DAY = "date(at, 'unixepoch', 'localtime')"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row.

    `at` is when the request started (Unix seconds); `prices` the version of the price table;
    costs are US dollars; `digests` name the layers of the prefix that was sent.
    """

    id: str
    at: float
    workspace: str
    kind: str
    provider: str
    model: str
    simulated: bool
    status: Status
    message_id: str
    usage: Usage
    cost: float
    without_cache: float
    prices: str
    verdict: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over the rows of one group; `saved` is net: write premiums are in `cost`."""

    group: str
    simulated: bool
    n_requests: int
    usage: Usage
    cost: float
    without_cache: float

    @property
    def saved(self) -> float:
        """US dollars saved against sending every prompt uncached."""
        return self.without_cache - self.cost


class Ledger:
    """One connection, to be closed (a context manager); `problems` say what went wrong when it was opened."""

    def __init__(self, path: Path) -> None:
        self._connection, self.problems = open_database(path, _SCHEMA, SCHEMA_VERSION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def book(self, entry: Entry) -> None:
        """Write a row, or complete the row with the same id."""
        row = (
            entry.id, entry.at, entry.workspace, entry.kind, entry.provider, entry.model, entry.simulated,
            entry.status, entry.message_id, entry.usage.fresh, entry.usage.write_5m, entry.usage.write_1h,
            entry.usage.read, entry.usage.output, entry.cost, entry.without_cache, entry.prices, entry.verdict,
            json.dumps(dict(entry.digests)),
        )  # fmt: skip
        with transaction(self._connection) as connection:
            connection.execute(_INSERT, row)

    def totals(self, by: GroupBy, since: float = 0.0, workspace: str | None = None) -> tuple[Total, ...]:
        """Sums by group since a time (Unix seconds), simulated requests apart from real ones."""
        group = {"day": _DAY, "model": "model", "kind": "kind", "workspace": "workspace"}[by]
        rows = self._connection.execute(
            f"SELECT {group}, simulated, count(*), sum(fresh), sum(write_5m), sum(write_1h), sum(read), "  # noqa: S608 - group is one of four constants
            "sum(output), sum(cost), sum(without_cache) FROM request "
            "WHERE at >= ? AND (? IS NULL OR workspace = ?) GROUP BY 1, 2 ORDER BY 1, 2",
            (since, workspace, workspace),
        )
        return tuple(
            Total(str(row[0]), bool(row[1]), row[2], Usage(*row[3:8]), row[8], row[9]) for row in rows
        )

    def spent_since(self, since: float) -> float:
        """US dollars really spent (not simulated) since a time (Unix seconds)."""
        row = self._connection.execute(
            "SELECT coalesce(sum(cost), 0) FROM request WHERE at >= ? AND simulated = 0", (since,)
        ).fetchone()
        return float(row[0])

    def latest(self, workspace: str) -> Entry | None:
        """The newest request of a workspace."""
        return next(self._entries("WHERE workspace = ? ORDER BY at DESC LIMIT 1", workspace), None)

    def ratio(self, model: str, nominal: float) -> float:
        """Characters a token for a model: calibrated from its answers, `nominal` before the first."""
        row = self._connection.execute("SELECT ratio FROM ratio WHERE model = ?", (model,)).fetchone()
        return float(row[0]) if row else nominal

    def calibrate(self, model: str, nominal: float, weight: float, n_tokens: int) -> None:
        """Learn from a prompt of `weight` that the API counted as `n_tokens`."""
        with transaction(self._connection) as connection:
            ratio = calibrate(self.ratio(model, nominal), weight, n_tokens)
            connection.execute("INSERT OR REPLACE INTO ratio VALUES (?, ?)", (model, ratio))

    def _entries(self, where: str, *arguments: object) -> Iterator[Entry]:
        self._connection.row_factory = sqlite3.Row
        rows = self._connection.execute(f"SELECT * FROM request {where}", arguments)  # noqa: S608 - constant clauses
        self._connection.row_factory = None
        for row in rows:
            usage = Usage(row["fresh"], row["write_5m"], row["write_1h"], row["read"], row["output"])
            yield Entry(
                row["id"], row["at"], row["workspace"], row["kind"], row["provider"], row["model"],
                bool(row["simulated"]), row["status"], row["message_id"], usage, row["cost"],
                row["without_cache"], row["prices"], row["verdict"], json.loads(row["digests"]),
            )  # fmt: skip
