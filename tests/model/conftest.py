from __future__ import annotations

from collections.abc import Iterator

import pytest

from ask_driver import Asker
from messages_api import MessagesApi


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


@pytest.fixture
def asker(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> Asker:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return Asker(api)
