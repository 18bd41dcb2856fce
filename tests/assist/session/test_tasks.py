from __future__ import annotations

import asyncio

from foreword.assist.session.tasks import Coalesce


def test_however_often_work_is_asked_for_one_runs_and_one_waits() -> None:
    async def run() -> int:
        begun, go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)

        async def work() -> None:
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
        return coalesce.n_runs

    assert 2 == asyncio.run(run())
