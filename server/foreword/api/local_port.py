"""A port of this machine that a server listens on: its address, and the token that a client shows before anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe

from foreword.core.errors import ConfigError, UsageError, unwritable
from foreword.storage.directories import find_places, make_private_folder, name_digest, write_private

LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


def parse_address(written: str, *, allow_remote: bool) -> tuple[str, int]:
    """`HOST:PORT`, `[IPv6]:PORT`; port 0 takes a free one.

    Raises:
        UsageError: it is no address, or not one of this machine.
    """
    host, colon, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the largest port
        raise UsageError(f"{written!r} is no address: write HOST:PORT, such as 127.0.0.1:7007")
    if host not in LOOPBACK and not allow_remote:
        raise UsageError(
            f"{host} can be reached from other machines, and what it sends is not encrypted: use 127.0.0.1, or --allow-remote"
        )
    return host, int(port)


TOKEN_BYTES = 32
KEY = "token"
"""The key of `initializationOptions` under which a client shows it."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A secret of this process, and the file (for its user only) where clients find it."""

    secret: str
    file: Path

    def is_shown_by(self, header: str) -> bool:
        """Whether an HTTP `Authorization` header shows the token."""
        kind, _, shown = header.partition(" ")
        # In constant time: how long a refusal takes must not tell how much of a guess was right.
        return kind.lower() == "bearer" and compare_digest(
            shown.strip().encode(errors="replace"), self.secret.encode()
        )

    def admits(self, body: bytes | str) -> bool:
        """Whether a message is an `initialize` that shows the token."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            return False
        for key in ("params", "initializationOptions"):
            if isinstance(message, dict) and (key != "params" or message.get("method") == "initialize"):
                message = message.get(key)
        shown = message.get(KEY) if isinstance(message, dict) else None
        # Half a surrogate pair can stand in JSON: "replace", since it has no UTF-8.
        return isinstance(shown, str) and compare_digest(shown.encode(errors="replace"), self.secret.encode())


@contextmanager
def access_token(address: str, environ: Mapping[str, str]) -> Iterator[AccessToken]:
    """A new token for a port at `address`, in a file that is removed at the end.

    Raises:
        ConfigError: the file can't be written.
    """
    folder = find_places(environ).data / "serve"
    token = AccessToken(token_urlsafe(TOKEN_BYTES), folder / f"{name_digest(address)}.token")
    try:
        make_private_folder(folder)
        # A new file: who holds the one before open would else read this token from it.
        token.file.unlink(missing_ok=True)
        write_private(token.file, token.secret.encode() + b"\n")
    except OSError as error:
        raise ConfigError(f"no token for clients: {unwritable(token.file, error)}") from error
    try:
        yield token
    finally:
        with suppress(OSError):
            token.file.unlink()
