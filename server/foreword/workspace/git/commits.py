"""What git's history says about files in words: the messages of recent commits, and what each commit changed."""

from __future__ import annotations

from foreword.core.commit import Commit
from foreword.workspace.git.changed_paths import changed_paths, recent_ids
from foreword.workspace.git.plumbing import text_of
from foreword.workspace.git.repository import Repository

MAX_COMMITS = 1000
_BEGIN, _END = b"\x01", b"\x02"
"""Around a message in git's output; a message with one of them in it is read up to there."""


def recent_commits(repository: Repository, commit: str, limit: int = MAX_COMMITS) -> tuple[Commit, ...]:
    """The last `limit` commits up to `commit`, the newest first, merges and a first commit aside.

    Paths are relative to the workspace; commits that changed nothing in it are left out. The same history gives the
    same commits everywhere; a shallow clone knows fewer.
    """
    told = changed_paths(
        repository,
        recent_ids(repository, commit, limit),
        "--encoding=UTF-8",
        f"--format={_BEGIN.decode()}%B{_END.decode()}",
    )
    return tuple(one for part in told.split(_BEGIN)[1:] if (one := _commit(part)).paths)


def _commit(told: bytes) -> Commit:
    """A commit as git tells it: the message, and then the paths, each ended by NUL."""
    message, _, rest = told.partition(_END)
    paths = rest.partition(b"\0")[2].lstrip(b"\n").split(b"\0")
    return Commit(
        message.decode("utf-8", "replace").strip(),
        tuple(text_of(path) for path in paths if path),
    )
