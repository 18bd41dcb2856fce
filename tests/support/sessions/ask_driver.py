"""Asks the stand-in for the Messages API through the Anthropic provider and the real SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from foreword.core.errors import ModelError
from foreword.core.reply import Finished, ReplyEvent, TextDelta
from foreword.model.messages_api.api_transport import Ports
from foreword.model.messages_api.messages import MessagesProvider
from foreword.model.messages_api.retry_policy import Patience
from foreword.model.provider import open_provider
from messages_api import MessagesApi


def body_of(question: str = "What is this?", **more: object) -> dict[str, Any]:
    return {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": [{"type": "text", "text": question}]}],
        **more,
    }


@dataclass
class Asker:
    """Asks the stand-in through the real SDK; pauses are recorded instead of waited for."""

    api: MessagesApi
    pauses: list[float] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=dict)
    key: str | None = "key"
    url: str = ""

    @asynccontextmanager
    async def provider(self, **patience: float) -> AsyncIterator[MessagesProvider]:
        async def rest(seconds: float) -> None:
            self.pauses.append(seconds)

        limits = Patience(**{"deadline": 20.0, **patience})  # type: ignore[arg-type]
        async with open_provider(
            "anthropic",
            environ=self.environ,
            base_url=self.url or self.api.url,
            api_key=self.key,
            patience=limits,
            ports=Ports(sleep=rest, chance=lambda: 0.0),
        ) as provider:
            yield provider

    async def events(self, body: Mapping[str, Any] | None = None, **patience: float) -> list[ReplyEvent]:
        async with (
            self.provider(**patience) as provider,
            aclosing(provider.stream(body or body_of())) as events,
        ):
            return [event async for event in events]

    def ask(self, body: Mapping[str, Any] | None = None, **patience: float) -> list[ReplyEvent]:
        return asyncio.run(self.events(body, **patience))

    def finish(self, body: Mapping[str, Any] | None = None, **patience: float) -> Finished:
        last = self.ask(body, **patience)[-1]
        assert isinstance(last, Finished)
        return last

    def fail(self, body: Mapping[str, Any] | None = None, **patience: float) -> ModelError:
        with pytest.raises(ModelError) as caught:
            self.ask(body, **patience)
        assert "\n" not in str(caught.value)
        return caught.value


def text_of(events: list[ReplyEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
