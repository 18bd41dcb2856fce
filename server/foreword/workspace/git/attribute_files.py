"""The files that say what attributes a repository's files have: the user's own, those of the folders, the clone's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from foreword.workspace.attributes import GITATTRIBUTES, AttributeRules, parse_attributes
from foreword.workspace.files.disk import read_any, read_file
from foreword.workspace.git.repository import Repository


def read_attributes(repository: Repository, paths: Iterable[str]) -> AttributeRules:
    """The rules now; `paths` are the files called `.gitattributes` in the workspace."""
    found = ((folder, data) for folder, data in _contents(repository, paths) if data is not None)
    return parse_attributes(found, repository.prefix)


def _contents(repository: Repository, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Folders (from the top of the repository) and contents, the weakest first."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser(), "git", "attributes")
    own = Path(repository.attributes_file).expanduser() if repository.attributes_file else home
    yield "", read_any(own)
    for depth in range(repository.prefix.count("/")):
        folder = "".join(f"{name}/" for name in repository.prefix.split("/")[:depth])
        yield folder, read_any(repository.top / folder / GITATTRIBUTES)
    # Deeper files come later, since the file nearest to a path decides.
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        yield repository.prefix + path.removesuffix(GITATTRIBUTES), read_file(repository.root, path)
    # Last, as the strongest (gitattributes(5)).
    yield "", read_any(repository.common_dir / "info" / "attributes")
