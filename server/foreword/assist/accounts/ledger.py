"""The ledger: one row for each request that was sent, with its tokens in disjoint buckets and its cost.

A row is written when the answer begins and completed when it ends, so that a killed process loses nothing
that the API has billed by then. A warm-up is a row of kind "warm", whose cost without a cache is nothing: so every
sum of savings is net of it. The calibrated characters-per-token ratio of each model stands beside the rows, and
`start_of_day` says when the user's own day begins, which budgets and habits go by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

from foreword.assist.accounts import reservations
from foreword.core.tokens import Usage, calibrate
from foreword.storage.database import Schema, open_database, transaction

if TYPE_CHECKING:
    from foreword.assist.accounts.reservations import Cap, Overdraft, Reservation

Status = Literal["started", "done", "cancelled", "interrupted"]
GroupBy = Literal["day", "month", "model", "kind", "workspace"]
WARM = "warm"
"""The kind of a row that is no question but keeps the prefix in the cache."""
BATCH = "batch"
"""The kind of a row that was answered in a Message Batch, hours after it was asked."""
# Neither says anything of when the user asks, of how the cache does at a desk, or of what the last question met.
_ASKED = f"kind NOT IN ('{WARM}', '{BATCH}')"

# Each with a default, for `ALTER TABLE ... ADD COLUMN ... NOT NULL` needs one where there are rows.
_ADDED = (
    "detail TEXT NOT NULL DEFAULT ''",
    "file TEXT NOT NULL DEFAULT ''",
    "layer TEXT NOT NULL DEFAULT ''",
    "tokens_lost INTEGER NOT NULL DEFAULT 0",
    "cause TEXT NOT NULL DEFAULT ''",
    "manifest TEXT NOT NULL DEFAULT ''",
    "answer TEXT NOT NULL DEFAULT ''",
)
"""The columns that came with version 2."""

_TABLES = f"""
CREATE TABLE IF NOT EXISTS request (
    id TEXT PRIMARY KEY, at REAL NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, simulated INTEGER NOT NULL, status TEXT NOT NULL, message_id TEXT NOT NULL,
    fresh INTEGER NOT NULL, write_5m INTEGER NOT NULL, write_1h INTEGER NOT NULL, read INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, without_cache REAL NOT NULL, prices TEXT NOT NULL,
    verdict TEXT NOT NULL, digests TEXT NOT NULL, {", ".join(_ADDED)}
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS request_at ON request (at);
CREATE INDEX IF NOT EXISTS request_of ON request (workspace, at);
CREATE INDEX IF NOT EXISTS request_answer ON request (answer);
CREATE TABLE IF NOT EXISTS ratio (model TEXT PRIMARY KEY, ratio REAL NOT NULL) WITHOUT ROWID;
{reservations.TABLE}"""
_SCHEMA = Schema(
    _TABLES,
    version=3,
    steps={
        1: tuple(f"ALTER TABLE request ADD COLUMN {column}" for column in _ADDED),
        2: reservations.FROM_2,
    },
)
_SUMS = "count(*), sum(fresh), sum(write_5m), sum(write_1h), sum(read), sum(output), sum(cost), sum(without_cache)"
# The user's own days: limits and the usage page speak of "today" as the user means it.
_DAY = "date(at, 'unixepoch', 'localtime')"
_GROUPS: Mapping[GroupBy, str] = MappingProxyType(
    {
        "day": _DAY,
        "month": f"substr({_DAY}, 1, 7)",
        "model": "model",
        "kind": "kind",
        "workspace": "workspace",
    }
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One request as the ledger keeps it.

    `at` is when the request started (Unix seconds); `prices` the version of the price table; costs are US dollars;
    `digests` name the layers of the prefix that was sent and `manifest` all of them together; `detail` to `cause` are
    those of `prefix.verdict.Verdict`; `answer` is the id of the first request of the same answer (empty: not known).
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
    detail: str = ""
    file: str = ""
    layer: str = ""
    tokens_lost: int = 0
    cause: str = ""
    manifest: str = ""
    answer: str = ""


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
        self._connection, self.problems = open_database(path, _SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def in_memory(self) -> bool:
        """Whether what is booked is lost when the process ends."""
        return self._connection.in_memory

    def book(self, *entries: LedgerRow) -> None:
        """Write rows, or complete the rows with the same ids, all of them or none."""
        with transaction(self._connection) as connection:
            for entry in entries:
                row = _row(entry)
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    # A row is written when the answer begins and again when it ends, under one id.
                    f"INSERT OR REPLACE INTO request ({names}) VALUES ({marks})",  # noqa: S608 - our own columns
                    tuple(row.values()),
                )

    def totals(self, by: GroupBy, since: float = 0.0, workspace: str | None = None) -> tuple[Total, ...]:
        """Sums by group since a time (Unix seconds), simulated requests apart from real ones."""
        rows = self._connection.execute(
            f"SELECT {_GROUPS[by]}, simulated, {_SUMS} FROM request "  # noqa: S608 - one of five constants
            "WHERE at >= ? AND (? IS NULL OR workspace = ?) GROUP BY 1, 2 ORDER BY 1, 2",
            (since, workspace, workspace),
        )
        return tuple(
            Total(str(row[0]), bool(row[1]), row[2], Usage(*row[3:8]), row[8], row[9]) for row in rows
        )

    def spent_since(self, since: float, kind: str = "") -> float:
        """US dollars really spent (not simulated) since a time (Unix seconds), by requests of `kind` if it is given."""
        row = self._connection.execute(
            # Simulated money was never paid, so it counts against no limit.
            "SELECT coalesce(sum(cost), 0) FROM request WHERE at >= ? AND simulated = 0 AND ? IN ('', kind)",
            (since, kind),
        ).fetchone()
        return float(row[0])

    def asked(self, since: float, limit: int) -> list[tuple[float, str]]:
        """The newest `limit` questions of the user, oldest first: when (Unix seconds), and in which workspace."""
        rows = self._connection.execute(
            # Rounds of tools are requests of one answer: only the first of them is a question of the user.
            # Rows of older versions have no answer.
            f"SELECT at, workspace FROM request WHERE at >= ? AND {_ASKED} AND answer IN ('', id) "  # noqa: S608 - constant
            "ORDER BY at DESC LIMIT ?",
            (since, limit),
        )
        return [(float(at), workspace) for at, workspace in rows][::-1]

    def over_base(self, workspace: str, base: str) -> tuple[int, int]:
        """How many questions were asked over a base, and how many warm-ups went out since the last of them."""
        mine = "FROM request WHERE workspace = :workspace AND answer IN ('', id) AND instr(digests, :base) "
        row = self._connection.execute(
            f"SELECT (SELECT count(*) {mine} AND {_ASKED}), (SELECT count(*) {mine} AND kind = :warm "
            f"AND at > (SELECT coalesce(max(at), 0) {mine} AND {_ASKED}))",
            {"workspace": workspace, "base": base, "warm": WARM},
        ).fetchone()
        return int(row[0]), int(row[1])

    def reserve(self, wanted: Reservation, caps: Iterable[Cap], now: float) -> Overdraft | None:
        """Hold money back for a request; see `assist.accounts.reservations.reserve`."""
        return reservations.reserve(self._connection, wanted, caps, now)

    def standings(self, wanted: Reservation, caps: Iterable[Cap]) -> tuple[Overdraft, ...]:
        """What is spent or held back under each of the caps that is about a request; nothing is reserved."""
        return tuple(reservations.standings(self._connection, wanted, caps))

    def free(self, reservation_id: str) -> None:
        """Remove the reservation with this id, if it is there: the request is over and booked."""
        reservations.free(self._connection, reservation_id)

    def outputs(self, model: str, kind: str, limit: int) -> tuple[int, ...]:
        """The output tokens of the newest whole answers of a model to requests of a kind, simulated ones aside."""
        rows = self._connection.execute(
            "SELECT output FROM request WHERE model = ? AND kind = ? AND status = 'done' AND simulated = 0 "
            "ORDER BY at DESC LIMIT ?",
            (model, kind, limit),
        )
        return tuple(row[0] for row in rows)

    def latest(self, workspace: str, *, warm: bool = True) -> LedgerRow | None:
        """The newest request of a workspace; without `warm`, the newest that is no warm-up and in no Message Batch."""
        where = f"WHERE workspace = ? AND (? OR {_ASKED}) ORDER BY at DESC LIMIT 1"
        return next(self._entries(where, workspace, warm), None)

    def find(self, name: str, limit: int = 2) -> tuple[LedgerRow, ...]:
        """The requests whose row id or message id is `name`, or begins with it: the former first."""
        # Not LIKE: a name that the user types may hold % and _.
        begins = "substr(id, 1, ?) = ? OR substr(message_id, 1, ?) = ?"
        where = f"WHERE {begins} ORDER BY ? IN (id, message_id) DESC, at DESC LIMIT ?"
        return tuple(self._entries(where, len(name), name, len(name), name, name, limit))

    def of_answer(self, entry: LedgerRow) -> tuple[LedgerRow, ...]:
        """All requests of the answer that a request belongs to, in order."""
        if not entry.answer:
            return (entry,)
        return tuple(self._entries("WHERE answer = ? ORDER BY at, id", entry.answer))

    def verdicts(self, since: float = 0.0) -> tuple[tuple[str, bool, int, int], ...]:
        """How often the cache did what, most often first: verdict, simulated, answers, tokens lost."""
        rows = self._connection.execute(
            "SELECT verdict, simulated, count(*), sum(tokens_lost) FROM request "  # noqa: S608 - constant
            f"WHERE at >= ? AND verdict <> '' AND {_ASKED} AND answer IN ('', id) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
            (since,),
        )
        return tuple((kind, bool(simulated), n, lost) for kind, simulated, n, lost in rows)

    def answers(
        self, since: float = 0.0, workspace: str | None = None
    ) -> Iterator[tuple[float, str, str, int, int]]:
        """The answers, oldest first: when (Unix seconds), kind, verdict, fresh and written tokens of the first request."""
        yield from self._connection.execute(
            f"SELECT at, kind, verdict, fresh, write_5m + write_1h FROM request WHERE at >= ? AND {_ASKED} "  # noqa: S608 - constant
            "AND answer IN ('', id) AND (? IS NULL OR workspace = ?) ORDER BY at, id",
            (since, workspace, workspace),
        )

    def ratio(self, model: str, nominal: float) -> float:
        """Characters a token for a model: calibrated from its answers, `nominal` before the first."""
        row = self._connection.execute("SELECT ratio FROM ratio WHERE model = ?", (model,)).fetchone()
        return float(row[0]) if row else nominal

    def calibrate(self, model: str, nominal: float, weight: float, n_tokens: int) -> None:
        """Learn from a prompt of `weight` that the API counted as `n_tokens`."""
        with transaction(self._connection) as connection:
            # Read within the transaction, or two processes would learn from the same old value and lose one
            # lesson.
            ratio = calibrate(self.ratio(model, nominal), weight, n_tokens)
            connection.execute("INSERT OR REPLACE INTO ratio VALUES (?, ?)", (model, ratio))

    def _entries(self, where: str, *arguments: object) -> Iterator[LedgerRow]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM request {where}", arguments)  # noqa: S608 - constant clauses
        for row in rows:
            yield _entry(row)


_BUCKETS = tuple(bucket.name for bucket in fields(Usage))
_NAMES = tuple(field.name for field in fields(LedgerRow))
_N_USAGE = _NAMES.index("usage")
_COLUMNS = ", ".join((*_NAMES[:_N_USAGE], *_BUCKETS, *_NAMES[_N_USAGE + 1 :]))


def _row(entry: LedgerRow) -> dict[str, object]:
    """By column: a row has the fields of an entry, with the buckets of the usage in its place."""
    row: dict[str, object] = {name: getattr(entry, name) for name in _NAMES if name != "usage"}
    return (
        row
        | {"digests": json.dumps(dict(entry.digests))}
        | dict(zip(_BUCKETS, astuple(entry.usage), strict=True))
    )


def _entry(row: Sequence[Any]) -> LedgerRow:
    end = _N_USAGE + len(_BUCKETS)
    values = dict(zip(_NAMES, (*row[:_N_USAGE], Usage(*row[_N_USAGE:end]), *row[end:]), strict=True))
    return LedgerRow(
        **(values | {"simulated": bool(values["simulated"]), "digests": json.loads(values["digests"])})
    )


def start_of_day(now: float) -> float:
    """Midnight of the user's own day, in Unix seconds."""
    local = datetime.fromtimestamp(now).astimezone()
    # Not `now - now % 86_400`: days are local, and with daylight saving some have 23 or 25 hours.
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def start_of_month(now: float) -> float:
    """Midnight of the first of the user's own month, in Unix seconds."""
    local = datetime.fromtimestamp(now).astimezone()
    first = local.replace(day=1, hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    return start_of_day(first.timestamp())


def utc_offset(now: float) -> float:
    """Seconds that the user's own clock is ahead of UTC."""
    offset = datetime.fromtimestamp(now).astimezone().utcoffset()
    return offset.total_seconds() if offset else 0.0
