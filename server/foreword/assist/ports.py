"""What the features need from outside, by name: a model that answers, the time, and where slow work is done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, ParamSpec, Protocol, TypeVar

from foreword.core.reply import ReplyEvent

P = ParamSpec("P")
T = TypeVar("T")

Clock = Callable[[], float]
"""Unix seconds."""


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


class Runner(Protocol):
    """Does work that blocks (git, files, parsing, search) where it may: in place, or in a thread."""

    def __call__(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> Awaitable[T]:
        """The result of the work."""
        ...


async def in_place(work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """Do it here and now: for a process that has nothing else to do."""
    return work(*args, **named)
