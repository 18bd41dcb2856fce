"""Leases and locks: who of several processes does what only one of them should do, and who waits for it.

    free  ->  held (by one owner, renewed while it lives)  ->  done (until some time)  ->  free

An owner that dies leaves a lease that runs out by itself within `LEASE_S`, so nobody has to find out who is alive.
What is done here is advice: whoever can't get at the file goes on without.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Literal, Self
from uuid import uuid4

from foreword.core.errors import StoreError
from foreword.storage.database import SharedConnection, open_database, transaction

State = Literal["free", "held", "done"]

SCHEMA_VERSION = 1
LEASE_S = 4.0
"""How long a lease holds without being renewed: longer than a loaded machine keeps a process waiting."""
RENEW_S = 1.0
# Leases are advice, so nobody waits for their file as long as for the ledger's.
BUSY_MS = 1_000
SLACK_S = 4.0
"""How far ahead of this clock another owner's may have been when the lease was taken."""
# Names hold digests of prefixes and rarely come again, so without an end the table would only grow.
KEPT_S = 86_400.0
"""How long rows stay after their time."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
"""
_DONE = ""
"""The owner of what is done: `until` is then in the seconds of whoever did it, else in those of this clock."""
_ACQUIRE = """
INSERT INTO lease VALUES (:name, :owner, :until) ON CONFLICT (name) DO UPDATE SET owner = :owner, until = :until
WHERE CASE owner WHEN '' THEN lease.until <= :now
      ELSE owner = :owner OR lease.until NOT BETWEEN :alive AND :latest END
"""


class Leases:
    """Opened when it is first used, and to be closed (a context manager). Every method may raise `StoreError`.

    `now` and the `until` of `finish` are Unix seconds of the caller's clock; whether an owner still lives is
    judged by `clock`, which all processes of the machine share. A lease that seems to hold for longer than any
    can, by more than `SLACK_S`, comes from before the clock was set back, and counts as run out.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._opened: SharedConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def acquire(self, name: str, owner: str, now: float) -> bool:
        """Hold a lease that is free or already one's own; False if another owner holds it, or if it is done."""
        with transaction(self._connection) as connection:
            alive = self._clock()  # not before the lock is had: whoever had it meanwhile read a later time
            # `until` counts by the caller's clock where something is done, else by ours: the earlier of both
            # is safe for either.
            connection.execute("DELETE FROM lease WHERE until < ?", (min(alive, now) - KEPT_S,))
            until, latest = alive + LEASE_S, alive + LEASE_S + SLACK_S
            asked = {
                "name": name,
                "owner": owner,
                "until": until,
                "latest": latest,
                "alive": alive,
                "now": now,
            }
            return connection.execute(_ACQUIRE, asked).rowcount == 1

    def renew(self, name: str, owner: str) -> None:
        """Hold on for another `LEASE_S`; without effect if another owner took over."""
        with transaction(self._connection) as connection:
            connection.execute(
                # An update and no insert: an owner that was slow must not take the lease back from whoever
                # got it meanwhile.
                "UPDATE lease SET until = ? WHERE name = ? AND owner = ?",
                (self._clock() + LEASE_S, name, owner),
            )

    def release(self, name: str, owner: str) -> None:
        """Let another owner try; without effect if one took over."""
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM lease WHERE name = ? AND owner = ?", (name, owner))

    def finish(self, name: str, until: float) -> None:
        """It is done, whoever holds the lease by now."""
        with transaction(self._connection) as connection:
            connection.execute("INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", (name, _DONE, until))

    def state(self, name: str, now: float) -> State:
        """Whether a lease is free, held or done at `now` (Unix seconds); takes no lock, so ask it often."""
        row = self._connection.execute("SELECT owner, until FROM lease WHERE name = ?", (name,)).fetchone()
        if row is None:
            return "free"
        if row[0] == _DONE:
            return "done" if now < row[1] else "free"
        alive = self._clock()
        return "held" if alive <= row[1] <= alive + LEASE_S + SLACK_S else "free"

    @property
    def _connection(self) -> SharedConnection:
        # Threads of one process share this object, and the first two may come at the same moment.
        with self._lock:
            if self._opened is None:
                self._opened, _ = open_database(self._path, _SCHEMA, SCHEMA_VERSION, busy_ms=BUSY_MS)
            return self._opened


# SQLite tells nobody that a row has changed, so whoever waits has to look.
POLL_S = 0.05
WAIT_S = 60.0
"""Longer than what is done alone should ever take: then it is done twice."""


@contextmanager
def named_lock(leases: Leases, name: str) -> Iterator[None]:
    """Wait while another owner is within such a block of this name; who comes late should look whether it is done by now.

    A process that was killed is waited for until its lease has run out. Where leases can't be used nobody waits.
    """
    # A name for each block, not for each process: two threads of one process exclude each other too.
    owner, over = uuid4().hex, Event()
    if not _taken(leases, name, owner):
        yield
        return
    # A thread, since the work within the block may be one long call that never comes by here.
    keeper = Thread(target=_keep, args=(leases, name, owner, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        with suppress(StoreError):
            # A lease that can't be given back runs out by itself.
            leases.release(name, owner)


def _taken(leases: Leases, name: str, owner: str) -> bool:
    """Whether the lease was got; False if it is better to go on without."""
    end = time.monotonic() + WAIT_S
    with suppress(StoreError):
        while time.monotonic() < end:
            # `state` takes no lock, so waiting for a lease does not hold up who renews it. Nothing is ever
            # `done` under these names, so the caller's clock (0.0) does not matter.
            if leases.state(name, 0.0) == "free" and leases.acquire(name, owner, 0.0):
                return True
            time.sleep(POLL_S)
    return False


def _keep(leases: Leases, name: str, owner: str, over: Event) -> None:
    with suppress(StoreError):
        while not over.wait(RENEW_S):
            leases.renew(name, owner)
