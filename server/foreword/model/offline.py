"""The offline provider: no model, no network. It says what it is told to say, over the same pipeline as the others.

The text comes from the index (the caller composes it); the cache, and so the money of its receipt, is simulated
by the caller's `account`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from foreword.core.reply import Finished, ReplyEvent, Started, TextDelta
from foreword.core.token_usage import Usage
from foreword.core.tokens import estimate


class OfflineProvider:
    """Answers every request with the text of `compose`, and with the usage that `account` gives for its body."""

    name = "offline"
    simulated = True

    def __init__(self, compose: Callable[[], str], account: Callable[[Mapping[str, Any]], Usage]) -> None:
        self._compose = compose
        self._account = account

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[ReplyEvent, None]:
        """The events of one answer, its text in paragraphs."""
        usage, message_id = self._account(body), f"offline_{uuid4().hex}"
        yield Started(message_id, usage, str(body["model"]))
        text = self._compose()
        for paragraph in text.splitlines(keepends=True):
            yield TextDelta(paragraph)
        content = ({"type": "text", "text": text},)
        yield Finished(message_id, content, "end_turn", replace(usage, output=estimate(text)))

    async def aclose(self) -> None:
        """Does nothing, for nothing is open; here because every provider is closed."""
