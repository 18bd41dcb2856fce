"""What git's history says: the commit that the base is built from, how often files change, and in which words.

The anchor is the merge base of HEAD with the upstream's default branch, so that everybody who works
from the same state of a repository builds the same base. Nothing is fetched.

The messages of recent commits and what each of them changed come from one reading of the history. Which files are being
worked on is told without reading one: by git's history, or by their times.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Literal

from foreword.core.tree import Commit
from foreword.workspace.git.plumbing import ask, records_of, run, text_of
from foreword.workspace.git.repository import Repository

DEFAULT_BRANCHES = ("HEAD", "main", "master")
"""`refs/remotes/<remote>/HEAD` is the remote's own word for its default branch; the others are habits."""

EMPTY_TREES: Mapping[str, str] = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""Every git knows the id of the tree without files, whether or not a repository stores it."""

CHURN_COMMITS = 1000
HEAT_COMMITS = 5
"""After so many further commits a change counts half as much for the heat of a file, after twice as many a third.

Chosen by `tests/benchmarks/base.py`, as is that a commit's heat is shared out by the root of its number of files.
"""
SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class CommitAnchor:
    """The state that the base is built from: `tree` is the workspace's part of the commit's tree.

    `ref` is the upstream branch that decided, or None where HEAD itself is the anchor.
    """

    commit: str
    tree: str
    ref: str | None = None
    kind: Literal["git"] = "git"


def resolve_anchor(repository: Repository) -> CommitAnchor | None:
    """The merge base of HEAD with the upstream default branch, else HEAD; None before the first commit."""
    head = head_commit(repository)
    if head is None:
        return None
    ref = upstream_default(repository)
    base = merge_base(repository, ref) if ref else None
    if base and base != head and not _has_tree(repository, base):
        base = None  # a clone without the trees of other commits
    commit = base or head
    return CommitAnchor(commit, tree_of(repository, commit), ref if base else None)


def head_commit(repository: Repository) -> str | None:
    """The commit that is checked out, or None before the first one."""
    return _commit(repository, "HEAD")


def heads(repository: Repository) -> str | None:
    """HEAD and the default branches with their commits, in one call of git: the same text, the same anchors.

    None before the first commit. Source: `git help show-ref`; its patterns match the ends of names.
    """
    return ask(repository.root, "show-ref", "--head", "HEAD", *DEFAULT_BRANCHES, "foreword/base") or None


def head_of(heads: str) -> str:
    """The commit that is checked out, out of what `heads` says: its first line is `<commit> HEAD`."""
    return heads.partition(" ")[0]


def upstream_default(repository: Repository) -> str | None:
    """The remote-tracking ref of the upstream's default branch, or None.

    Remotes are asked in this order: origin, the current branch's own, the others by name.
    """
    patterns = [f"refs/remotes/*/{branch}" for branch in DEFAULT_BRANCHES]
    listed = ask(repository.root, "for-each-ref", "--format=%(refname)", *patterns)
    refs = set((listed or "").splitlines())
    return next(
        (
            ref
            for remote in _remotes(repository, refs)
            for branch in DEFAULT_BRANCHES
            if (ref := f"refs/remotes/{remote}/{branch}") in refs
        ),
        None,
    )


def merge_base(repository: Repository, ref: str) -> str | None:
    """The newest common ancestor of HEAD and `ref`, or None for unrelated (or cut off) histories."""
    lines = (ask(repository.root, "merge-base", "HEAD", ref) or "").splitlines()
    return lines[0] if lines else None


def tree_of(repository: Repository, commit: str) -> str:
    """The tree of the workspace folder in a commit; the empty tree where the commit has no such folder."""
    path = repository.prefix.removesuffix("/")
    found = ask(repository.root, "rev-parse", "--verify", "-q", "--end-of-options", f"{commit}:{path}")
    # In that commit there may be a file or a submodule where the workspace folder is now.
    tree = ask(repository.root, "rev-parse", "--verify", "-q", f"{found}^{{tree}}") if found else None
    return tree or EMPTY_TREES[repository.object_format]


def _has_tree(repository: Repository, commit: str) -> bool:
    return not repository.is_treeless or (
        ask(repository.root, "cat-file", "-e", f"{commit}^{{tree}}") is not None
    )


@dataclass(frozen=True, slots=True)
class Activity:
    """What the last commits say of files, by path: `churn` how often each changed, `heat` how much it is worked on now."""

    churn: Mapping[str, float]
    heat: Mapping[str, float]


def activity(repository: Repository, commit: str, limit: int = CHURN_COMMITS) -> Activity:
    """Churn and heat by the last `limit` commits up to `commit`, merges and a first commit aside.

    Churn is the sum of 1 for the newest commit, falling evenly to 1/limit. Heat falls much faster, and of a commit that
    changed many files each gets less: who renames a word everywhere works on none of them. Paths are relative to the
    workspace. The same history gives the same numbers everywhere; a shallow clone knows less of it.
    """
    # Without trees git can't say what a commit changed, and fetching them is not for us to do.
    listed = b"" if repository.is_treeless else recent_ids(repository, commit, limit)
    position = {line: n for n, line in enumerate(listed.decode("ascii").split())}
    changed: dict[int, list[str]] = {}
    paths = list[str]()
    for record in records_of(changed_paths(repository, listed)):
        if record in position:
            # `diff-tree` prints the id of a commit and then its paths, so an id starts the next commit.
            paths = changed.setdefault(position[record], [])
        else:
            paths.append(record)
    churned, heat = Counter[str](), defaultdict[str, float](float)
    for place, of_commit in changed.items():
        worth = 1 / (1 + place / HEAT_COMMITS) / sqrt(max(1, len(of_commit)))
        for path in of_commit:
            churned[path] += limit - place
            heat[path] += worth
    return Activity(
        {path: total / limit for path, total in sorted(churned.items())},
        # Rounded, so that the last bits of a machine's arithmetic decide no order.
        {path: round(total, 9) for path, total in sorted(heat.items())},
    )


def churn(repository: Repository, commit: str, limit: int = CHURN_COMMITS) -> dict[str, float]:
    """How often files changed lately, see `activity`."""
    return dict(activity(repository, commit, limit).churn)


def last_commit(repository: Repository, after: str, until: str, path: str = "") -> str | None:
    """The newest commit of `after..until` that touched a file (any, without one): its short id and subject."""
    # `log` is no plumbing: log.showSignature would put lines before the subject.
    asked = ("log", "-1", "--no-show-signature", "--format=%h %s", "--end-of-options", f"{after}..{until}")
    return ask(repository.root, *asked, "--", *([f":(literal){path}"] if path else [])) or None


def is_cut_off(repository: Repository, commit: str, limit: int = CHURN_COMMITS) -> bool:
    """Whether a shallow clone lacks changes that `churn` would count, so that it gives other numbers than others'.

    Commits at the edge of a shallow clone seem to have no parents, and so no changes.
    """
    try:
        edge = (repository.common_dir / "shallow").read_text("ascii").split()
    except FileNotFoundError:
        return False
    counted = ask(repository.root, "rev-list", "--no-merges", f"--max-count={limit}", commit) or ""
    return not frozenset(edge).isdisjoint(counted.split())


def clean_revision(repository: Repository) -> str:
    """HEAD in a few characters for people: `main@1a2b3c4d5e6f`, or just the commit when it is detached."""
    branch = _branch(repository)
    head = head_commit(repository)
    if head is None:
        return f"{branch or 'HEAD'} (no commit yet)"
    return f"{branch}@{head[:SHORT_ID]}" if branch else head[:SHORT_ID]


def commit_named(repository: Repository, ref: str) -> str | None:
    """The commit that a user's word for one means, such as a branch, a tag or `HEAD~2`; None if there is none."""
    # Never an option, whatever it begins with.
    return ask(repository.root, "rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}")


def _commit(repository: Repository, name: str) -> str | None:
    return ask(repository.root, "rev-parse", "--verify", "-q", f"{name}^{{commit}}")


def _branch(repository: Repository) -> str | None:
    return ask(repository.root, "symbolic-ref", "--short", "-q", "HEAD")


def _remotes(repository: Repository, refs: Iterable[str]) -> Iterator[str]:
    yield "origin"
    branch = _branch(repository)
    remote = ask(repository.root, "config", "--get", f"branch.{branch}.remote") if branch else None
    yield from [remote] if remote else []
    yield from sorted({ref.split("/")[2] for ref in refs})


MAX_COMMITS = 1000
_BEGIN, _END = b"\x01", b"\x02"
"""Around a message in git's output; a message with one of them in it is read up to there."""


def recent_commits(repository: Repository, commit: str, limit: int = MAX_COMMITS) -> tuple[Commit, ...]:
    """The last `limit` commits up to `commit`, the newest first, merges and a first commit aside.

    Paths are relative to the workspace; commits that changed nothing in it are left out. The same history gives the
    same commits everywhere; a shallow clone knows fewer.
    """
    if repository.is_treeless:
        return ()
    told = changed_paths(
        repository,
        recent_ids(repository, commit, limit),
        "--encoding=UTF-8",
        # Messages may hold anything but NUL, which already ends the paths; these two characters occur in no
        # usual text.
        f"--format={_BEGIN.decode()}%B{_END.decode()}",
    )
    return tuple(one for part in told.split(_BEGIN)[1:] if (one := _parse_commit(part)).paths)


def _parse_commit(told: bytes) -> Commit:
    """A commit as git tells it: the message, and then the paths, each ended by NUL."""
    message, _, rest = told.partition(_END)
    paths = rest.partition(b"\0")[2].lstrip(b"\n").split(b"\0")
    return Commit(
        message.decode("utf-8", "replace").strip(),
        tuple(text_of(path) for path in paths if path),
    )


def recent_ids(repository: Repository, commit: str, limit: int) -> bytes:
    """The ids of the last `limit` commits up to `commit`, one a line, the newest first, merges aside."""
    return run(repository.root, "rev-list", "--no-merges", f"--max-count={limit}", commit)


def changed_paths(repository: Repository, ids: bytes, *told: str) -> bytes:
    """For each commit of `ids` with changes its id (or what the flags in `told` ask for), and then the changed paths.

    Each is ended by NUL; paths are relative to the workspace. A commit without parents counts as one without changes.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and the history is rarely read

    with tempfile.TemporaryFile() as commits:
        commits.write(ids)
        commits.seek(0)
        return run(
            repository.root,
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "--name-only",
            "--relative",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=all",
            *told,
            stdin=commits,
        )


RECENT_COMMITS = 200
RECENT_FILES = 500


def recently_changed(root: Path, repository: Repository | None, paths: Iterable[str]) -> Mapping[str, float]:
    """The files that changed lately, each with how much that counts: the most recent, or most changed, the most.

    Raises:
        WorkspaceError: git failed.
    """
    head = head_commit(repository) if repository else None
    if repository is not None and head is not None:
        return churn(repository, head, RECENT_COMMITS)
    times = {path: time for path in paths if (time := _modified_at(root, path)) is not None}
    newest = sorted(times, key=lambda path: (-times[path], path))[:RECENT_FILES]
    return {path: 1 - place / RECENT_FILES for place, path in enumerate(newest)}


def _modified_at(root: Path, path: str) -> int | None:
    try:
        # The link's own time: what it leads to is outside of the workspace or listed by itself.
        return os.lstat(root / path).st_mtime_ns
    except OSError:
        return None
