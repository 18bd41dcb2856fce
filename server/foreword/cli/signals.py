"""Running a command's asynchronous part so that Ctrl-C and SIGTERM cancel it, whenever they arrive."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
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
    try:
        return asyncio.run(_with_signals(work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


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
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "called by asyncio.run"  # noqa: S101 - an invariant
    for number in SIGNALS:
        with suppress(NotImplementedError):  # Windows has no such handlers
            loop.add_signal_handler(number, task.cancel)
    return await work
