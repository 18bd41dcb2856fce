"""Who of several processes parses which blobs, so that no blob is parsed twice.

    unknown  ->  claimed (by an owner that lives)  ->  stored
       ^-------- its owner gave it back, ended, or was killed

A claim and the facts that end it are written in one transaction each, so a blob is never both unknown and unclaimed
while somebody parses it. An owner that is killed leaves a lease that runs out by itself within `LEASE_S`; where it
can be told that its process has ended nobody waits for that. What is claimed is advice: if an owner is taken for dead
that is only slow, a blob is parsed twice, and stored once.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple, Self
from uuid import uuid4

from foreword.core.errors import StoreError
from foreword.index.collecting import Transaction
from foreword.index.facts import Key
from foreword.storage.processes import has_ended, name_of_this_process

LEASE_S = 4.0
"""How long an owner counts as alive without renewing: longer than a loaded machine keeps a process waiting."""
RENEW_S = 1.0
KEYS_AT_ONCE = 1_000
"""Claimed in one transaction, so that no other process waits for long."""

_RENEW = "INSERT INTO owners VALUES (?, ?, ?) ON CONFLICT (owner) DO UPDATE SET until = excluded.until"
_DELETE = "DELETE FROM claims WHERE blob = ? AND language = ? AND grammar = ?"


class Taken(NamedTuple):
    """What became of some keys: `mine` are to be parsed here, `stored` are known by now, the others are claimed elsewhere."""

    mine: frozenset[Key]
    stored: frozenset[Key]


class Claims:
    """The claims of one owner in a store; a context manager, which gives up in the end what is left of them.

    Raises from every method:
        StoreError: The store is locked for too long, or damaged (`DamagedStore`).
    """

    def __init__(
        self, transaction: Transaction, is_alone: Callable[[], bool], clock: Callable[[], float] = time.time
    ) -> None:
        """`is_alone` says that no other process has this store; `clock` is one that all processes share."""
        self.owner = uuid4().hex
        self._process = name_of_this_process()
        self._transaction = transaction
        self._is_alone = is_alone
        self._clock = clock
        self._renewed = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(StoreError):  # the lease runs out by itself
            self._transaction(lambda connection: _forget(connection, [self.owner]))

    def take(self, keys: Sequence[Key]) -> Taken:
        """Claim those of some keys that are neither stored nor claimed by another owner that lives."""
        taken = [self._take(keys[at : at + KEYS_AT_ONCE]) for at in range(0, len(keys), KEYS_AT_ONCE)]
        return Taken(
            frozenset().union(*(one.mine for one in taken)), frozenset().union(*(one.stored for one in taken))
        )

    def give_back(self, keys: Iterable[Key]) -> None:
        """Let others have some keys after all."""
        given = [(*key, self.owner) for key in keys]
        if given:
            self._transaction(lambda connection: _give_back(connection, given))

    def renew(self) -> None:
        """Say that the owner lives, if that was not said lately: call it often."""
        if abs(self._clock() - self._renewed) > RENEW_S:
            self._transaction(self._say_alive)

    def _take(self, keys: Sequence[Key]) -> Taken:
        found: list[Taken] = []

        def change(connection: sqlite3.Connection) -> None:
            self._say_alive(connection)
            _forget(connection, self._dead(connection))
            found.append(_claim(connection, self.owner, keys))

        self._transaction(change)
        return found[-1]

    def _dead(self, connection: sqlite3.Connection) -> list[str]:
        """Owners that are no more.

        A lease that seems to hold for longer than any can comes from before the clock was set back.
        """
        is_alone, now = self._is_alone(), self._renewed
        return [
            owner
            for owner, process, until in connection.execute(
                "SELECT owner, process, until FROM owners"
            ).fetchall()
            if owner != self.owner and (is_alone or not now <= until <= now + LEASE_S or has_ended(process))
        ]

    def _say_alive(self, connection: sqlite3.Connection) -> None:
        self._renewed = self._clock()
        connection.execute(_RENEW, (self.owner, self._process, self._renewed + LEASE_S))


def end_claims(connection: sqlite3.Connection, keys: Iterable[Key]) -> None:
    """Whoever claimed these keys: they are stored now, by the same transaction."""
    connection.executemany(_DELETE, list(keys))


def _claim(connection: sqlite3.Connection, owner: str, keys: Sequence[Key]) -> Taken:
    wanted = set(keys)
    stored = wanted.intersection(_keys_in(connection, "blobs", keys))
    free = [(*key, owner) for key in keys if key not in stored]
    connection.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?)", free)
    mine = wanted.intersection(_keys_in(connection, "claims", keys, "owner = ? AND ", owner))
    return Taken(frozenset(mine), frozenset(stored))


def _keys_in(
    connection: sqlite3.Connection, table: str, keys: Sequence[Key], condition: str = "", *parameters: str
) -> Iterator[Key]:
    """The keys of a table that have the blob of one of some keys."""
    blobs = sorted({key.blob for key in keys})
    marks = ",".join("?" * len(blobs))
    sql = f"SELECT blob, language, grammar FROM {table} WHERE {condition}blob IN ({marks})"  # noqa: S608 - only our own words
    return map(Key._make, connection.execute(sql, (*parameters, *blobs)))


def _forget(connection: sqlite3.Connection, owners: Iterable[str]) -> None:
    for owner in owners:
        connection.execute("DELETE FROM claims WHERE owner = ?", (owner,))
        connection.execute("DELETE FROM owners WHERE owner = ?", (owner,))


def _give_back(connection: sqlite3.Connection, given: Sequence[tuple[str, ...]]) -> None:
    connection.executemany(f"{_DELETE} AND owner = ?", given)
