"""Whether a repository is a folder's own: a `.git` can lead to one that belongs to another folder, whose files git would list.

    top/.git                     a folder: the repository itself
    top/.git -> X/worktrees/N    a linked worktree, if X/worktrees/N/gitdir names top/.git (gitrepository-layout(5))
    top/.git -> X/modules/N      a submodule, if its `core.worktree` is top
    top/.git -> any.git          kept apart (`git init --separate-git-dir`): it names no folder, and is no folder's `.git`

What leads back was written by git in the repository itself, where nothing that is unpacked into a folder can write.
"""

from __future__ import annotations

import os
from pathlib import Path

from foreword.workspace.git.plumbing import ask

STATE = ("HEAD", "index", "packed-refs", "refs", "reftable")
"""What says which files and commits a repository has; as links they would be those of another one."""
OBJECTS = Path("objects")
MAX_BACK_LINK = 4096
"""The longest path that systems know, in bytes."""


def why_not_own(root: Path, top: Path, git_dir: Path, common_dir: Path) -> str | None:
    """Why the repository that git found for `root` belongs to another folder, and what to do; None if it is its own.

    `git_dir` and `common_dir` are as in `Repository`, absolute.
    """
    if not root.is_relative_to(top):
        return f"names {top} as the folder of its files: open that one"
    own, found, common = _plain(top / ".git"), _real(git_dir), _real(common_dir)
    if found == own:
        # A folder that says where the rest of it is: only a worktree's own folder may.
        leads_back, remedy = common == found, "remove its file `commondir`"
    elif found.parent.name == "worktrees" and found.parent.parent == common:
        leads_back = _back_link(found) == own
        remedy = f"run `git worktree repair {top}` in its repository, if it is yours"
    else:
        # Git writes no way back where a repository is kept apart; one called `.git` belongs to the folder that it is in.
        is_kept_apart = found.name != ".git" or _worktree(found) == _real(top)
        leads_back, remedy = (
            common == found and is_kept_apart,
            f"open {found.parent}, if that is what you want",
        )
    if not leads_back:
        return f"leads to {common if found == own else found}, which does not name this folder: {remedy}"
    foreign = next((path for path in _links(found, common) if not _is_inside(path, found, common)), None)
    return f"has a link to {_real(foreign)}: put a copy in its place" if foreign is not None else None


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _plain(path: Path) -> Path:
    """The path with its folder resolved, and not itself."""
    return _real(path.parent) / path.name


def _back_link(git_dir: Path) -> Path | None:
    try:
        with (git_dir / "gitdir").open("rb") as file:
            written = os.fsdecode(file.read(MAX_BACK_LINK)).removesuffix("\n")
    except OSError:
        return None
    # Relative ones (`worktree.useRelativePaths`) count from the git directory.
    return _plain(git_dir / written)


def _worktree(git_dir: Path) -> Path | None:
    written = ask(git_dir, "config", "--file", str(git_dir / "config"), "core.worktree")
    return _real(git_dir / written.removesuffix("\n")) if written else None


def _links(git_dir: Path, common_dir: Path) -> list[Path]:
    """The links among what says which commits there are."""
    names = [folder / name for folder in {git_dir, common_dir} for name in STATE]
    objects = common_dir / OBJECTS
    if objects.is_symlink() or (objects / "info" / "alternates").exists():
        # With the objects of another repository, one link among the references is enough to show its commits.
        names += [
            Path(folder) / name
            for folder, folders, files in os.walk(common_dir / "refs")
            for name in (*folders, *files)
        ]
    return [path for path in names if path.is_symlink()]


def _is_inside(path: Path, *folders: Path) -> bool:
    return any(_real(path).is_relative_to(folder) for folder in folders)
