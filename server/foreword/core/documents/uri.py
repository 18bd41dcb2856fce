r"""URIs of files and the paths that they stand for (https://www.rfc-editor.org/rfc/rfc8089), and URLs of endpoints as they may be shown.

file:///srv/a/b%20c.py    /srv/a/b c.py
file:///c%3A/x/y.py        C:\x\y.py on Windows; editors write the colon both ways, and the drive in both cases
file://server/share/y.py   \\server\share\y.py on Windows
untitled:Untitled-1        no path
"""

from __future__ import annotations

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote_to_bytes, urlsplit

_DRIVE = re.compile(r"/([A-Za-z]):(?=/|$)")
_KEPT = "/!$&'()*+,;=:@~"
"""Characters that stand for themselves in a path (RFC 3986, `pchar`)."""


def path_of_uri(uri: str, *, windows: bool) -> str | None:
    """The absolute path of a `file:` URI, None for anything else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or not parts.path.startswith("/"):
        return None
    # `file:` URIs have no query: a "?" that was not escaped belongs to a file's name.
    path = _unquoted(parts.path + (f"?{parts.query}" if parts.query else ""))
    # No file system takes it, and Python raises `ValueError` for it.
    if "\0" in path:
        return None
    return _windows_path(parts.netloc, path) if windows else path


def uri_of_path(path: str, *, windows: bool) -> str:
    """The `file:` URI of an absolute path, in the form that VS Code and Neovim read."""
    pure: PurePath = PureWindowsPath(path) if windows else PurePosixPath(path)
    raw = pure.as_posix().encode("utf-8", "surrogateescape")
    # The server of a network path is the host of its URI.
    if windows and raw.startswith(b"//"):
        return "file:" + quote(raw, safe=_KEPT)
    return "file://" + ("/" if windows else "") + quote(raw, safe=_KEPT)


def uri_key(uri: str, *, ignores_case: bool = False) -> str:
    """One name for all ways to write the URI of the same document.

    `ignores_case`: paths of files that differ in case only are the same, as on Windows.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    if parts.scheme.lower() != "file":
        return uri
    path = _DRIVE.sub(lambda match: f"/{match[1].lower()}:", _unquoted(parts.path), count=1)
    query = f"?{_unquoted(parts.query)}" if parts.query else ""
    key = f"file://{parts.netloc.lower()}{path}{query}"
    return key.casefold() if ignores_case else key


def _unquoted(path: str) -> str:
    # A name on disk may be no UTF-8: its bytes come back as they were.
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


def _windows_path(host: str, path: str) -> str:
    if host and host.lower() != "localhost":
        return f"//{host}{path}".replace("/", "\\")
    drive = _DRIVE.match(path)
    return (f"{drive[1].upper()}:{path[3:]}" if drive else path).replace("/", "\\")


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
