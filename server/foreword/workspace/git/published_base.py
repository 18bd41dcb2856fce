"""What a clone without history needs to build the base of its team: the anchor, how often files changed before it, and which lines of large ones.

It is one annotated tag at `refs/foreword/base`, which `foreword warm --publish` pushes and a shallow clone fetches by itself
(`git fetch --depth=1 origin +refs/foreword/base:refs/foreword/base`). The tag's object is the anchor's commit, and its message
all that as JSON. Foreword fetches nothing, and builds on the tag in shallow clones alone; that its base is warm counts in all.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from foreword.core.tree import LineChange
from foreword.workspace.git.history import Activity
from foreword.workspace.git.line_changes import weight_at
from foreword.workspace.git.plumbing import ask, push, run, text_of
from foreword.workspace.git.repository import Repository

REF: Final = "refs/foreword/base"
SCHEMA: Final = "foreword.published/1"
FETCH = f"git fetch --depth=1 origin +{REF}:{REF}"


@dataclass(frozen=True, slots=True)
class PublishedBase:
    """`activity` is that of the anchor `commit` for a workspace at `prefix` of the repository.

    `lines` are what the last commits changed of the files that the base could show in parts, by path. `model` has its base in
    the cache until `warm_until` (Unix seconds).
    """

    commit: str
    prefix: str
    activity: Activity
    lines: Mapping[str, tuple[LineChange, ...]]
    model: str
    warm_until: float

    def changed_lines(self, paths: Sequence[str]) -> Mapping[str, tuple[LineChange, ...]]:
        """Of some files what the last commits changed, as `line_changes.changed_lines` tells it of a whole clone."""
        return {path: self.lines[path] for path in paths if path in self.lines}


def is_shallow(repository: Repository) -> bool:
    """Whether the clone lacks a part of the history."""
    return (repository.common_dir / "shallow").exists()


def history_of(repository: Repository, commit: str) -> str:
    """A word for what of the history a base at `commit` is made of here; empty for a clone that has all of it.

    Clones change: a shallow one is deepened, a partial one completed, and what was published is fetched or published anew.
    """
    if is_shallow(repository):
        published = last_published(repository)
        if published is not None and published.commit == commit:
            return f"published {ask(repository.root, 'rev-parse', REF) or ''}".strip()
        edge = (repository.common_dir / "shallow").read_bytes()
        return f"shallow {hashlib.sha256(edge).hexdigest()[:16]}"
    return "treeless" if repository.is_treeless else "partial" if repository.is_partial else ""


def published_base(repository: Repository) -> PublishedBase | None:
    """What a shallow clone builds its base from, if it was fetched; None in a clone that has the history itself."""
    return last_published(repository) if is_shallow(repository) else None


def last_published(repository: Repository) -> PublishedBase | None:
    """What was published for this folder and fetched into this clone, if anything was."""
    text = ask(repository.root, "cat-file", "tag", REF)
    head, mark, message = (text or "").partition("\n\n")
    first = head.partition("\n")[0]
    if not mark or not first.startswith("object "):
        return None
    try:
        found = _parsed(first.removeprefix("object "), json.loads(message))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found if found.prefix == repository.prefix else None


def publish_base(repository: Repository, published: PublishedBase, remote: str, now: float) -> None:
    """Make the tag, and push it to a remote in the place of the one before.

    Raises:
        WorkspaceError: git does not do it; the message says why.
    """
    message = {
        "schema": SCHEMA,
        "prefix": published.prefix,
        "model": published.model,
        "warmUntil": published.warm_until,
        "churn": dict(published.activity.churn),
        "heat": dict(published.activity.heat),
        "lines": {
            path: [(one.commit, one.first, one.last) for one in changes]
            for path, changes in published.lines.items()
        },
    }
    text = (
        f"object {published.commit}\ntype commit\ntag foreword-base\n"
        f"tagger Foreword <foreword@localhost> {int(now)} +0000\n\n{json.dumps(message)}\n"
    )
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        tag = text_of(run(repository.root, "mktag", stdin=file)).strip()
    run(repository.root, "update-ref", REF, tag)
    push(repository.root, remote, REF)


def _parsed(commit: str, message: Mapping[str, Any]) -> PublishedBase:
    if message["schema"] != SCHEMA:
        raise ValueError(message["schema"])
    activity = Activity(_numbers(message["churn"]), _numbers(message["heat"]))
    lines = {
        str(path): tuple(
            LineChange(int(n), weight_at(int(n)), int(first), int(last)) for n, first, last in changes
        )
        # Tags of before have none: their bases showed no files in parts.
        for path, changes in message.get("lines", {}).items()
    }
    return PublishedBase(
        commit, str(message["prefix"]), activity, lines, str(message["model"]), float(message["warmUntil"])
    )


def _numbers(table: Mapping[str, Any]) -> dict[str, float]:
    return {str(path): float(value) for path, value in table.items()}
