"""Which files git knows: in its index, in a tree, changed on disk, and untracked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from foreword.workspace.git.plumbing import ask, execute, records_of, run
from foreword.workspace.git.repository import Repository

SUBMODULE_MODE = "160000"
SYMLINK_MODE = "120000"


class GitIndexEntry(NamedTuple):
    """A file in a git tree or in the index: its mode, six octal digits, and blob id."""

    mode: str
    blob: str


def list_index(repository: Repository) -> bytes:
    """Git's index below the workspace, as git lists it."""
    return run(repository.root, "ls-files", "-s", "-v", "-z")


def index_digest(repository: Repository) -> str:
    """The digest of the file that git keeps its index in; empty before there is one.

    A split index names its shared part by digest, and a sparse one its trees: the bytes stand for all of it.
    """
    try:
        # The bytes and not the change time, which some file systems give in whole seconds.
        return hashlib.blake2b((repository.git_dir / "index").read_bytes()).hexdigest()
    except OSError:
        return ""


def index_entries(listing: bytes) -> dict[str, GitIndexEntry]:
    """The files of a listing of git's index, sparse ones too; of an unmerged file, any one stage."""
    records = records_of(listing)
    # <tag> SP <mode> SP <blob> SP <stage> TAB <path>, where all but the path have fixed widths
    end = records[0].index("\t") if records else 0
    return {record[end + 1 :]: GitIndexEntry(record[2:8], record[9 : end - 2]) for record in records}


def unvouched_paths(repository: Repository, listing: bytes) -> frozenset[str]:
    """The files that git was told not to look at: `--assume-unchanged` (a small tag) and `--skip-worktree` (`S`).

    In a sparse checkout git skips what it has not checked out, and looks at everything that is on disk all the same.
    """
    records = [record for record in records_of(listing) if record[0] == "S" or record[0].islower()]
    # In a sparse checkout every file outside of it has the flag, and none of them was changed behind git's
    # back.
    if any(record[0] in "Ss" for record in records) and _is_sparse(repository):
        records = [record for record in records if record[0] not in "Ss"]
    return frozenset(record.partition("\t")[2] for record in records)


def _is_sparse(repository: Repository) -> bool:
    return ask(repository.root, "config", "--type=bool", "--get", "core.sparseCheckout") == "true"


def tree_entries(repository: Repository, tree: str) -> dict[str, GitIndexEntry]:
    """The files of a git tree, with paths relative to that tree."""
    entries = {}
    for record in records_of(run(repository.root, "ls-tree", "-r", "-z", "--full-tree", tree)):
        fields, _, path = record.partition("\t")
        mode, _type, blob = fields.split(" ")
        entries[path] = GitIndexEntry(mode, blob)
    return entries


def changed_paths(repository: Repository) -> frozenset[str]:
    """The files of the index that git does not vouch for: modified, deleted, unmerged or just touched."""
    output = run(
        repository.root,
        # Comparing a file runs its clean filter, a program that the repository's configuration names.
        *_without_filters(repository.filters),
        "diff-files",
        "-z",
        "--name-only",
        "--relative",
        "--no-renames",
        "--no-ext-diff",
        "--ignore-submodules=all",
    )
    return frozenset(records_of(output))


def untracked(repository: Repository) -> list[str]:
    """The files that git neither tracks nor ignores; a nested repository is a path that ends with a slash."""
    listing = ("ls-files", "-o", "--exclude-standard", "-z")
    found = records_of(run(repository.root, *listing))
    if repository.ignores_case:
        # A file that was renamed by case alone, or stands beside one called so, is none to git here. What is ignored is still
        # asked with the user's setting.
        more = {*records_of(run(repository.root, "-c", "core.ignoreCase=false", *listing))} - {*found}
        found += sorted(more - ignored_by_git(repository, more)) if more else []
    return found


def repositories_within(repository: Repository) -> list[str]:
    """The folders of submodules, and of other repositories and worktrees that are not ignored."""
    entries = index_entries(list_index(repository))
    submodules = (path for path, entry in entries.items() if entry.mode == SUBMODULE_MODE)
    nested = (path.removesuffix("/") for path in untracked(repository) if path.endswith("/"))
    return sorted({*submodules, *nested})


def ignored_by_git(repository: Repository, paths: Collection[str]) -> frozenset[str]:
    """Those of the paths (there need be no file) that git's own rules ignore, or can't judge; all, if git can't say."""
    # Without the flag git leaves out what is tracked, and these paths need not exist.
    judged = _judged(repository, paths, "--no-index")
    return frozenset(paths) if judged is None else judged[0] | judged[1]


def those_ignored(repository: Repository, paths: Collection[str], *options: str) -> frozenset[str] | None:
    """Those of the paths that `git check-ignore` names, of folders only those without a tracked file; None if it fails."""
    judged = _judged(repository, paths, *options)
    return judged[0] if judged is not None else None


def _judged(
    repository: Repository, paths: Collection[str], *options: str
) -> tuple[frozenset[str], frozenset[str]] | None:
    """Of the paths those that git ignores, and those that lead out of the repository; None if git fails."""
    ignored = _check_ignore(repository, paths, options)
    if ignored is not None:
        return ignored, frozenset()
    # One path through a link to a folder ends the run of git (findings/git-check-ignore-stops.sh): what the links lead
    # to is asked about instead.
    places = {path: _place(repository, path) for path in paths}
    ignored = _check_ignore(repository, {place for place in places.values() if place is not None}, options)
    if ignored is None:
        return None
    return (
        frozenset(path for path, place in places.items() if place in ignored),
        frozenset(path for path, place in places.items() if place is None),
    )


def _place(repository: Repository, path: str) -> str | None:
    """The path without links to folders, relative to the workspace; None outside of the repository."""
    folder, _, name = path.rstrip("/").rpartition("/")
    real = os.path.join(os.path.realpath(repository.root / folder), name)  # noqa: PTH118 - the name is not resolved
    return os.path.relpath(real, repository.root) if Path(real).is_relative_to(repository.top) else None


def _check_ignore(
    repository: Repository, paths: Collection[str], options: Sequence[str]
) -> frozenset[str] | None:
    if not paths:
        return frozenset()
    from tempfile import TemporaryFile  # noqa: PLC0415 - rarely needed, and slow to import

    with TemporaryFile() as stdin:
        stdin.write("".join(f"{path}\0" for path in sorted(paths)).encode("utf-8", "surrogateescape"))
        stdin.seek(0)
        status, output, _ = execute(repository.root, "check-ignore", "-z", *options, "--stdin", stdin=stdin)
    # 1 says that none is ignored; it is no failure.
    return frozenset(records_of(output)) if status in (0, 1) else None


def _without_filters(filters: Sequence[str]) -> list[str]:
    """Options that switch every content filter off; a name may hold any character but NUL."""
    return [
        f"--config-env=filter.{name}.{key}=FOREWORD_NOTHING"
        for name in filters
        for key in ("clean", "process", "required")
    ]
