"""Who of several processes parses which blobs, so that no blob is parsed twice.

    unknown  ->  claimed (by an owner that lives)  ->  stored
       ^-------- its owner gave it back, ended, or was killed

Each owner keeps a list of what it has claimed, and takes a blob off that list only after its facts are stored, so no blob
is ever both unknown and unclaimed while somebody parses it. An owner that is killed leaves a lease that runs out by
itself within `LEASE_S`; where it can be told that its process has ended nobody waits for that. What is claimed is
advice: if an owner is taken for dead that is only slow, a blob is parsed twice, and stored once.
"""

from __future__ import annotations

import marshal
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import uuid4

from foreword.core.errors import StoreError
from foreword.index.store.facts import MARSHAL_VERSION, Key
from foreword.storage.process_identity import has_ended, name_of_this_process

if TYPE_CHECKING:
    from foreword.index.store.store_eviction import Transaction

LEASE_S = 15.0
"""How long an owner counts as alive without renewing, where nobody can tell that its process has ended: longer than a
loaded machine keeps a process waiting."""
RENEW_S = 1.0
KEYS_AT_ONCE = 1_000
"""Claimed in one transaction, so that no other process waits for long."""


class ClaimOutcome(NamedTuple):
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
        self._held: set[Key] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(StoreError):  # the lease runs out by itself
            self._transaction(lambda connection: _forget(connection, self.owner))

    def take(self, keys: Sequence[Key]) -> ClaimOutcome:
        """Claim those of some keys that are neither stored nor claimed by another owner that lives."""
        taken = [self._take(keys[at : at + KEYS_AT_ONCE]) for at in range(0, len(keys), KEYS_AT_ONCE)]
        return ClaimOutcome(
            frozenset().union(*(one.mine for one in taken)), frozenset().union(*(one.stored for one in taken))
        )

    def end(self, keys: Iterable[Key]) -> None:
        """Some keys are stored: they need no claim, and whoever asks for them looks there first."""
        self._held.difference_update(keys)

    def give_back(self, keys: Iterable[Key]) -> None:
        """Let others have some keys after all."""
        given = self._held.intersection(keys)
        if given:
            self._held -= given
            self._transaction(self._say)

    def renew(self) -> None:
        """Say that the owner lives, if that was not said lately: call it often."""
        # A clock that was set back is a reason to renew as well.
        if abs(self._clock() - self._renewed) > RENEW_S:
            self._transaction(self._say)

    def _take(self, keys: Sequence[Key]) -> ClaimOutcome:
        # A list, of which the last one counts: the change runs twice where the store has to move into memory.
        found: list[ClaimOutcome] = []

        def change(connection: sqlite3.Connection) -> None:
            # Read under the lock: whoever waited for it would judge the leases of others by a time that is
            # past.
            self._renewed = self._clock()
            stored = _stored(connection, keys)
            mine = frozenset(keys) - stored - self._held_by_others(connection)
            self._held |= mine
            self._say(connection)
            found.append(ClaimOutcome(mine, stored))

        self._transaction(change)
        return found[-1]

    def _held_by_others(self, connection: sqlite3.Connection) -> set[tuple[str, ...]]:
        """What other owners that live have claimed; those that are no more are forgotten.

        A lease that seems to hold for longer than any can comes from before the clock was set back.
        """
        is_alone, now = self._is_alone(), self._renewed
        held: set[tuple[str, ...]] = set()
        # All rows at once, for some are deleted on the way.
        for owner, process, until, packed in connection.execute("SELECT * FROM owners").fetchall():
            if owner == self.owner:
                continue
            if is_alone or not now <= until <= now + LEASE_S or has_ended(process):
                _forget(connection, owner)
            else:
                held.update(marshal.loads(packed))  # noqa: S302 - our own store, in the user's cache
        return held

    def _say(self, connection: sqlite3.Connection) -> None:
        """Write down that the owner lives, and what it has claimed."""
        self._renewed = self._clock()
        packed = marshal.dumps([tuple(key) for key in self._held], MARSHAL_VERSION)
        until = self._renewed + LEASE_S
        connection.execute(
            "REPLACE INTO owners VALUES (?, ?, ?, ?)", (self.owner, self._process, until, packed)
        )


def _forget(connection: sqlite3.Connection, owner: str) -> None:
    connection.execute("DELETE FROM owners WHERE owner = ?", (owner,))


def _stored(connection: sqlite3.Connection, keys: Sequence[Key]) -> frozenset[Key]:
    """Those of some keys that are stored."""
    blobs = sorted({key.blob for key in keys})
    sql = f"SELECT blob, language, grammar FROM blobs WHERE blob IN ({','.join('?' * len(blobs))})"  # noqa: S608 - only our own words
    return frozenset(keys).intersection(map(Key._make, connection.execute(sql, blobs)))
