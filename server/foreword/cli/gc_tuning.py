"""Keeping Python's garbage collector from getting in the way of a large index.

In a server a full collection looks at every object that may be part of a cycle, while all threads stand still: with
the index of some thousand files a tenth of a second, again and again. What has survived one is mostly that index, which
lives as long as the server: it is put aside (https://docs.python.org/3/library/gc.html#gc.freeze), and is freed by its
reference counts as before.

Blocks of memory are counted and not objects: listing all objects is not safe beside other threads.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from typing import Any

MANY = 50_000
"""New blocks that are worth putting aside: fewer are looked at in a few milliseconds."""

# The oldest generation of CPython's collector: to collect it is a full collection.
FULL = 2


RARELY = (50_000, 20, 20)
"""How many new objects start a collection, and how many of these a larger one."""


def collect_rarely() -> None:
    """For a process that soon ends: what it allocates mostly stays, and looking for garbage takes a third of a start."""
    gc.set_threshold(*RARELY)


def put_survivors_aside() -> None:
    """From now on, after each full collection that has left many new objects."""
    gc.callbacks.append(_Survivors())


class _Survivors:
    """What is called after each collection."""

    def __init__(self) -> None:
        self._blocks = sys.getallocatedblocks()

    def __call__(self, phase: str, about: Mapping[str, Any]) -> None:
        if phase == "stop" and about["generation"] == FULL:
            self._look()

    def _look(self) -> None:
        now = sys.getallocatedblocks()
        if now > self._blocks + MANY:
            gc.freeze()
            self._blocks = now
        # What was freed meanwhile counts as new when as much is allocated again.
        self._blocks = min(self._blocks, now)
