"""Small machines for time: what happens when work is asked for faster than it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Coalesce:
    """One running, one pending: however often work is asked for, it runs at most once more after that.

    ask    x  x x x x      x
    run    |--1--||--2--|  |--3--|
    """

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._is_asked = asyncio.Event()

    def ask(self) -> None:
        """Have the work done, after what is running now."""
        self._is_asked.set()

    async def serve(self) -> None:
        """Do the work whenever it is asked for; ends by being cancelled."""
        while True:
            await self._is_asked.wait()
            self._is_asked.clear()
            await self._work()
