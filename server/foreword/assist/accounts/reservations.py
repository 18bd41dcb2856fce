"""Money held back for requests that are under way, so that several processes together stay within a limit.

A request's forecast is reserved before it is sent and freed when its row in the ledger has the real cost. Judging and
reserving are one transaction on the ledger's file: of ten requests at the same moment, each sees the others'.
A reservation of a process that died runs out by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from foreword.storage.database import SharedConnection, transaction

TABLE = """
CREATE TABLE IF NOT EXISTS reservation (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL,
    model TEXT NOT NULL DEFAULT '', workspace TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
"""
FROM_2 = (
    # The first version of the ledger had none.
    (
        "CREATE TABLE IF NOT EXISTS reservation "
        "(id TEXT PRIMARY KEY, kind TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL) WITHOUT ROWID"
    ),
    "ALTER TABLE reservation ADD COLUMN model TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE reservation ADD COLUMN workspace TEXT NOT NULL DEFAULT ''",
)
"""What leads to the columns that came with version 3 of the ledger."""


def _concerns(table: str) -> str:
    """Whether a row of a table is of those that a cap is about."""
    return " AND ".join(
        f"(:{name} = '' OR {table}.{name} GLOB :{name})" for name in ("kind", "model", "workspace")
    )


# A request that began is booked and still reserved: it counts once, in `_HELD`, by the larger of the two.
_BOOKED = f"""
SELECT coalesce(sum(cost), 0) FROM request
WHERE at >= :since AND simulated = 0 AND {_concerns("request")} AND id NOT IN (SELECT id FROM reservation)
"""  # noqa: S608 - constant
_HELD = f"""
SELECT coalesce(sum(max(amount, coalesce(request.cost, 0))), 0)
FROM reservation LEFT JOIN request ON request.id = reservation.id
WHERE {_concerns("reservation")}
"""  # noqa: S608 - constant
_ASKED = f"SELECT 1 FROM (SELECT :its_kind AS kind, :its_model AS model, :its_workspace AS workspace) AS asked WHERE {_concerns('asked')}"  # noqa: S608 - constant


@dataclass(frozen=True, slots=True)
class Reservation:
    """US dollars that a request may cost: `id` is that of its row, `until` (Unix seconds) when it is surely over."""

    id: str
    kind: str
    amount: float
    until: float
    model: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    """US dollars that may be spent since a time (Unix seconds), by all requests or some.

    `kind`, `model` and `workspace` are patterns as of file names (`*`, `?`), empty for all. `key` is the setting or the
    file that says so, `label` what the user is told, such as "today's limit".
    """

    key: str
    limit: float
    kind: str = ""
    model: str = ""
    workspace: str = ""
    since: float = 0.0
    label: str = "the limit"


@dataclass(frozen=True, slots=True)
class Overdraft:
    """The cap that a request would go past, and the US dollars that are spent or held back under it."""

    cap: Cap
    taken: float


def reserve(
    connection: SharedConnection, wanted: Reservation, caps: Iterable[Cap], now: float
) -> Overdraft | None:
    """Hold money back; None if every cap that is about this request allows it."""
    with transaction(connection):
        # A process that died never frees its own.
        connection.execute("DELETE FROM reservation WHERE until <= ?", (now,))
        # In the transaction that reserves, so that of requests at the same moment each sees the others'.
        for standing in standings(connection, wanted, caps):
            if standing.taken + wanted.amount > standing.cap.limit:
                return standing
        row = (wanted.id, wanted.kind, wanted.amount, wanted.until, wanted.model, wanted.workspace)
        connection.execute("INSERT OR REPLACE INTO reservation VALUES (?, ?, ?, ?, ?, ?)", row)
    return None


def standings(connection: SharedConnection, wanted: Reservation, caps: Iterable[Cap]) -> Iterator[Overdraft]:
    """What is taken under each cap that is about this request."""
    its = {"its_kind": wanted.kind, "its_model": wanted.model, "its_workspace": wanted.workspace}
    for cap in caps:
        asked = {"kind": cap.kind, "model": cap.model, "workspace": cap.workspace}
        if connection.execute(_ASKED, asked | its).fetchone() is None:
            continue
        asked_since = asked | {"since": cap.since}
        taken = sum(float(connection.execute(sql, asked_since).fetchone()[0]) for sql in (_BOOKED, _HELD))
        yield Overdraft(cap, taken)


def free(connection: SharedConnection, reservation_id: str) -> None:
    """Remove a reservation and its parts (`part_of`): what the request really cost is booked by now, or nothing was sent."""
    with transaction(connection):
        connection.execute(
            "DELETE FROM reservation WHERE id = ? OR substr(id, 1, ?) = ?",
            (reservation_id, len(reservation_id) + 1, f"{reservation_id}/"),
        )


def part_of(reservation_id: str, number: int) -> str:
    """The id of one part of what is held back under an id, where it is for several workspaces or models."""
    return f"{reservation_id}/{number}" if number else reservation_id
