"""What the history of a repository adds to search, read once for each commit that is checked out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foreword.core.errors import StoreError, WorkspaceError

if TYPE_CHECKING:
    from foreword.index.search.commit_messages import CommitMessageIndex, Terms
    from foreword.workspace.git.repository import Repository


@dataclass(slots=True)
class CommitHistory:
    """The history up to HEAD; there is none outside git. Any thread may ask: at worst the same is read twice.

    `recall` gives what `keep` stored under a key for the next process, or None.
    """

    repository: Repository | None = None
    recall: Callable[[str], Any] = lambda _: None
    keep: Callable[[str, Any], None] = lambda _, __: None
    _known: tuple[str, CommitMessageIndex] | None = None
    _terms: Mapping[bytes, Terms] = field(default_factory=dict)

    def commit_messages(self, head: str | None = None) -> CommitMessageIndex:
        """The index of commit messages up to the commit `head`; None is the one that is checked out now.

        There are none where git can't tell them.
        """
        from foreword.index.search.commit_messages import (  # noqa: PLC0415 - of a look alone nobody asks for it
            NO_COMMIT_MESSAGES,
        )
        from foreword.workspace.git.history import head_commit  # noqa: PLC0415 - as above

        if self.repository is None:
            return NO_COMMIT_MESSAGES
        try:
            head = head or head_commit(self.repository)
            known = self._known
            # By commit, since the history up to one never changes.
            if head is not None and (known is None or known[0] != head):
                self._known = known = head, self._index(self.repository, head)
        except WorkspaceError:  # a clone without its history: search goes without it
            return NO_COMMIT_MESSAGES
        return known[1] if head is not None and known is not None else NO_COMMIT_MESSAGES

    def _index(self, repository: Repository, head: str) -> CommitMessageIndex:
        """The terms of a message are looked up by its digest: another commit has nearly all messages of this one."""
        from foreword.core.secrets.redaction import redact  # noqa: PLC0415 - as above
        from foreword.index.search.commit_messages import (  # noqa: PLC0415 - as above
            commit_message_index,
            message_terms,
        )
        from foreword.workspace.git.history import recent_commits  # noqa: PLC0415 - as above

        before = self._terms or self._stored()
        terms: dict[bytes, Terms] = {}

        def terms_of(message: str) -> Terms:
            key = hashlib.blake2b(message.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            found = before.get(key)
            # Redacted, since the terms are stored: people have put keys into messages.
            terms[key] = found if found is not None else message_terms(redact(message))
            return terms[key]

        found = commit_message_index(recent_commits(repository, head), terms_of)
        self._terms = terms
        if not terms.keys() <= before.keys():
            # Where the store is locked for too long the next process finds the terms anew.
            with suppress(StoreError):
                self.keep(_key(), terms)
        return found

    def _stored(self) -> Mapping[bytes, Terms]:
        try:
            found = self.recall(_key())
        except StoreError:
            return {}
        return found if isinstance(found, dict) else {}


def _key() -> str:
    """Under which the terms of messages are stored."""
    from foreword.index.search.commit_messages import MESSAGE_TERMS_FORMAT  # noqa: PLC0415 - as above

    return f"terms of commit messages {MESSAGE_TERMS_FORMAT}"
