"""One small text from a URL that the user configured, within bounds; never one that a project named."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from foreword.core.documents.uri import without_credentials
from foreword.core.errors import ConfigError, ModelUnavailable
from foreword.model.messages_api.credentials import is_loopback

if TYPE_CHECKING:
    import httpx2

SECONDS = 5.0
"""For the whole of it."""
OK = 200


def is_url(place: str) -> bool:
    """Whether a place is a URL, and not a file."""
    return "://" in place


def download_text(url: str, limit: int) -> str:
    """The text at a URL, `limit` bytes at most; blocks for some seconds.

    Raises:
        ConfigError: the URL is not one that is fetched.
        ModelUnavailable: it can't be had now; the message says why, without credentials.
    """
    # What bounds somebody's money is not taken from whoever stands in between.
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise ConfigError(f"{without_credentials(url)} is no https URL")
    import httpx2  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        return _download(httpx2.Client(timeout=SECONDS, trust_env=not is_loopback(url)), url, limit)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        reason = type(error).__name__ if not str(error) else str(error)
        raise ModelUnavailable(" ".join(reason.split())[:120]) from error


def _download(client: httpx2.Client, url: str, limit: int) -> str:
    until = time.monotonic() + SECONDS
    # A redirect could lead to another host, or away from https.
    with client, client.stream("GET", url, follow_redirects=False) as response:
        if response.status_code != OK:
            raise ModelUnavailable(f"HTTP {response.status_code}")
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > limit:
                raise ModelUnavailable(f"it is larger than {limit:,} bytes")
            if time.monotonic() > until:
                raise ModelUnavailable(f"it takes longer than {SECONDS:g} s")
    return body.decode()
