"""A file that is to be read, and the port through which its bytes come.

The index never opens files itself: it is handed a `Reader`, which crosses into worker processes and
must therefore be picklable (a frozen dataclass with `__call__`, or a `functools.partial` of a module's function).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Source(NamedTuple):
    """One file by path and blob id; a `dirty` one is on disk only, not in git's object store."""

    path: str
    blob: str
    dirty: bool = False


Reader = Callable[[Sequence[Source]], Iterable[tuple[Source, bytes | None]]]
"""Gives the bytes of each source, in any order, lazily; None for one that can't be read."""
