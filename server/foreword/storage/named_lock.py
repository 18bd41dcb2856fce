"""Doing something that takes long in one process at a time, so that the others find it done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from uuid import uuid4

from foreword.core.errors import StoreError
from foreword.storage.lease import RENEW_S, Leases

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
