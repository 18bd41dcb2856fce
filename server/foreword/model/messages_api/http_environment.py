"""What the environment says of proxies and certificates, and which variable is at fault where no client can be opened."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping

import httpx2

from foreword.core.errors import ConfigError

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
