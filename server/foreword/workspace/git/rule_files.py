"""The files in which git keeps rules about other files: what is ignored without a `.gitignore`, and what attributes files have."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from foreword.core.errors import WorkspaceError
from foreword.workspace.attributes import (
    EDITORCONFIG,
    GITATTRIBUTES,
    NO_ATTRIBUTES,
    AttributeRules,
    parse_attributes,
    parse_editorconfig,
)
from foreword.workspace.files.disk import read_any, read_file
from foreword.workspace.git.plumbing import ask
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import IgnoreRules, parse_rules


def excludes_of(root: Path, folder: str) -> Iterator[IgnoreRules]:
    """The rules of the repository whose top is `folder` (with a slash at its end, or empty), the weakest first.

    Where git can't be asked, those at their usual places.
    """
    for file in _files(root / folder):
        data = read_any(file)
        if data is not None:
            yield parse_rules(data, folder, file.name)[0]


def _files(top: Path) -> tuple[Path, Path]:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser(), "git", "ignore")
    try:
        configured = ask(top, "config", "--path", "--get", "core.excludesFile")
        exclude = ask(top, "rev-parse", "--path-format=absolute", "--git-path", "info/exclude")
    except WorkspaceError:
        configured = exclude = None
    own = Path(exclude) if exclude else top / ".git" / "info" / "exclude"
    return top / configured if configured else home, own


def read_attributes(
    repository: Repository, paths: Collection[str], setting: AttributeRules = NO_ATTRIBUTES
) -> AttributeRules:
    """The rules now; `paths` are the files called `.gitattributes` and `.editorconfig` in the workspace."""
    own = [path for path in paths if path.endswith(GITATTRIBUTES)]
    found = ((folder, data) for folder, data in _contents(repository, own) if data is not None)
    rules = parse_attributes(found, repository.prefix)
    styles = list(
        _of_folders(repository, [path for path in paths if path.endswith(EDITORCONFIG)], EDITORCONFIG)
    )
    return replace(rules, lines=(*setting.lines, *rules.lines, *parse_editorconfig(styles)))


def read_styles(root: Path, paths: Iterable[str], setting: AttributeRules = NO_ATTRIBUTES) -> AttributeRules:
    """The rules of a folder outside git; `paths` are its files called `.editorconfig`."""
    ordered = sorted(paths, key=lambda path: (path.count("/"), path))
    files = ((path.removesuffix(EDITORCONFIG), read_file(root, path)) for path in ordered)
    styles = parse_editorconfig((folder, data) for folder, data in files if data is not None)
    return replace(setting, lines=(*setting.lines, *styles))


def _of_folders(repository: Repository, paths: Iterable[str], name: str) -> Iterator[tuple[str, bytes]]:
    """Folders (from the top of the repository) and contents of files of one name above the workspace and in it."""
    for depth in range(repository.prefix.count("/")):
        folder = "".join(f"{part}/" for part in repository.prefix.split("/")[:depth])
        if (data := read_any(repository.top / folder / name)) is not None:
            yield folder, data
    # Deeper files come later, since the file nearest to a path decides.
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        if (data := read_file(repository.root, path)) is not None:
            yield repository.prefix + path.removesuffix(name), data


def _contents(repository: Repository, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Folders (from the top of the repository) and contents, the weakest first."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser(), "git", "attributes")
    own = Path(repository.attributes_file).expanduser() if repository.attributes_file else home
    yield "", read_any(own)
    yield from _of_folders(repository, paths, GITATTRIBUTES)
    # Last, as the strongest (gitattributes(5)).
    yield "", read_any(repository.common_dir / "info" / "attributes")
