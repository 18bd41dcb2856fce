"""Making room in a store: facts under old versions of a grammar go, and above a limit what was not used for longest.

What some process may still be reading stays: nothing goes that was used within `GRACE_DAYS`. Deleted pages are used
again for what comes next; the file itself does not shrink.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from time import time
from typing import Any

from foreword.index.store.facts import name_hash, unpack

MAX_STORE_BYTES = 2_000_000_000
"""What a store may hold before the least recently used blobs go, until a tenth of it is free again."""
GRACE_DAYS = 7
ROWS_AT_ONCE = 500
"""Deleted in one transaction, so that no other process waits for long."""

_DAY_S = 86_400

Select = Callable[[str, Sequence[Any]], list[Any]]
"""The rows of a query with its parameters."""
Transaction = Callable[[Callable[[sqlite3.Connection], None]], None]
"""Runs a change in one transaction."""


def today() -> int:
    """The day as a number: whole days since 1970, UTC."""
    return int(time()) // _DAY_S


def mark_used(transaction: Transaction, row_ids: Sequence[int], day: int) -> None:
    """Note that rows are used on a day; those that are marked already cost a look-up."""

    def change(some: Sequence[int]) -> Callable[[sqlite3.Connection], None]:
        values = [(day, row_id, day) for row_id in some]
        return lambda connection: _mark(connection, values)

    for some in _slices(row_ids):
        transaction(change(some))


def collect(
    select: Select,
    transaction: Transaction,
    *,
    version_of: Callable[[str], str],
    day: int,
    max_bytes: int = MAX_STORE_BYTES,
) -> int:
    """Delete what is due, a few rows at a time; gives how many rows went.

    `version_of` gives the present version of a language's grammar.
    """
    n_deleted = 0
    before = day - GRACE_DAYS
    for some in _slices(_outdated(select, version_of, before)):
        transaction(lambda changed, some=some: _delete(changed, some))  # type: ignore[misc]  # a default binds it now
        n_deleted += len(some)
    if _size(select) <= max_bytes:
        return n_deleted
    # To well below the limit: else each new blob would begin this again.
    while _size(select) > max_bytes * 9 // 10 and (oldest := _oldest(select, before)):
        transaction(lambda changed, some=oldest: _delete(changed, some))  # type: ignore[misc]  # as above
        n_deleted += len(oldest)
    return n_deleted


def _mark(connection: sqlite3.Connection, values: Sequence[tuple[int, int, int]]) -> None:
    connection.executemany("UPDATE blobs SET used = ? WHERE id = ? AND used < ?", values)


def _outdated(select: Select, version_of: Callable[[str], str], before: int) -> list[int]:
    rows = select("SELECT id, language, grammar FROM blobs WHERE used < ? ORDER BY id", (before,))
    return [row_id for row_id, language, grammar in rows if version_of(language) != grammar]


def _oldest(select: Select, before: int) -> list[int]:
    sql = "SELECT id FROM blobs WHERE used < ? ORDER BY used, id LIMIT ?"
    return [row[0] for row in select(sql, (before, ROWS_AT_ONCE))]


def _size(select: Select) -> int:
    """The bytes of the pages that hold something."""
    names = ("page_count", "freelist_count", "page_size")
    count, free, size = (int(select(f"PRAGMA {name}", ())[0][0]) for name in names)
    return (count - free) * size


def _delete(connection: sqlite3.Connection, row_ids: Sequence[int]) -> None:
    """Rows with all that hangs on them; their names are found by their outlines, for no index leads there."""
    for row_id in row_ids:
        found = connection.execute("SELECT packed FROM outlines WHERE id = ?", (row_id,)).fetchone()
        definitions = unpack(found[0]).definitions if found else ()
        hashes = {name_hash(definition.name) for definition in definitions}
        connection.executemany(
            "DELETE FROM names WHERE hash = ? AND id = ?", [(name, row_id) for name in hashes]
        )
        connection.execute("DELETE FROM outlines WHERE id = ?", (row_id,))
        connection.execute("DELETE FROM vectors WHERE id = ?", (row_id,))
        connection.execute("DELETE FROM blobs WHERE id = ?", (row_id,))


def _slices(row_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (row_ids[start : start + ROWS_AT_ONCE] for start in range(0, len(row_ids), ROWS_AT_ONCE))
