"""A review of what changed since a commit: its question, and the findings in its answer.

The change is what is saved now against the merge base with the commit, so that what others did there meanwhile is no part
of it. Left-out files are only named, and secrets are redacted on both sides, as everywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from foreword.assist.context.base_cache import known_blobs
from foreword.assist.question.answer import Answer
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import decode
from foreword.core.errors import UsageError, WorkspaceError
from foreword.core.exclusion import reason_for_content
from foreword.core.secrets.redaction import collapsed, shown
from foreword.core.tree import Source
from foreword.prefix.base.render import in_a_row
from foreword.prefix.delta import unified_diff
from foreword.prefix.layers import Anchor
from foreword.workspace.git.history import commit_named, merge_base, tree_of

REVIEW_SCHEMA = "foreword.review/1"
MAX_DIFF = 200_000
"""Characters of all diffs: some 60,000 tokens. What does not fit is named, and told as not reviewed."""
MAX_MESSAGE = 4_000
Severity = Literal["error", "warning", "note"]
"""As SARIF 2.1.0 names its levels; the worst one first."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
INSTRUCTION = """\
Review the change below. Report what is wrong with it: bugs, broken callers, lost cases, security holes, missing or wrong tests of what
it changes. Look at the code around it and at its callers with the tools before you report something. No praise, no
matters of taste, nothing that was there before the change. Each finding names the file and the lines of its new text.
Answer with one JSON object in a ```json fence and nothing else; without a finding the list is empty:
{"findings": [{"path": "src/a.py", "startLine": 10, "endLine": 12, "severity": "error" | "warning" | "note", "message": "what is wrong, and what to do"}]}"""

_FENCE = re.compile(r"^```(?:json)?[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at lines (1-based, inclusive) of a file as it is saved."""

    path: str
    start_line: int
    end_line: int
    severity: Severity
    message: str

    def to_json(self) -> dict[str, Any]:
        """As an entry of `foreword.review/1`."""
        return {
            "path": self.path,
            "startLine": self.start_line,
            "endLine": self.end_line,
            "severity": self.severity,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be reviewed: the commit it is compared with, its diffs as text, and the files whose diff is not in it.

    `is_cut_off`: there is no merge base here, as in a shallow clone, so it is compared with the named commit itself.
    """

    commit: str
    text: str
    paths: tuple[str, ...]
    not_shown: tuple[str, ...]
    is_cut_off: bool

    @property
    def question(self) -> str:
        """The words of the question."""
        return f"{INSTRUCTION}\n\n<change>\n{self.text}</change>"


def find_change(session: Session, saved: WorkspaceSnapshot, ref: str) -> Change:
    """What is saved now against the merge base of HEAD with `ref`; it blocks on git.

    Raises:
        UsageError: there is no repository, no such commit, or no change.
    """
    repository = session.repository
    if repository is None:
        raise UsageError(f"{session.root.name} is no git repository, so there is no change to review")
    named = commit_named(repository, ref)
    if named is None:
        raise UsageError(f"there is no commit {ref!r} here: fetch it, or name another one with --base")
    shared = merge_base(repository, named)
    commit = shared or named
    before = known_blobs(session, saved, Anchor("git", tree_of(repository, commit), commit))
    after = saved.index.blobs
    paths = tuple(sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p)))
    if not paths:
        raise UsageError(f"nothing differs from {ref} ({commit[:10]}): there is no change to review")
    text, not_shown = _diffs(saved, paths, before)
    return Change(commit, text, paths, not_shown, shared is None)


def _diffs(
    saved: WorkspaceSnapshot, paths: tuple[str, ...], before: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """The diffs one after the other, and the files that had no room."""
    new = {path: text.content for path, text in saved.read_all(paths).items()}
    old = dict(_old_texts(saved, {path: before[path] for path in paths if path in before}))
    pieces, left, not_shown = list[str](), MAX_DIFF, list[str]()
    for path in paths:
        diff = collapsed(unified_diff(shown(old.get(path, "")), shown(new.get(path, "")), path))
        if path not in new:
            diff = f"deleted: {in_a_row(path)}\n{diff}"
        if len(diff) > left:
            not_shown.append(path)
            pieces.append(f"{in_a_row(path)}: changed, too large to be shown here; view it\n")
            continue
        left -= len(diff)
        # Line ends, an encoding, or a value that is redacted on both sides.
        pieces.append(diff or f"{in_a_row(path)}: nothing that can be shown changed\n")
    return "".join(pieces), tuple(not_shown)


def _old_texts(saved: WorkspaceSnapshot, blobs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The texts as they were; the rules about contents hold for them too."""
    for source, data in saved.reader([Source(path, blob) for path, blob in blobs.items()]):
        wanted = source.path in saved.tree.included
        if data is not None and reason_for_content(source.path, data, included=wanted) is None:
            yield source.path, decode(data).content


@dataclass(frozen=True, slots=True)
class ChangeReview:
    """The findings of a review, the worst first in each file; `n_dropped` entries of the answer were none.

    `not_reviewed` are changed files that the model was only told the names of.
    """

    base: str
    findings: tuple[Finding, ...]
    answer: Answer
    not_reviewed: tuple[str, ...] = ()
    n_dropped: int = 0
    is_cut_off: bool = False

    def to_json(self) -> dict[str, Any]:
        """As `foreword.review/1`."""
        return {
            "schema": REVIEW_SCHEMA,
            "base": self.base,
            "findings": [one.to_json() for one in self.findings],
            "notReviewed": list(self.not_reviewed),
            "receipt": self.answer.receipt.to_json(),
        }


def review_of(answer: Answer, change: Change, saved: WorkspaceSnapshot) -> ChangeReview:
    """The findings in an answer, as far as they are about files and lines that exist.

    Raises:
        WorkspaceError: the answer is no list of findings; `foreword last` has its text.
    """
    entries = _entries(answer.text)
    if entries is None:
        raise WorkspaceError(
            f"the model gave no list of findings ({answer.stop_reason}): read it with `foreword last`, or ask again"
        )
    found = [finding for entry in entries if (finding := _finding(entry, saved)) is not None]
    unique = dict.fromkeys(
        sorted(found, key=lambda one: (one.path, one.start_line, SEVERITIES.index(one.severity)))
    )
    return ChangeReview(
        change.commit,
        tuple(unique),
        answer,
        change.not_shown,
        len(entries) - len(found),
        change.is_cut_off,
    )


def _entries(text: str) -> list[Any] | None:
    """The list in the last fence, or in a text that is JSON alone."""
    for candidate in (*reversed(_FENCE.findall(text)), text):
        try:
            told = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict) and isinstance(told.get("findings"), list):
            return list(told["findings"])
    return None


def _finding(entry: object, saved: WorkspaceSnapshot) -> Finding | None:
    """An entry as a finding, its lines within the file as it is; None for what is none."""
    if not isinstance(entry, dict):
        return None
    path, message, severity = entry.get("path"), entry.get("message"), entry.get("severity")
    start, end = entry.get("startLine"), entry.get("endLine", entry.get("startLine"))
    if not isinstance(path, str) or not isinstance(message, str) or not message.strip():
        return None
    if not (type(start) is int and type(end) is int and 1 <= start <= end):
        return None
    text = saved.read_content(path)
    if text is None:
        return None
    n_lines = max(1, len(text.splitlines()))
    return Finding(
        path,
        min(start, n_lines),
        min(end, n_lines),
        severity if severity in SEVERITIES else "warning",
        message.strip()[:MAX_MESSAGE],
    )
