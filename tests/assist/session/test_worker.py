from __future__ import annotations

import asyncio

import pytest

from foreword.assist.session.worker import Worker


def fail() -> None:
    raise ZeroDivisionError("on purpose")


def test_what_goes_wrong_in_the_thread_is_raised_where_it_is_waited_for() -> None:
    async def run() -> int:
        worker = Worker("test")
        with pytest.raises(ZeroDivisionError, match="on purpose"):
            await asyncio.wait_for(worker.run(fail), 10)
        result = await asyncio.wait_for(worker.run(lambda: 5), 10)
        worker.close()
        assert worker.join(10)
        return result

    assert 5 == asyncio.run(run())
