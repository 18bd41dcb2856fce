"""URLs of endpoints, as they may be shown."""

from __future__ import annotations


def without_credentials(url: str) -> str:
    """A URL as it may be shown and kept: without user, password, query and fragment, any of which can hold a key."""
    plain = url.partition("?")[0].partition("#")[0]
    scheme, mark, rest = plain.partition("://")
    # The last "@" ends the credentials: a password may hold one that is not escaped.
    if not mark:
        return plain.rpartition("@")[2]
    host, slash, path = rest.partition("/")
    # A "/" in a password moves the rest of it into the path.
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.rpartition('@')[2]}"
