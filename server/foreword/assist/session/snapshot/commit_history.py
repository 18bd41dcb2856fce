"""What the history of a repository adds to search, read once for each commit that is checked out."""

from __future__ import annotations

from dataclasses import dataclass

from foreword.core.errors import WorkspaceError
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES, CommitMessageIndex, commit_message_index
from foreword.workspace.git.history import head_commit, recent_commits
from foreword.workspace.git.repository import Repository


@dataclass(slots=True)
class Past:
    """The history up to HEAD; there is none outside git. Any thread may ask: at worst the same is read twice."""

    repository: Repository | None = None
    _known: tuple[str, CommitMessageIndex] | None = None

    def commit_messages(self, head: str | None = None) -> CommitMessageIndex:
        """The index of commit messages up to the commit `head`; None is the one that is checked out now.

        There are none where git can't tell them.
        """
        if self.repository is None:
            return NO_COMMIT_MESSAGES
        try:
            head = head or head_commit(self.repository)
            known = self._known
            # By commit, since the history up to one never changes.
            if head is not None and (known is None or known[0] != head):
                self._known = known = head, commit_message_index(recent_commits(self.repository, head))
        except WorkspaceError:  # a clone without its history: search goes without it
            return NO_COMMIT_MESSAGES
        return known[1] if head is not None and known is not None else NO_COMMIT_MESSAGES
