"""What concerns the whole process: signals that cancel what runs, the garbage collector, and the memory of threads.

In a server a full collection looks at every object that may be part of a cycle, while all threads stand still: with
the index of some thousand files a tenth of a second, again and again. What has survived one is mostly that index, which
lives as long as the server: it is put aside (https://docs.python.org/3/library/gc.html#gc.freeze), and is freed by its
reference counts as before.

Blocks of memory are counted and not objects: listing all objects is not safe beside other threads.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_cancellable(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives.

    `asyncio.run` alone has no wake-up file descriptor: a signal that arrives just before its loop goes to sleep is
    seen only at the next event, which may be minutes away while a stream stands still. The loop's own signal
    handlers have one.

    Raises:
        KeyboardInterrupt: a signal came, and `work` has cleaned up.
    """
    import asyncio  # noqa: PLC0415 - a look at the index needs no loop, and this takes longer than that

    try:
        return asyncio.run(_with_signals(work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def run_without_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives, which waits for nothing but what `interruptible` does; a signal ends it where it is.

    Raises:
        KeyboardInterrupt: a signal came.
    """
    try:
        work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    work.close()
    raise AssertionError("it waits for something, which needs a loop")


async def interruptible(work: Callable[P, Result], /, *args: P.args, **named: P.kwargs) -> Result:
    """Do work that blocks the loop, here and now; a signal ends it where it is.

    The loop's own handlers would run only after the work, which may take a minute in a large repository.
    """
    before = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    try:
        return work(*args, **named)
    finally:
        for number, handler in before.items():
            # Back to the loop's handlers: only these wake a loop that sleeps.
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


async def _with_signals(work: Coroutine[Any, Any, Result]) -> Result:
    import asyncio  # noqa: PLC0415 - as above

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "called by asyncio.run"  # noqa: S101 - an invariant
    for number in SIGNALS:
        with suppress(NotImplementedError):  # Windows has no such handlers
            loop.add_signal_handler(number, task.cancel)
    return await work


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


M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def share_arenas() -> None:
    """From now on threads share the memory that they free, where the C library gives each of them some of its own (glibc).

    A server has a dozen threads that take turns: what one has freed would stay unused while another asks for more, and
    such memory grows for hours. Here they wait for each other anyway.
    """
    import ctypes  # noqa: PLC0415 - 10 ms, which no command needs

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
