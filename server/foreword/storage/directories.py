"""The directories of Foreword's own data: caches that may be deleted at any time, and data that may not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
