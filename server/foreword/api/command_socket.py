"""The socket at which a running server answers the command line: where it is, who may use it, and what is said there.

    client                                    server
    {"environment", "command", "arguments"}   {"accepted"}, or {"declined"}: then nothing was done
    {"go"}                                    {"event"}, {"consent"} ... and at last {"result"} or {"error"}

One JSON object a line. The name of the socket stands for the workspace, the release and the place of its code, and the
user's data: who finds it has the same of all three. Nothing is done before the client says `go`, so whoever lost patience
has ordered nothing. Only on POSIX: the permissions of the folder and the ids of users keep others away.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from foreword import __version__

HANDED_OVER = frozenset({"symbols", "search", "map", "context", "status", "forecast", "why", "ask"})
"""Commands that a running server can do as well: they read no input, write no file, and need no terminal but for a yes."""
SENDING = frozenset({"ask"})
"""Those of them that may cost money: they are never done a second time by themselves."""
MAX_LINE = 64_000_000
LONGEST_NAME = 100
"""Bytes of the path of a socket; the kernels' own bounds are 104 and 108."""
_BEGINNINGS = (
    "FOREWORD_", "ANTHROPIC_", "CLAUDE_", "AWS_", "GOOGLE_", "AZURE_", "OTEL_", "GIT_", "XDG_", "SSL_", "CLOUD_ML_", "VERTEX_",
)  # fmt: skip
_NAMES = frozenset(
    {"CI", "HOME", "USER", "TZ", "PATH", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "TMPDIR"}
)
_ALL_THE_SAME = frozenset(
    {
        "XDG_SESSION_ID",
        "XDG_VTNR",
        "XDG_SEAT",
        "XDG_ACTIVATION_TOKEN",
        "GIT_ASKPASS",
        "GIT_EDITOR",
        "GIT_PAGER",
    }
)
"""They differ between an editor and a shell, and change no result."""


def environment_digest(environ: Mapping[str, str]) -> str:
    """What stands for all variables that a result can depend on: keys and endpoints, settings, places, git, proxies."""
    told = sorted(
        (name, value)
        for name, value in environ.items()
        if (name.upper() in _NAMES or name.startswith(_BEGINNINGS)) and name not in _ALL_THE_SAME
    )
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def socket_path(environ: Mapping[str, str], root: Path) -> Path | None:
    """Where the server of the workspace at `root` (resolved) listens; None where there can be none."""
    folder = runtime_folder(environ)
    if folder is None:
        return None
    # The code's own place too: two installations of one release may differ.
    name = "\0".join((__version__, __file__, sys.version, str(root), _home_of(environ)))
    path = folder / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.sock"
    return path if len(os.fsencode(path)) <= LONGEST_NAME else None


def runtime_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of the user's sockets, whether or not it is there."""
    if os.name != "posix":
        return None
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/"):
        return Path(runtime, "foreword")
    home = _home_of(environ)
    return Path(home, "run") if home.startswith("/") else None


def _home_of(environ: Mapping[str, str]) -> str:
    """What stands for the user's data, without a look at the platform's directories."""
    own = environ.get("FOREWORD_HOME")
    return own or os.path.join(environ.get("HOME", ""), ".cache", "foreword")  # noqa: PTH118 - a name, not a path


def is_private(path: Path, *, is_socket: bool = False) -> bool:
    """Whether a folder, or a socket, is the user's own and closed to all others; what a link leads to never is."""
    try:
        found = path.lstat()
    except OSError:
        return False
    right_kind = stat.S_ISSOCK(found.st_mode) if is_socket else stat.S_ISDIR(found.st_mode)
    return right_kind and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def is_same_user(connected: socket.socket) -> bool:
    """Whether the process at the other end belongs to this user, as the kernel says (Linux); elsewhere the folder says it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(uid == os.geteuid())
