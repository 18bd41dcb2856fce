"""Opening the provider that a name stands for, and the offline one, which says what it is told to say.

The text comes from the index (the caller composes it); the cache, and so the money of its receipt, is simulated
by the caller's `account`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from foreword.core.errors import ConfigError
from foreword.core.reply import Finished, ReplyEvent, Started, TextDelta
from foreword.core.tokens import Usage, estimate
from foreword.model.catalog.provider_info import PROVIDER_INFO
from foreword.model.messages_api.retry_policy import Patience

if TYPE_CHECKING:
    from foreword.model.messages_api.api_transport import Ports
    from foreword.model.messages_api.messages import MessagesProvider


def open_provider(
    name: str,
    *,
    environ: Mapping[str, str],
    base_url: str = "",
    api_key: str | None = None,
    patience: Patience | None = None,
    ports: Ports | None = None,
) -> MessagesProvider:
    """The provider of this name (a key of `PROVIDER_INFO`), ready to answer; the caller closes it.

    Without `base_url` and `api_key` the SDK's own environment variables hold; `environ` must be that environment.
    The first call imports the SDK, which takes a second or more: keep it off an event loop that must stay quick.

    Raises:
        ConfigError: the name or the URL is not usable, or the provider's extra is not installed.
        CredentialsError: the provider can't be opened without more in the environment.
    """
    if name not in PROVIDER_INFO:
        raise ConfigError(f"Unknown provider {name!r}: choose one of {', '.join(PROVIDER_INFO)}, offline.")
    package = PROVIDER_INFO[name].package
    if package is not None and not _is_installed(package):
        raise ConfigError(f"Provider {name!r} needs more packages: pip install 'foreword[{name}]'.")
    from foreword.model.messages_api.sdk_clients import connect  # noqa: PLC0415 - the SDK is slow to import

    return connect(
        name,
        environ=environ,
        base_url=base_url,
        api_key=api_key,
        patience=patience or Patience(),
        ports=ports,
    )


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    # To find `google.auth` Python imports `google` first, which may be missing.
    except ModuleNotFoundError:
        return False


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
