"""`foreword serve` on standard input and output, where time stands still unless a test lets it pass.

python clocked_server.py PORT NOW        (see `clocked.py`, which is the other end)

It connects to PORT of 127.0.0.1. Each line "T N" sets the clock to T (Unix seconds), wakes who sleeps until then, and is
answered with the time at which the next sleeper wants to be woken, as soon as N of them sleep.
"""

from __future__ import annotations

import asyncio
import os
import sys

from foreword.assist.session.ports import Time
from foreword.lsp.transport.serve_client import serve_stdio

LOOP_TURNS = 50
"""More than it takes until a task that was woken goes on."""


class StandingTime:
    """A clock that is set; who sleeps is known by when they want to be woken."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._news = asyncio.Event()

    def now(self) -> float:
        """Unix seconds."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Until the clock is set to so many seconds from now."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[mine] = self._now + seconds
        self._news.set()
        try:
            await mine
        finally:
            self._sleepers.pop(mine, None)

    async def pass_until(self, now: float, n_sleepers: int) -> float:
        """Set the clock, and wait until so many sleep (again); when the next of them wants to be woken."""
        self._now = now
        for sleeper in [one for one, due in self._sleepers.items() if due <= now]:
            del self._sleepers[sleeper]
            sleeper.set_result(None)
        for _ in range(LOOP_TURNS):
            await asyncio.sleep(0)
        while len(self._sleepers) != n_sleepers:
            self._news.clear()
            await self._news.wait()
        return min(self._sleepers.values(), default=float("inf"))


async def obey(port: int, time: StandingTime) -> None:
    """Let time pass as the test says, until it goes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while line := await reader.readline():
        now, n_sleepers = line.split()
        due = await time.pass_until(float(now), int(n_sleepers))
        writer.write(f"{due!r}\n".encode())
    writer.close()


async def main(port: int, now: float) -> int:
    """Serve one client, as `foreword serve` does."""
    time = StandingTime(now)
    obeying = asyncio.ensure_future(obey(port, time))
    try:
        return await serve_stdio(Time(time.now, time.sleep))
    finally:
        obeying.cancel()


if __name__ == "__main__":
    code = asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
    sys.stderr.flush()
    os._exit(code)  # as the command ends: some thread may still wait
