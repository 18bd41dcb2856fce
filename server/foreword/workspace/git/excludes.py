"""What a repository below a folder outside git ignores without a `.gitignore`: `info/exclude` and `core.excludesFile`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from foreword.core.errors import WorkspaceError
from foreword.workspace.files.disk import read_any
from foreword.workspace.git.plumbing import ask
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
