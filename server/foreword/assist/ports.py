"""What the features need from outside, by name: a model that answers, and the time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Protocol

from foreword.core.reply import ReplyEvent

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
