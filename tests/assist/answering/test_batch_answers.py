"""Who is let through, and when. Nobody waits for time to pass: after some turns of the loop all is settled."""

from __future__ import annotations

import asyncio

from foreword.assist.answering.batch_answers import Gate


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_goes_alone_and_the_others_follow_as_many_as_may() -> None:
    gate, inside, counts = Gate(3), set[int](), list[int]()

    async def enter(n: int) -> None:
        await gate.enter()
        inside.add(n)

    tasks = [asyncio.create_task(enter(n)) for n in range(5)]
    await settle()
    counts.append(len(inside))
    await gate.warm()
    await settle()
    counts.append(len(inside))
    for _ in range(2):
        await gate.leave()
        await settle()
        counts.append(len(inside))
    await asyncio.gather(*tasks)
    assert [1, 3, 4, 5] == counts


async def test_when_the_first_one_fails_the_next_one_goes_alone() -> None:
    gate, inside, counts = Gate(4), list[int](), list[int]()

    async def enter(n: int) -> None:
        await gate.enter()
        inside.append(n)

    tasks = [asyncio.create_task(enter(n)) for n in range(3)]
    for _ in range(3):
        await settle()
        counts.append(len(inside))
        await gate.leave()
    await asyncio.gather(*tasks)
    assert [1, 2, 3] == counts


async def test_who_stops_waiting_takes_no_room() -> None:
    gate = Gate(1)
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await gate.leave()
    await asyncio.wait_for(gate.enter(), 10)
    assert True


async def test_one_at_a_time_stays_one_at_a_time_when_warm() -> None:
    gate = Gate(1)
    await gate.enter()
    await gate.warm()
    second = asyncio.create_task(gate.enter())
    await settle()
    is_waiting = not second.done()
    await gate.leave()
    await second
    assert is_waiting
