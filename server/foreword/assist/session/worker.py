"""One thread for the slow work of one workspace, in the order in which it was asked for.

Where work is asked for faster than it is done, `Coalesce` makes one run of many wishes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Job = Callable[[], None]


class Worker:
    """Runs work in a daemon thread, so that a process can end while git or a disk keeps it waiting.

    loop    run(a) ......... run(b)
    thread        |--a--|         |--b--|
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """The result of the work. Who is cancelled stops waiting; work that has not begun is then not done."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        bound = partial(work, *args, **named)
        self._jobs.put(lambda: _do(loop, future, bound))
        return await future

    def close(self) -> None:
        """No more work after what was asked for."""
        self._jobs.put(None)

    def join(self, seconds: float) -> bool:
        """Wait for the end of the work; whether it came in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _do(loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], work: Callable[[], T]) -> None:
    if future.cancelled():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the result
        _tell(loop, future, partial(future.set_exception, error))
    else:
        _tell(loop, future, lambda: future.set_result(result))


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], how: Callable[[], None]) -> None:
    def settle() -> None:
        # Who waited may have been cancelled since.
        if not future.done():
            how()

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(settle)


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
            # Before the work and not after it: what is asked for meanwhile needs another run.
            self._is_asked.clear()
            await self._work()
