"""The SDK's own clients, opened by a provider's name, and what the environment says of proxies and certificates."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Literal, TypedDict
from urllib.parse import urlsplit

import anthropic
import httpx2

from foreword.core.documents.uri import without_credentials
from foreword.core.errors import ConfigError, CredentialsError
from foreword.model.catalog.provider_info import OWN_API, PROVIDER_INFO, is_own_api
from foreword.model.messages_api.api_errors import Endpoint, quote
from foreword.model.messages_api.api_transport import Client, Ports
from foreword.model.messages_api.credentials import checked_key, credential_source, is_loopback
from foreword.model.messages_api.messages import MessagesProvider
from foreword.model.messages_api.retry_policy import Patience

NO_KEY = "none"
"""Sent to an endpoint that was named and for which no key is set: the SDK refuses to send nothing."""


def connect(
    name: str,
    *,
    environ: Mapping[str, str],
    base_url: str,
    api_key: str | None,
    patience: Patience,
    ports: Ports | None,
) -> MessagesProvider:
    """The provider of this name; see `provider.open_provider`, which imports this module when it is needed."""
    # The variable is Anthropic's own; the clouds have others, which the SDK reads.
    url = _base_url(name, base_url or environ.get("ANTHROPIC_BASE_URL", "") * is_own_api(name))
    # Else the client would give up on a local engine that reads a long prompt without a byte.
    silence = max(patience.silence, patience.first_event)
    timeout = httpx2.Timeout(patience.deadline, connect=patience.connect, read=silence)
    keys = Keys(
        checked_key(api_key, "the key that was given") or _placeholder(name, environ, base_url), environ
    )
    try:
        client = OPENERS[name](url, keys, timeout)
    except (httpx2.InvalidURL, anthropic.AnthropicError, ValueError, OSError, ImportError) as error:
        raise _not_opened(error, name, url, environ) from error
    # Asked of the client, because the URL may come from the SDK's own variables.
    if client.base_url.scheme not in {"http", "https"}:
        raise ConfigError(
            f"The base URL {without_credentials(str(client.base_url))} must begin with http:// or https://: check model.url."
        )
    source = (
        "the key that was given" if api_key else PROVIDER_INFO[name].key_source or credential_source(environ)
    )
    place = Endpoint(name, without_credentials(str(client.base_url)).rstrip("/"), source)
    return MessagesProvider(client, place, patience, ports or Ports(strangers=_library_errors(name)))


def _not_opened(
    error: Exception, name: str, url: str | None, environ: Mapping[str, str]
) -> ConfigError | CredentialsError:
    fault = environment_fault(error, environ)
    if fault is not None:
        return fault
    if isinstance(error, httpx2.InvalidURL):
        return ConfigError(f"The base URL {without_credentials(url or '')!r} is not usable: check model.url.")
    return CredentialsError(f"Can't open {name}: {quote(str(error))}.")


def _base_url(name: str, url: str) -> str | None:
    """The URL without the path that every request adds; many tools want it there, or whole."""
    if not is_own_api(name):
        return url or None
    bare = url.rstrip("/")
    for ending in ("/messages", "/v1"):
        bare = bare.removesuffix(ending).rstrip("/")
    return bare or None


def _placeholder(name: str, environ: Mapping[str, str], base_url: str) -> str | None:
    is_named = bool(base_url) or is_loopback(environ.get("ANTHROPIC_BASE_URL", ""))
    is_keyless = is_own_api(name) and is_named and credential_source(environ) is None
    return NO_KEY if is_keyless else None


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that was given, and the environment that may hold others."""

    given: str | None
    environ: Mapping[str, str]

    def variable(self, name: str) -> str | None:
        """A key of the environment without the white space around it, as files and shells leave it.

        Raises:
            CredentialsError: it can't be one.
        """
        return checked_key(self.environ.get(name), name)


def _http(url: str | None, timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    """What carries the requests: to the endpoint that was named and to no other.

    A redirect would carry prompt and key to wherever it says. For an engine on this machine no proxy is asked: the text of
    a user who chose it is not to leave, and `NO_PROXY=localhost` does not cover 127.0.0.1. It is opened before the SDK's
    client, which complains on standard error when it is half open.
    """
    host = urlsplit(url or "").hostname or ""
    direct = {f"all://[{host}]" if ":" in host else f"all://{host}": None} if is_loopback(url or "") else {}
    return anthropic.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False, mounts=direct)


class _ClientOptions(TypedDict):
    """What every client is opened with, whoever provides."""

    timeout: httpx2.Timeout
    http_client: httpx2.AsyncClient
    max_retries: int
    open_telemetry: Literal[False]


def _usual(url: str | None, timeout: httpx2.Timeout) -> _ClientOptions:
    # Retries are ours (`retry_policy`): how long a request may take is a setting.
    return _ClientOptions(
        timeout=timeout, http_client=_http(url, timeout), max_retries=0, open_telemetry=False
    )


def _anthropic(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    key = keys.given or keys.variable("ANTHROPIC_API_KEY")
    # The SDK sends both where it has both, and a key that was given is meant alone.
    token = None if keys.given else keys.variable("ANTHROPIC_AUTH_TOKEN")
    return anthropic.AsyncAnthropic(
        base_url=url,
        api_key=key,
        auth_token=token,
        **_usual(url, timeout),
    )


def _bedrock(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    return anthropic.AsyncAnthropicBedrock(
        base_url=url,
        api_key=keys.given,
        **_usual(url, timeout),
    )


def _vertex(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    return anthropic.AsyncAnthropicVertex(
        base_url=url,
        access_token=keys.given,
        **_usual(url, timeout),
    )


def _mantle(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    """Claude in Amazon Bedrock by its own Messages API: ids begin with `anthropic.`."""
    return anthropic.AsyncAnthropicBedrockMantle(
        base_url=url,
        api_key=keys.given,
        **_usual(url, timeout),
    )


def _aws(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    """The Claude Platform on AWS: Anthropic's own API, billed by AWS."""
    return anthropic.AsyncAnthropicAWS(
        base_url=url,
        api_key=keys.given,
        **_usual(url, timeout),
    )


def _google_cloud(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    """Claude on Google Cloud, managed by Anthropic: its own API, billed by Google."""
    given = keys.given
    return anthropic.AsyncAnthropicGoogleCloud(
        base_url=url,
        token_provider=None if given is None else lambda: given,
        **_usual(url, timeout),
    )


def _foundry(url: str | None, keys: Keys, timeout: httpx2.Timeout) -> Client:
    key = keys.given or keys.variable("ANTHROPIC_FOUNDRY_API_KEY")
    if url is None:
        return anthropic.AsyncAnthropicFoundry(
            api_key=key,
            **_usual(url, timeout),
        )
    return anthropic.AsyncAnthropicFoundry(
        base_url=url,
        api_key=key,
        **_usual(url, timeout),
    )


OPENERS: Mapping[str, Callable[[str | None, Keys, httpx2.Timeout], Client]] = {
    OWN_API: _anthropic,
    "aws": _aws,
    "bedrock": _bedrock,
    "foundry": _foundry,
    "google-cloud": _google_cloud,
    "mantle": _mantle,
    "vertex": _vertex,
}
"""How the client of each provider is opened: with a URL, if one is given, and keys."""


def _library_errors(name: str) -> tuple[type[Exception], ...]:
    """What a cloud's own library, or the SDK's code for it, raises when its credentials are of no use."""
    known = PROVIDER_INFO[name].library_error
    if known is None:
        return ()
    module, error = known
    own = (RuntimeError, ValueError)
    # With a key of its own a cloud is reached without its library.
    return (*own, getattr(import_module(module), error)) if find_spec(module.partition(".")[0]) else own


PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def environment_fault(error: Exception, environ: Mapping[str, str]) -> ConfigError | None:
    """The error of a client that could not be opened, where it comes from a variable; None where it does not.

    Values are never told: the URL of a proxy may hold a password.
    """
    match error:
        # The client imports what SOCKS needs when it reads the variable, and not before.
        case ImportError():
            names = (name for name, value in _proxies(environ) if value.lower().startswith("socks"))
            return _needs_socks(next(names, None))
        case ssl.SSLError() | OSError():
            set_ones = [name for name in CERTIFICATES if environ.get(name)]
            return (
                ConfigError(
                    f"The certificates of {' and '.join(set_ones)} can't be read ({_reason(error)}): correct it, or unset it"
                )
                if set_ones
                else None
            )
        case httpx2.InvalidURL() | ValueError():
            return _wrong_proxy(environ) or _wrong_exception(environ)
    return None


def _needs_socks(name: str | None) -> ConfigError | None:
    return (
        None
        if name is None
        else ConfigError(
            f"{name} names a SOCKS proxy, for which a package is missing: `pip install socksio`, or unset {name}"
        )
    )


def _wrong_proxy(environ: Mapping[str, str]) -> ConfigError | None:
    for name, value in _proxies(environ):
        try:
            httpx2.Proxy(value if "://" in value else f"http://{value}")
        except (httpx2.InvalidURL, ValueError):
            return ConfigError(
                f"{name} is not the URL of a proxy that can be used: write http://HOST:PORT (in a password, # is %23 "
                "and @ is %40), or unset it"
            )
    return None


def _wrong_exception(environ: Mapping[str, str]) -> ConfigError | None:
    for name in ("NO_PROXY", "no_proxy"):
        for host in environ.get(name, "").split(","):
            if "[" in host or "]" in host:
                return ConfigError(f"{name} has {host.strip()!r}: write an IPv6 address without brackets")
    return None


def _proxies(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in PROXIES:
        # Both spellings are in use, and clients read both.
        for written in (name, name.lower()):
            if environ.get(written):
                yield written, environ[written]


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "no certificate in it"
    return (isinstance(error, OSError) and error.strerror) or "not a file of certificates"
