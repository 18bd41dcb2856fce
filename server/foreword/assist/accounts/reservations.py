"""Money held back for requests that are under way, so that several processes together stay within a limit.

A request's forecast is reserved before it is sent and freed when its row in the ledger has the real cost. Judging and
reserving are one transaction on the ledger's file: of ten requests at the same moment, each sees the others'.
A reservation of a process that died runs out by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from foreword.storage.database import SharedConnection, transaction

TABLE = """
CREATE TABLE IF NOT EXISTS reservation (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL
) WITHOUT ROWID;
"""
# A request that began is booked and still reserved: it counts once, in `_HELD`, by the larger of the two.
_BOOKED = """
SELECT coalesce(sum(cost), 0) FROM request
WHERE at >= :since AND simulated = 0 AND (:kind = '' OR kind = :kind) AND id NOT IN (SELECT id FROM reservation)
"""
_HELD = """
SELECT coalesce(sum(max(amount, coalesce(request.cost, 0))), 0)
FROM reservation LEFT JOIN request ON request.id = reservation.id
WHERE :kind = '' OR reservation.kind = :kind
"""


@dataclass(frozen=True, slots=True)
class Reservation:
    """US dollars that a request may cost: `id` is that of its row, `until` (Unix seconds) when it is surely over."""

    id: str
    kind: str
    amount: float
    until: float


@dataclass(frozen=True, slots=True)
class Cap:
    """US dollars that may be spent, by requests of `kind` alone if it is given; `key` is the setting."""

    key: str
    limit: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Overdraft:
    """The cap that a request would go past, and the US dollars that are spent or held back under it."""

    cap: Cap
    taken: float


def reserve(
    connection: SharedConnection, wanted: Reservation, caps: Iterable[Cap], since: float, now: float
) -> Overdraft | None:
    """Hold money back; None if every cap on what was spent since `since` (Unix seconds) allows it."""
    with transaction(connection):
        # A process that died never frees its own.
        connection.execute("DELETE FROM reservation WHERE until <= ?", (now,))
        # In the transaction that reserves, so that of requests at the same moment each sees the others'.
        for cap in caps:
            asked = {"since": since, "kind": cap.kind}
            taken = sum(float(connection.execute(sql, asked).fetchone()[0]) for sql in (_BOOKED, _HELD))
            if taken + wanted.amount > cap.limit:
                return Overdraft(cap, taken)
        row = (wanted.id, wanted.kind, wanted.amount, wanted.until)
        connection.execute("INSERT OR REPLACE INTO reservation VALUES (?, ?, ?, ?)", row)
    return None


def free(connection: SharedConnection, reservation_id: str) -> None:
    """Remove a reservation: what the request really cost is booked by now, or nothing was sent."""
    with transaction(connection):
        connection.execute("DELETE FROM reservation WHERE id = ?", (reservation_id,))
