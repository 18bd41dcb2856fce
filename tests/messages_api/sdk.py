"""The stand-in through the real SDK, as a program uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anthropic

from messages_api import MessagesApi
from messages_api.probe import make_body

Result = TypeVar("Result")


def with_sdk(api: MessagesApi, work: Callable[[anthropic.AsyncAnthropic], Awaitable[Result]]) -> Result:
    """The result of `work` with a client that never retries."""

    async def run() -> Result:
        async with anthropic.AsyncAnthropic(api_key="any", base_url=api.url, max_retries=0) as client:
            return await work(client)

    return asyncio.run(run())


def create(api: MessagesApi, **changes: object) -> anthropic.types.Message:
    """The answer to one request without a stream."""
    return with_sdk(api, lambda client: client.messages.create(**make_body(**changes)))


def stream(api: MessagesApi, **changes: object) -> tuple[list[str], anthropic.types.Message]:
    """The types of all raw events (pings are swallowed by the SDK), and the message that they add up to."""

    async def work(client: anthropic.AsyncAnthropic) -> tuple[list[str], anthropic.types.Message]:
        async with client.messages.stream(**make_body(**changes)) as events:
            kinds = [str(event.type) async for event in events]
            return kinds, await events.get_final_message()

    return with_sdk(api, work)
