"""One open provider for many questions: its connection stays, so that the next question need not make one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager

from foreword.assist.session.ports import Warmer
from foreword.core.errors import CredentialsError

Opener = Callable[[], Awaitable[Warmer]]


class Pool:
    """Lends the provider that was opened last to whoever asks for the same one; owned by the event loop.

    A provider that nobody asks for any more is closed when the last one who uses it gives it back.
    """

    def __init__(self) -> None:
        self._key: Hashable = None
        self._provider: Warmer | None = None
        self._users: dict[int, int] = {}
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def lend(self, key: Hashable, open_it: Opener) -> AsyncIterator[Warmer]:
        """The provider that `key` names, opened if it is another one than the last."""
        async with self._opening:
            if self._provider is None or self._key != key:
                # Opened before the old one goes: if this fails, the old one is still there.
                provider = await open_it()
                await self._retire()
                self._key, self._provider = key, provider
            provider = self._provider
            # By identity: two providers may be open at once, the one in the pool and one that still streams.
            self._users[id(provider)] = self._users.get(id(provider), 0) + 1
        try:
            yield provider
        except CredentialsError:
            if provider is self._provider:  # the next one may find a key that is right
                self._provider = None
            raise
        finally:
            self._users[id(provider)] -= 1
            # An answer that is still streaming over a retired provider keeps it open.
            if provider is not self._provider and not self._users[id(provider)]:
                del self._users[id(provider)]
                await provider.aclose()

    async def aclose(self) -> None:
        """Close what nobody uses; the rest is closed when it is given back."""
        async with self._opening:
            await self._retire()

    async def _retire(self) -> None:
        provider, self._provider = self._provider, None
        if provider is not None and not self._users.get(id(provider)):
            self._users.pop(id(provider), None)
            await provider.aclose()
