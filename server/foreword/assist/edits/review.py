"""What became of a proposal: which of its hunks the user applied or rejected, and what is left to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.documents.text import Text

Outcome = Literal["pending", "applied", "rejected", "partly applied"]


@dataclass(frozen=True, slots=True)
class FileReview:
    """The decisions about one file, as numbers of its hunks; `applied` in the order in which they were applied.

    A file that is created or deleted has no parts: it is `is_whole` that says whether that was done.
    """

    applied: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    is_whole: bool = False

    @property
    def is_touched(self) -> bool:
        """Whether something of the file was applied."""
        return self.is_whole or bool(self.applied)


@dataclass(frozen=True, slots=True)
class ProposalReview:
    """The decisions about a proposal, by path; a path that is missing is wholly undecided."""

    files: Mapping[str, FileReview] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, path: str) -> FileReview:
        """The decisions about a file."""
        return self.files.get(path, FileReview())

    def pending(self, file: ProposedFile) -> tuple[int, ...]:
        """The numbers of the hunks that are not decided; (0,) for a file without parts that is not decided."""
        review = self.of(file.path)
        if not file.has_parts:
            return () if review.is_whole or review.rejected else (0,)
        return tuple(
            n for n in range(len(file.hunks)) if n not in review.applied and n not in review.rejected
        )

    def applying(self, file: ProposedFile, numbers: Iterable[int]) -> ProposalReview:
        """The review after these hunks of a file were applied, or all of a file without parts."""
        review, added = self.of(file.path), tuple(numbers)
        # Applied once more after being undone, a hunk counts as the latest again.
        earlier = tuple(n for n in review.applied if n not in added)
        left = tuple(n for n in review.rejected if n not in added)
        is_whole = review.is_whole or file.kind in ("create", "delete", "rename")
        return self._having(file.path, FileReview((*earlier, *added), left, is_whole))

    def rejecting(self, file: ProposedFile, numbers: Iterable[int]) -> ProposalReview:
        """The review after these hunks of a file were rejected, or all of a file without parts."""
        review = self.of(file.path)
        chosen = tuple(numbers) if file.has_parts else (0,)
        added = tuple(n for n in chosen if n not in (*review.applied, *review.rejected))
        return self._having(file.path, replace(review, rejected=(*review.rejected, *added)))

    def _having(self, path: str, review: FileReview) -> ProposalReview:
        return ProposalReview(MappingProxyType({**self.files, path: review}))

    def outcome(self, proposal: Proposal) -> Outcome:
        """What became of the proposal as a whole."""
        files = proposal.files.values()
        n_pending = sum(bool(self.pending(file)) for file in files)
        n_applied = sum(self.of(file.path).is_touched for file in files)
        has_rejected = any(self.of(file.path).rejected for file in files)
        if n_pending and not n_applied:
            return "pending"
        if n_applied:
            return "partly applied" if n_pending or has_rejected else "applied"
        return "rejected"


def remaining(file: ProposedFile, review: FileReview, numbers: Iterable[int]) -> ProposedFile:
    """These hunks of a file over the text that has those which were applied; a file that is moved already stays."""
    part = file.having_only(tuple(numbers), review.applied)
    # The move was done with the first hunk.
    return replace(part, source=None) if review.is_whole and file.source is not None else part


def reverse(proposal: Proposal, review: ProposalReview) -> Proposal:
    """What takes back all that was applied, file by file."""
    touched = (file for file in proposal.files.values() if review.of(file.path).is_touched)
    undone = [_reverse_file(file, review.of(file.path)) for file in touched]
    return Proposal(MappingProxyType({file.path: file for file in undone}))


def _reverse_file(file: ProposedFile, review: FileReview) -> ProposedFile:
    if file.kind == "create":
        return ProposedFile(file.path, Text(file.after or ""), None)
    if file.kind == "delete" or file.before is None:
        return ProposedFile(file.path, None, file.shown_before)
    applied = file.having_only(review.applied).after
    before = replace(file.before, content=applied or "")
    source = file.path if file.source else None
    return ProposedFile(
        file.source or file.path, before, file.shown_before, source, is_program=file.is_program
    )
