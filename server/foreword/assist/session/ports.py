"""What the features need from outside, by name: a model that answers, the time, and where slow work is done."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from foreword.core.reply import ReplyEvent
    from foreword.core.tokens import Usage
    from foreword.model.messages_api.message_batches import MessageBatches
    from foreword.prefix.policy.gap_model import Signals

P = ParamSpec("P")
T = TypeVar("T")

Clock = Callable[[], float]
"""A function that gives the time in Unix seconds; tests bring one of their own."""

Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""A coroutine function that waits for so many seconds, as `asyncio.sleep`; tests bring their own."""

Signs = Callable[[], "Signals"]
"""The activity in the user's editor as it is now; times in Unix seconds."""

Consent = Callable[[str], Awaitable[bool]]
"""Asks the user a question, to be answered with yes or no."""

NO_DOOR = "the program that opened it has to grant trust"


async def _sleep(seconds: float) -> None:
    import asyncio  # noqa: PLC0415 - what never waits never imports it

    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Time:
    """Where the time comes from, and what passes it."""

    now: Clock = time.time
    sleep: Sleep = _sleep


REAL_TIME = Time()


class Provider(Protocol):
    """Answers requests.

    `stream` takes the exact Messages body without `stream` and raises a `ModelError` if there is no answer.
    Closing the generator (or cancelling its task) closes the connection.
    """

    @property
    def name(self) -> str:
        """The provider's name, as in the settings."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether its cache is simulated, and so its costs are not real."""
        ...

    def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[ReplyEvent, None]:
        """The events of one answer."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


class Warmer(Provider, Protocol):
    """A provider whose cache can be written without an answer."""

    async def warm(self, body: Mapping[str, Any]) -> Usage:
        """Write or read the body's cached prefix, and say what it used; a `ModelError` if that was not done."""
        ...

    @property
    def batches(self) -> MessageBatches:
        """The Message Batches of the endpoint."""
        ...

    async def models(self) -> tuple[Mapping[str, Any], ...]:
        """The models that the endpoint lists, as it describes them; a `ModelError` if it does not."""
        ...


class Runner(Protocol):
    """Does work that blocks (git, files, parsing, search) where it may: in place, or in a thread."""

    def __call__(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> Awaitable[T]:
        """The result of the work."""
        ...


def gone() -> Signals:
    """The signals (a `Signs`) of a command that ends with its answer: closed, so nothing is kept warm."""
    from foreword.prefix.policy.gap_model import Signals  # noqa: PLC0415 - only what may keep a prefix warm asks

    return Signals(closed=True)


# The default everywhere, so that a front door that forgot to ask sends nothing.
async def refuse(_question: str) -> bool:
    """No, where there is nobody to ask (a `Consent`)."""
    return False


async def agree(_question: str) -> bool:
    """Yes, without asking (a `Consent`): the user said so beforehand."""
    return True


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether anything of a workspace may be sent to a provider; what nobody grants is refused.

    `granted` says what is known without asking anybody. `ask` is given the provider's name and may ask the user.
    `remedy` tells the user what to do about a refusal.
    """

    granted: Callable[[], bool]
    ask: Consent = refuse
    remedy: str = NO_DOOR

    def without_asking(self) -> Trust:
        """The same for what happens by itself: it never interrupts the user."""
        return replace(self, ask=refuse)


UNTRUSTED = Trust(lambda: False)
TRUSTED = Trust(lambda: True)
"""For a program whose user said so by what they ran."""


async def in_place(work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """Do it here and now: for a process that has nothing else to do."""
    return work(*args, **named)
