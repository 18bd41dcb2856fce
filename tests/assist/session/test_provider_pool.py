from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from foreword.assist.session.provider_pool import Pool
from foreword.core.errors import CredentialsError
from foreword.core.reply import ReplyEvent
from foreword.core.tokens import Usage
from foreword.model.messages_api.message_batches import MessageBatches


class Line:
    """A provider that knows whether it is open, and never answers."""

    name, simulated = "line", False

    def __init__(self) -> None:
        self.is_open = True

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[ReplyEvent, None]:
        raise AssertionError(body)
        yield

    async def warm(self, body: Mapping[str, Any]) -> Usage:
        raise AssertionError(body)

    @property
    def batches(self) -> MessageBatches:
        raise AssertionError

    async def models(self) -> tuple[Mapping[str, Any], ...]:
        raise AssertionError

    async def aclose(self) -> None:
        self.is_open = False


async def open_line() -> Line:
    return Line()


async def refuse() -> Line:
    raise CredentialsError("no key")


async def test_the_next_question_gets_the_same_provider_until_the_pool_is_closed() -> None:
    pool = Pool()
    async with pool.lend("a", open_line) as first:
        pass
    async with pool.lend("a", open_line) as second:
        assert first is second
    assert isinstance(second, Line)
    assert second.is_open
    await pool.aclose()
    assert not second.is_open


async def test_another_one_takes_its_place_and_the_old_one_is_closed_when_its_last_user_is_done() -> None:
    pool = Pool()
    async with AsyncExitStack() as users:
        old = await users.enter_async_context(pool.lend("a", open_line))
        also = await users.enter_async_context(pool.lend("a", open_line))
        async with pool.lend("b", open_line) as new:
            assert old is also is not new
            assert isinstance(old, Line)
            assert old.is_open
    assert not old.is_open
    assert isinstance(new, Line)
    assert new.is_open
    await pool.aclose()
    assert not new.is_open


async def test_closing_leaves_whoever_is_at_it_the_provider_to_the_end() -> None:
    pool = Pool()
    async with pool.lend("a", open_line) as provider:
        await pool.aclose()
        assert isinstance(provider, Line)
        assert provider.is_open
    assert not provider.is_open


async def test_one_that_can_not_be_opened_leaves_the_last_one() -> None:
    pool = Pool()
    async with pool.lend("a", open_line) as first:
        pass
    with pytest.raises(CredentialsError):
        async with pool.lend("b", refuse):
            raise AssertionError
    async with pool.lend("a", open_line) as again:
        assert first is again
    await pool.aclose()
