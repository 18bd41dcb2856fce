from __future__ import annotations

import asyncio

from foreword.assist.session.coalesce import Coalesce


def test_however_often_work_is_asked_for_one_runs_and_one_waits() -> None:
    async def run() -> int:
        begun, go_on, runs = asyncio.Semaphore(0), asyncio.Semaphore(0), list[None]()

        async def work() -> None:
            runs.append(None)
            begun.release()
            await go_on.acquire()

        coalesce = Coalesce(work)
        serving = asyncio.ensure_future(coalesce.serve())
        coalesce.ask()
        await begun.acquire()
        for _ in range(1000):
            coalesce.ask()
        go_on.release()
        await begun.acquire()
        go_on.release()
        await asyncio.wait([serving], timeout=0)
        serving.cancel()
        return len(runs)

    assert 2 == asyncio.run(run())
