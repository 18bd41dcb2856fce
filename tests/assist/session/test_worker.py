from __future__ import annotations

import asyncio

import pytest

from foreword.assist.session.worker import Coalesce, Worker


def fail() -> None:
    raise ZeroDivisionError("on purpose")


async def test_what_goes_wrong_in_the_thread_is_raised_where_it_is_waited_for() -> None:
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        await asyncio.wait_for(worker.run(fail), 10)
    result = await asyncio.wait_for(worker.run(lambda: 5), 10)
    worker.close()
    assert worker.join(10)
    assert 5 == result


async def test_however_often_work_is_asked_for_one_runs_and_one_waits() -> None:
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
    assert 2 == len(runs)
