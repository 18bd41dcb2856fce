"""The directories of Foreword's own data, and what keeps them private to their user.

Only where permissions are POSIX ones: on Windows the user's own directories are closed to others by themselves.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from foreword.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Directories:
    """`cache` holds what can be computed again (indexes), `data` what can not (ledger, prefixes), `config` settings."""

    cache: Path
    data: Path
    config: Path

    def index(self, repository: Path, version: int) -> Path:
        """The index of a repository, shared by its worktrees: `repository` is its common git directory or its root.

        Each `version` of its format has a file of its own, so that two of Foreword never read each other's.
        """
        return self._index(repository, str(version))

    def indexes(self, repository: Path) -> tuple[Path, ...]:
        """The indexes of a repository that are there, in every format, also those from before formats had files of their own."""
        one = self._index(repository, "")
        return tuple(path for path in one.parent.glob("*.sqlite") if path.name.startswith(f"{one.stem}."))

    def _index(self, repository: Path, version: str) -> Path:
        # The file is called after the project, for whoever looks into the folder; the digest tells two of one
        # name apart.
        folder = repository.parent if repository.name == ".git" else repository
        name = f"{folder.name or 'root'}-{name_digest(str(repository))}"
        return self.cache / "index" / ".".join((name, *([version] if version else []), "sqlite"))

    @property
    def prefixes(self) -> Path:
        """The store of prefixes in force."""
        return self.data / "prefixes.sqlite"

    @property
    def ledger(self) -> Path:
        """The ledger of requests."""
        return self.data / "ledger.sqlite"

    @property
    def chats(self) -> Path:
        """The chats of all workspaces."""
        return self.data / "chats.sqlite"

    @property
    def batches(self) -> Path:
        """The questions in Message Batches that were submitted."""
        return self.data / "batches.sqlite"

    @property
    def leases(self) -> Path:
        """Who is doing what at the moment."""
        return self.data / "leases.sqlite"


def find_places(environ: Mapping[str, str]) -> Directories:
    """The platform's directories, or those below `FOREWORD_HOME`.

    Raises:
        ConfigError: `FOREWORD_HOME` can't be a path.
    """
    home = environ.get("FOREWORD_HOME")
    if home:
        if "\0" in home:
            raise ConfigError("FOREWORD_HOME holds a NUL byte: set it to a directory")
        try:
            # Absolute, because workers and checks run in other working directories with the same environment.
            root = Path(home).expanduser().absolute()
        except RuntimeError as error:
            raise ConfigError(f"FOREWORD_HOME {home} is nobody's home: set it to a directory") from error
        return Directories(root / "cache", root / "data", root / "config")
    return Directories(
        platformdirs.user_cache_path("foreword", appauthor=False),
        platformdirs.user_data_path("foreword", appauthor=False),
        platformdirs.user_config_path("foreword", appauthor=False),
    )


def name_digest(name: str) -> str:
    """A short digest that names a place (a worktree, a repository) in stores and file names."""
    # Paths on POSIX are bytes and need not be UTF-8; Python holds such bytes as lone surrogates.
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]


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
