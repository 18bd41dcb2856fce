"""The git repository around a workspace folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from foreword.core.errors import Problem, WorkspaceError
from foreword.core.tree import Scope
from foreword.workspace.git.plumbing import GitMissingError, ask, execute, last_line, run, text_of
from foreword.workspace.git.repository_layout import why_not_own

CONFIGURED = r"^(filter\..*\.(clean|smudge|process)|remote\..*\.partialclonefilter|core\.attributesfile)$"
TREELESS = (
    "this clone has no trees of older commits (--filter=tree:0): files are ranked without their history;"
    " `git fetch --refetch --filter=blob:none` gets it"
)
# Git's words, in the C locale (`plumbing.ENVIRONMENT`): there is no exit status for each of these causes.
ELSEWHERE = re.compile(r"not a git repository: (?!\(null\))(.+)$", re.MULTILINE)
EXTENSION = re.compile(r"unknown repository extensions? found:\s+(\S+)")
UNTRUSTED = re.compile(r"safe\.directory (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a working tree, seen from the workspace folder `root` in it.

    `top` is the top of the working tree; `prefix` leads from it to `root` and ends with a slash, or is empty.
    A linked worktree has its own `git_dir`; `common_dir` is the one that it shares with the others.
    `filters` are the configured content filters (git-lfs and the like), which are never run.
    `attributes_file` is the user's own (`core.attributesFile`), if there is one.
    `is_treeless` is a clone that was made without the trees of older commits, whose changes nobody can list then.
    """

    root: Path
    top: Path
    prefix: str
    common_dir: Path
    git_dir: Path
    object_format: str = "sha1"
    filters: tuple[str, ...] = ()
    is_treeless: bool = False
    attributes_file: str = ""

    @property
    def scope(self) -> Scope | None:
        """What is seen, where that is not the whole repository."""
        return Scope(self.prefix, str(self.top)) if self.prefix else None

    @property
    def null_blob(self) -> str:
        """The id that no blob has: zeros, 40 or 64 by the repository's hash function."""
        return "0" * (64 if self.object_format == "sha256" else 40)


def open_repository(root: Path) -> tuple[Repository | None, Problem | None]:
    """The repository around the folder `root`; None outside git, and where git ignores the folder.

    Raises:
        WorkspaceError: there is a repository, but it can't be used.
    """
    try:
        status, output, complaint = execute(
            root,
            "rev-parse",
            "--path-format=absolute",
            "--show-object-format",
            "--git-common-dir",
            "--absolute-git-dir",
            "--show-toplevel",
            "--show-prefix",
        )
    except GitMissingError:
        return None, Problem("git is not installed: the folder is read as it stands on disk, without history")
    if status:
        _refuse_unless_outside(root, complaint)
        return None, None
    repository = _parse_repository(root, text_of(output))
    _refuse_foreign(repository)
    if _is_ignored_folder(repository):
        return None, None
    return repository, Problem(TREELESS) if repository.is_treeless else None


def _refuse_unless_outside(root: Path, complaint: str) -> None:
    """Tell why git can't read a repository that is there.

    Raises:
        WorkspaceError: anything but that there is no repository.
    """
    untrusted = UNTRUSTED.search(complaint)
    if untrusted:
        raise WorkspaceError(
            "the repository belongs to another user, so git does not read it:"
            f" run `git config --global --add safe.directory {untrusted[1].strip()}` if you trust it"
        )
    if "must be run in a work tree" in complaint:
        raise WorkspaceError(
            f"{root} is inside a git directory or a bare repository: choose a folder with files"
            " (`git worktree add` makes one)"
        )
    elsewhere = ELSEWHERE.search(complaint)
    if elsewhere:
        raise WorkspaceError(
            f"the repository of {root} is not where its .git file says ({elsewhere[1].strip()}), as in a container that"
            " has only the worktree: mount the repository at that path too, or run `git worktree repair` in it"
        )
    extension = EXTENSION.search(complaint)
    if extension:
        raise WorkspaceError(
            f"this git does not know what the repository of {root} uses (extensions.{extension[1]}): install a newer git"
        )
    if "not a git repository (or any" not in complaint:
        raise WorkspaceError(
            f"git can't read the repository of {root}, and says: {last_line(complaint)} (try `git status` there)"
        )


def _refuse_foreign(repository: Repository) -> None:
    """Refuse a repository that belongs to another folder: who trusts this folder said nothing of that one.

    Raises:
        WorkspaceError: with what to do about it.
    """
    why = why_not_own(repository.root, repository.top, repository.git_dir, repository.common_dir)
    if why is not None:
        raise WorkspaceError(f"the .git of {repository.root} is not its own, so nothing is read: it {why}")


def _parse_repository(root: Path, output: str) -> Repository:
    lines = output.split("\n")
    # `rev-parse` prints an option that it does not know as it came; --path-format is the newest of ours.
    if lines[0].startswith("--"):
        raise WorkspaceError("this git is too old: install version 2.31 or newer")
    if len(lines) != 6:  # noqa: PLR2004 - five answers and the end
        raise WorkspaceError(f"the path of {str(root)!r} has a line break: rename the folder")
    object_format, common_dir, git_dir, top, prefix, _ = lines
    return Repository(
        root,
        Path(top),
        prefix,
        Path(common_dir),
        Path(git_dir),
        object_format,
        *_configured(root),
    )


def _configured(root: Path) -> tuple[tuple[str, ...], bool, str]:
    """The names of the content filters, whether the clone has no trees of older commits, and the user's attributes."""
    # One process for all that is wanted of the configuration, on the way to the first answer.
    listed = ask(root, "config", "-z", "--get-regexp", CONFIGURED) or ""
    keys = [record.partition("\n")[::2] for record in listed.split("\0") if record]
    filters = {key.split(".", 1)[1].rpartition(".")[0] for key, _ in keys if key.startswith("filter.")}
    # A filter of blobs alone leaves the history usable; only one of trees does not.
    is_treeless = any(value.startswith("tree:") for key, value in keys if key.startswith("remote."))
    return tuple(sorted(filters)), is_treeless, dict(keys).get("core.attributesfile", "")


def _is_ignored_folder(repository: Repository) -> bool:
    """Whether the workspace is a folder below the top that git ignores and tracks nothing of."""
    if not repository.prefix:
        return False
    path = repository.prefix.removesuffix("/")
    if ask(repository.top, "check-ignore", "-q", f"./{path}") is None:
        return False
    return not run(repository.root, "ls-files", "-z")
