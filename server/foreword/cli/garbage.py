"""Keeping Python's garbage collector from stopping a server that holds a large index.

A full collection looks at every object that may be part of a cycle, while all threads stand still: with the index of
some thousand files a tenth of a second, again and again. What has survived one is mostly that index, which lives as
long as the server: it is put aside (https://docs.python.org/3/library/gc.html#gc.freeze), and is freed by its
reference counts as before.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

MANY = 50_000
"""Survivors that are worth putting aside: fewer are looked at in a few milliseconds."""

FULL = 2


def put_survivors_aside() -> None:
    """From now on, after each full collection that many objects survive."""
    gc.callbacks.append(_after_collection)


def _after_collection(phase: str, about: Mapping[str, Any]) -> None:
    if phase == "stop" and about["generation"] == FULL and len(gc.get_objects(FULL)) > MANY:
        gc.freeze()
