"""What others may read of the saved files: code that matches, outlines, lines of a file, what changed; and how fresh it is.

Each looks at the disk first (`Workspace.saved`), shows nothing of what is left out, and redacts secrets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from foreword.api.workspace import Workspace
from foreword.assist.question.names import find_definitions, why_unseen
from foreword.assist.question.tools import clean_path
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import lines_of
from foreword.core.errors import UsageError
from foreword.core.outline import Definition, Excerpt
from foreword.core.secrets.redaction import shown
from foreword.core.tree import Scope
from foreword.index.search.search import search as search_index
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.git.history import CommitAnchor, clean_revision, tree_of
from foreword.workspace.git.plumbing import ask

T = TypeVar("T")

MAX_QUERY = 20_000
"""Characters of a query; the rest would only be more words."""

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Freshness:
    """Which state a result is of.

    `revision` names the saved bytes of all files, `commit` what is checked out (None outside of git). `complete` is whether
    the index knows every file by now. `scope` is the folder that is seen, where the repository is larger.
    """

    revision: str
    commit: str | None
    complete: bool
    scope: Scope | None = None

    def to_json(self) -> dict[str, Any]:
        """As in every result; the disk was looked at for this call."""
        return {
            "revision": self.revision,
            "commit": self.commit,
            "complete": self.complete,
            "lookedAtDisk": True,
            "scope": self.scope.to_json() if self.scope else None,
        }


@dataclass(frozen=True, slots=True)
class FoundCode:
    """Excerpts, best first."""

    excerpts: tuple[Excerpt, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class FileDefinitions:
    """Definitions with their files, in the order of paths and lines."""

    definitions: tuple[tuple[str, Definition], ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class FileLines:
    """Lines `first` to `last` (1-based, inclusive) of a file of `n_lines` lines; `text` without a final newline."""

    path: str
    first: int
    last: int
    n_lines: int
    text: str
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """How the saved files differ from those of a commit; paths in order."""

    since: str
    added: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    freshness: Freshness


async def find_code(workspace: Workspace, query: str, limit: int, budget: int) -> FoundCode:
    """The code that matches a query: at most `limit` excerpts of `budget` tokens together.

    Raises:
        UsageError: the query is empty.
    """
    if not query.strip():
        raise UsageError("the query is empty: give words, identifiers, a path or a pasted error")

    def found(saved: WorkspaceSnapshot) -> tuple[Excerpt, ...]:
        return tuple(
            search_index(
                saved.index,
                query[:MAX_QUERY],
                saved.read_shown,
                limit=limit,
                budget_tokens=budget,
                commit_messages=saved.commit_messages,
            )
        )

    excerpts, freshness = await _looked(workspace, found)
    return FoundCode(excerpts, freshness)


async def find_symbols(workspace: Workspace, name: str) -> FileDefinitions:
    """The definitions of a name, plain or as `Parent.name`.

    Raises:
        UsageError: the name is empty.
    """
    if not name.strip():
        raise UsageError("the name is empty: give one, plain or as Parent.name")
    definitions, freshness = await _looked(
        workspace, lambda saved: tuple(find_definitions(saved.index, name.strip()))
    )
    return FileDefinitions(definitions, freshness)


async def outline(workspace: Workspace, path: str) -> FileDefinitions:
    """The definitions of a file, or of all files below a folder (`.` for all).

    Raises:
        UsageError: there is no such file or folder, or it is left out.
    """
    wanted = clean_path(path)

    def outlined(saved: WorkspaceSnapshot) -> tuple[tuple[str, Definition], ...]:
        # "." is empty by now, and every path begins with that.
        below = f"{wanted}/" if wanted else ""
        paths = [one for one in saved.index.paths if one == wanted or one.startswith(below)]
        if not paths:
            raise _unknown(saved, wanted)
        return tuple((one, each) for one in paths for each in saved.index.outline(one).definitions)

    definitions, freshness = await _looked(workspace, outlined)
    return FileDefinitions(definitions, freshness)


async def read_lines(workspace: Workspace, path: str, first: int, last: int | None) -> FileLines:
    """Lines of a saved file; to its end without `last`.

    Raises:
        UsageError: there is no such file, it is left out, or it has no such lines.
    """
    wanted = clean_path(path)

    def read(saved: WorkspaceSnapshot) -> tuple[str, int]:
        content = saved.read_shown(wanted)
        if content is None:
            raise _unknown(saved, wanted)
        lines = lines_of(content)
        # An empty file has no lines, and can be read from its first one all the same.
        if first > max(len(lines), 1) or first < 1 or (last is not None and last < first):
            raise UsageError(f"{wanted} has {len(lines)} lines: choose a range within them")
        return "\n".join(line.rstrip("\r\n") for line in lines[first - 1 : last]), len(lines)

    (text, n_lines), freshness = await _looked(workspace, read)
    return FileLines(wanted, first, min(last or n_lines, n_lines), n_lines, text, freshness)


async def changes_since(workspace: Workspace, since: str) -> ChangedFiles:
    """How the saved files differ from a commit, by any name that git has for it, or from the last one before a time.

    Raises:
        UsageError: git knows no such commit, or the folder is in no repository.
    """
    session = workspace.session

    def compared(saved: WorkspaceSnapshot) -> tuple[str, dict[str, str]]:
        commit = _commit_of(session, since)
        repository = session.repository
        assert repository is not None, "a commit belongs to a repository"  # noqa: S101 - an invariant
        anchor = CommitAnchor(commit, tree_of(repository, commit))
        tree = anchor_tree(
            repository,
            anchor,
            saved.rules,
            saved.tree.blobs,
            attributes=saved.attributes,
            without=saved.local_versions,
        )
        return commit, dict(tree.blobs)

    def changes(saved: WorkspaceSnapshot) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        commit, before = compared(saved)
        now = saved.tree.blobs
        return (
            commit,
            tuple(sorted(now.keys() - before.keys())),
            tuple(sorted(path for path in now.keys() & before.keys() if now[path] != before[path])),
            tuple(sorted(before.keys() - now.keys())),
        )

    (commit, added, modified, deleted), freshness = await _looked(workspace, changes)
    return ChangedFiles(commit, added, modified, deleted, freshness)


def redacted(text: str) -> str:
    """A text as it may be shown to a model."""
    return shown(text)


async def _looked(workspace: Workspace, use: Callable[[WorkspaceSnapshot], T]) -> tuple[T, Freshness]:
    """What `use` makes of the saved files as they are now, and which state that was."""
    session = workspace.session
    saved = await workspace.saved()

    def used() -> tuple[T, Freshness]:
        revision = clean_revision(session.repository) if session.repository else None
        return use(saved), Freshness(saved.revision, revision, saved.is_complete, session.scope)

    return await workspace.run(used)


def _commit_of(session: Session, since: str) -> str:
    name = since.strip()
    repository = session.repository
    if repository is None:
        raise UsageError("this folder is in no git repository: there is no earlier state to compare with")
    if _TIME.fullmatch(name):
        found = ask(repository.root, "rev-list", "-1", f"--before={name}", "HEAD")
        hint = f"no commit is older than {name}"
    else:
        # git would take such a name for an option.
        allowed = bool(name) and not name.startswith("-")
        # `^{commit}` follows a tag to its commit, and refuses what leads to none.
        found = ask(repository.root, "rev-parse", "--verify", "-q", f"{name}^{{commit}}") if allowed else None
        hint = f"git knows no commit {name!r}"
    if not found:
        raise UsageError(f"{hint}: give a commit, a branch, a tag, or a time such as 2026-01-31T12:00")
    return found


def _unknown(saved: WorkspaceSnapshot, path: str) -> UsageError:
    """Why a path can't be shown."""
    reason = why_unseen(path, saved)
    if reason is not None:
        return UsageError(reason)
    return UsageError(
        f"there is no file or folder {path!r} here: `search` or `outline` with '.' finds others"
    )
