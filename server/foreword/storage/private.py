"""Directories and files that nobody but their user can read.

Only where permissions are POSIX ones: on Windows the user's own directories are closed to others by themselves.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def make_private_folder(folder: Path) -> None:
    """A directory that only the user can enter, made with those above it that are missing.

    One that others could enter so far is closed to them, with all that is in it.

    Raises:
        OSError: it can't be made.
    """
    # One by one: `mkdir(parents=True)` gives the mode to the last folder only (see pathlib).
    for missing in reversed([above for above in (folder, *folder.parents) if not above.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    close_to_others(folder)


def close_to_others(folder: Path) -> None:
    """Take the permissions of all others away from a directory and what is in it, if it has any for them.

    The directory itself comes last: it is closed only when all in it is, so whoever is killed here is followed by
    somebody who does it again. What belongs to somebody else, and what links lead to, stays as it is.
    """
    if not _is_open(folder, follow=True):
        return
    for place, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            close_file(Path(place, name))
    with suppress(OSError):
        # Some file systems have no permissions and refuse this; then there is nothing to close.
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~_OTHERS)


def close_file(path: Path) -> None:
    """Take the permissions of all others away from a file, if it is there and has any for them."""
    if _is_open(path):
        with suppress(OSError):
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~_OTHERS)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only the user can read.

    Raises:
        OSError: it can't be written.
    """
    # The mode of `os.open` counts for a new file only: one that is there keeps what others may do with it.
    close_file(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _is_open(path: Path, *, follow: bool = False) -> bool:
    """Whether others may do something with a file or directory that belongs to the user."""
    if os.name != "posix":
        return False
    try:
        # The folder itself may be a link that the user made; links inside lead to what is not ours to change.
        found = path.stat() if follow else path.lstat()
    except OSError:
        return False
    is_ours = found.st_uid == os.geteuid()
    return is_ours and not stat.S_ISLNK(found.st_mode) and bool(stat.S_IMODE(found.st_mode) & _OTHERS)
