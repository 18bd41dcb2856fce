"""Which files the last commits changed, as git prints it: one reading of the history for all that is made of it."""

from __future__ import annotations

import tempfile

from foreword.workspace.git.plumbing import run
from foreword.workspace.git.repository import Repository


def recent_ids(repository: Repository, commit: str, limit: int) -> bytes:
    """The ids of the last `limit` commits up to `commit`, one a line, the newest first, merges aside."""
    return run(repository.root, "rev-list", "--no-merges", f"--max-count={limit}", commit)


def changed_paths(repository: Repository, ids: bytes, *told: str) -> bytes:
    """For each commit of `ids` with changes its id (or what the flags in `told` ask for), and then the changed paths.

    Each is ended by NUL; paths are relative to the workspace. A commit without parents counts as one without changes.
    """
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
