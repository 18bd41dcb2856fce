"""Values that a session keeps in its index store for the next process, with a checksum."""

from __future__ import annotations

import hashlib
import marshal
from typing import Any

from foreword.assist.session.session import Session
from foreword.index.store.resilient_file import DamagedStore

MARSHAL_VERSION = 4
CHECKSUM_BYTES = 20


def keep(session: Session, key: str, value: Any) -> None:  # noqa: ANN401 - whatever `marshal` knows
    """Store a value made of what `marshal` knows.

    Raises:
        StoreError: the store is locked for too long.
    """
    packed = marshal.dumps(value, MARSHAL_VERSION)
    session.index_store.put_artifact(key, _checksum(packed) + packed)


def kept(session: Session, key: str) -> Any:  # noqa: ANN401 - whatever was kept
    """What was kept, if it is as it was written, or None; a damaged store is begun anew.

    Raises:
        StoreError: the store is locked for too long.
    """
    try:
        stored = memoryview(session.index_store.get_artifact(key) or b"")
    except DamagedStore:
        return None
    checksum, packed = stored[:CHECKSUM_BYTES], stored[CHECKSUM_BYTES:]
    if checksum != _checksum(packed):
        return None
    return marshal.loads(packed)  # noqa: S302 - our own store, and its checksum holds


def _checksum(packed: bytes | memoryview) -> bytes:
    """`marshal` must not be given anything that it did not write."""
    return hashlib.sha1(packed, usedforsecurity=False).digest()
