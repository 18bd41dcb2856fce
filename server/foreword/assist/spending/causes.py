"""Who did it: the commit or the save behind a prefix that changed."""

from __future__ import annotations

from dataclasses import replace

from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.session import Session
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.verdict import Verdict
from foreword.workspace.git.history import SHORT_ID, last_commit
from foreword.workspace.git.repository import Repository


def with_cause(
    session: Session, prepared: PreparedRequest, verdict: Verdict, last: SentRequest | None
) -> Verdict:
    """The verdict on a changed base or delta with its cause; asks git, so it may take milliseconds."""
    if verdict.kind != "changed" or verdict.layer not in {"base", "delta"} or last is None or not last.anchor:
        return verdict
    return replace(verdict, cause=_cause(session, prepared, verdict, last))


def _cause(session: Session, prepared: PreparedRequest, verdict: Verdict, last: SentRequest) -> str:
    anchor = prepared.prefix.anchor
    if anchor.name == last.anchor:
        if verdict.layer == "delta":
            return f"{_saves(verdict)} made the delta too long, and it was begun anew (context.delta)"
        return "the settings, the history or a release of Foreword changed what the base shows"
    if not anchor.commit or session.repository is None:
        return f"{_saves(verdict)} after the delta had reached its limit (context.delta)"
    return _commit(session.repository, last.anchor, anchor.commit, verdict.file)


def _commit(repository: Repository, old: str, new: str, path: str) -> str:
    moved = f"the anchor moved from {old[:SHORT_ID]} to {new[:SHORT_ID]}"
    for first, then, words in ((old, new, "commit"), (new, old, "leaving commit")):
        found = last_commit(repository, first, then, path)
        if found:
            return f"{words} {found}; {moved}"
    return moved


def _saves(verdict: Verdict) -> str:
    return f"saving {verdict.file}" if verdict.file else "saves"
