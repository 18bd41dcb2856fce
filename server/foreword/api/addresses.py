"""Addresses that a server listens on: those of this machine, unless the user says otherwise."""

from __future__ import annotations

from foreword.core.errors import UsageError

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
