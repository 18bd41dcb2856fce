"""How many requests of a batch are under way: the first goes alone until its answer begins, the others follow.

What is wrong with all of them (a key, a limit, the model's name) so costs one request and not as many as may go at once.
That a cold prefix is written once holds beyond the batch too: see `assist.spending.flight`.

cold:  |--first--Started|
warm:                   |--second--
                        |--third---      up to `parallel` at once
"""

from __future__ import annotations

import asyncio


class Gate:
    """Lets one through while the prefix is cold, `parallel` at once when it is warm."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._n_inside = 0
        self._is_warm = False
        self._changed = asyncio.Condition()

    async def enter(self) -> None:
        """Wait until there is room."""
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._n_inside += 1

    async def warm(self) -> None:
        """The prefix can be read from the cache from now on."""
        async with self._changed:
            self._is_warm = True
            self._changed.notify_all()

    async def leave(self) -> None:
        """Make room; every `enter` needs one."""
        async with self._changed:
            self._n_inside -= 1
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return self._n_inside < (self._parallel if self._is_warm else 1)
