"""The git repository around a workspace folder, and whether it is the folder's own.

    top/.git                     a folder: the repository itself
    top/.git -> X/worktrees/N    a linked worktree, if X/worktrees/N/gitdir names top/.git (gitrepository-layout(5))
    top/.git -> X/modules/N      a submodule, if its `core.worktree` is top
    top/.git -> any.git          kept apart (`git init --separate-git-dir`): it names no folder, and is no folder's `.git`

What leads back was written by git in the repository itself, where nothing that is unpacked into a folder can write.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from foreword.core.errors import Problem, WorkspaceError
from foreword.core.tree import Scope
from foreword.workspace.git.plumbing import GitMissingError, ask, execute, last_line, run, text_of

CONFIGURED = (
    r"^(filter\..*\.(clean|smudge|process)|remote\..*\.partialclonefilter|core\.(attributesfile|ignorecase))$"
)
TREELESS = (
    "this clone has no trees of older commits (--filter=tree:0): files are ranked without their history;"
    " `git fetch --refetch --filter=blob:none` gets it"
)
# Git's words, in the C locale (`plumbing.ENVIRONMENT`): there is no exit status for each of these causes.
ELSEWHERE = re.compile(r"not a git repository: (.+)$", re.MULTILINE)
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
    `is_partial` is one that was made without all old contents, which can't be compared then.
    `ignores_case` where git takes two names that differ by case for one (`core.ignoreCase`), and the file system does not.
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
    is_partial: bool = False
    ignores_case: bool = False

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
    if "must be run in a work tree" in complaint and (root / ".git").exists():
        raise WorkspaceError(
            f"git takes {root} for a bare repository, though it has files:"
            " run `git config --unset core.bare` there (in a worktree: `git worktree repair`)"
        )
    if "must be run in a work tree" in complaint:
        raise WorkspaceError(
            f"{root} is inside a git directory or a bare repository: choose a folder with files"
            " (`git worktree add` makes one)"
        )
    elsewhere = ELSEWHERE.search(complaint)
    place = _place_in_git_file(root, elsewhere[1].strip()) if elsewhere else None
    if place:
        raise WorkspaceError(
            f"the repository of {root} is not where its .git file says ({place}), as in a container that"
            " has only the worktree: mount the repository at that path too, or run `git worktree repair` in it"
        )
    extension = EXTENSION.search(complaint)
    if extension:
        raise WorkspaceError(
            f"this git does not know what the repository of {root} uses (extensions.{extension[1]}): install a newer git"
        )
    if "not a git repository (or any" not in complaint:
        # What is wrong with git itself, or with the user's own configuration, is no fault of the repository.
        failed, _, why = execute(root, "version")
        if failed:
            raise WorkspaceError(f"git fails, and says: {last_line(why)} (try `git --version`)")
        raise WorkspaceError(
            f"git can't read the repository of {root}, and says: {last_line(complaint)} (try `git status` there)"
        )


def _place_in_git_file(root: Path, told: str) -> str | None:
    """Where a .git file says that the repository is: git 2.55 says `(null)` of one that is gone, older ones say where."""
    if told != "(null)":
        return told
    for folder in (root, *root.parents):
        with suppress(OSError), (folder / ".git").open("rb") as file:
            return os.fsdecode(file.read(MAX_BACK_LINK)).removeprefix("gitdir:").strip()
    return None


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
    configured = _configured(root)
    found = Repository(root, Path(top), prefix, Path(common_dir), Path(git_dir), object_format, *configured)
    return replace(found, ignores_case=found.ignores_case and _tells_case_apart(found.top))


def _tells_case_apart(top: Path) -> bool:
    """Whether the file system has two files for two names that differ by case, as far as can be seen."""
    return (top / ".git").exists() and not (top / ".GIT").exists()


def _configured(root: Path) -> tuple[tuple[str, ...], bool, str, bool, bool]:
    """The fields of a `Repository` from `filters` on."""
    # One process for all that is wanted of the configuration, on the way to the first answer.
    listed = ask(root, "config", "-z", "--get-regexp", CONFIGURED) or ""
    keys = [record.partition("\n")[::2] for record in listed.split("\0") if record]
    filters = {key.split(".", 1)[1].rpartition(".")[0] for key, _ in keys if key.startswith("filter.")}
    # A filter of blobs alone leaves the history usable; only one of trees does not.
    left_out = [value for key, value in keys if key.startswith("remote.")]
    is_treeless = any(value.startswith("tree:") for value in left_out)
    values = dict(keys)
    ignores_case = values.get("core.ignorecase", "false").lower() not in {"false", "no", "off", "0"}
    attributes_file = values.get("core.attributesfile", "")
    return tuple(sorted(filters)), is_treeless, attributes_file, bool(left_out), ignores_case


def _is_ignored_folder(repository: Repository) -> bool:
    """Whether the workspace is a folder below the top that git ignores and tracks nothing of."""
    if not repository.prefix:
        return False
    path = repository.prefix.removesuffix("/")
    if ask(repository.top, "check-ignore", "-q", f"./{path}") is None:
        return False
    return not run(repository.root, "ls-files", "-z")


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
