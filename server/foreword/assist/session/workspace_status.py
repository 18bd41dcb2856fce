"""How a workspace stands: whether something about it can be sent now, until when it is warm, what today's questions cost.

Readiness is made after each look at the files and after each answer; code actions go by the newest one at hand. It
looks at nothing itself, and what is sent is checked again when it is sent: nothing depends on it being up to date.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from foreword.assist.accounts.ledger import start_of_day
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.providers import provider_name
from foreword.assist.session.spending_caps import budgets_left, remedy_of
from foreword.assist.session.trust_store import is_trusted
from foreword.core.exclusion import IGNORED_BY_GIT, reason_for_path
from foreword.core.tokens import Usage
from foreword.core.tree import LeftOut, listed_reason
from foreword.prefix.warmth import warm_until
from foreword.workspace.git.git_listing import ignored_by_git

if TYPE_CHECKING:
    from foreword.assist.session.session import Session
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
    from foreword.prefix.prefix_store import SentRequest


@dataclass(frozen=True, slots=True)
class Readiness:
    """`limit` says which limit is reached, or is empty; `left_out` are the files that are left out, sorted by path.

    `read` are those that are not; `ignored` those of the files that were asked about that git ignores.
    """

    provider: str
    is_trusted: bool
    limit: str
    read: Container[str]
    left_out: Sequence[LeftOut]
    ignored: frozenset[str] = frozenset()

    @property
    def is_offline(self) -> bool:
        """Whether the offline provider answers: it sends nothing, costs nothing, and can't edit."""
        return self.provider == "offline"

    def reason_for(self, path: str) -> str | None:
        """Why a file is left out, or None."""
        if path in self.read:
            return None
        folders = path.split("/")[:-1]
        # A folder that is left out stands for all files in it.
        above = ("/".join(folders[:n]) + "/" for n in range(1, len(folders) + 1))
        reasons = (listed_reason(self.left_out, place) for place in (path, *above))
        known = next((reason for reason in reasons if reason is not None), None) or reason_for_path(path)
        return known or (IGNORED_BY_GIT if path in self.ignored else None)


def readiness(
    session: Session, saved: WorkspaceSnapshot | None, earlier: Readiness | None = None
) -> Readiness:
    """How things stand now; of a workspace that was not looked at yet, every file may be asked about."""
    name = provider_name(session)
    return Readiness(
        provider=name,
        is_trusted=is_trusted(session.places, session.root),
        limit=_limit(session) if name != "offline" else "",
        read=saved.index.blobs if saved else frozenset(),
        left_out=saved.report.left_out if saved else (),
        ignored=earlier.ignored if earlier else frozenset(),
    )


def ignored_among(session: Session, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that git ignores."""
    asked = tuple(paths)
    return ignored_by_git(session.repository, asked) if session.repository and asked else frozenset()


def _limit(session: Session) -> str:
    reached = (one.cap for one in budgets_left(session, "ask") if one.taken >= one.cap.limit)
    cap = next(reached, None)
    return f"{cap.label} of ${cap.limit:.2f} is reached: {remedy_of(cap)}" if cap else ""


def standing(session: Session, saved: WorkspaceSnapshot | None) -> dict[str, Any]:
    """How a workspace stands now, as JSON.

    `warmUntil` is in Unix seconds (None: cold), `hitRatio` the share of today's prompt tokens that were read.
    `scope` tells what is seen, None for a whole repository.
    """
    today = start_of_day(session.clock())
    used = sum(
        (total.usage for total in session.ledger.totals("workspace", today, str(session.root))), Usage()
    )
    return {
        "provider": provider_name(session),
        "model": session.settings.model,
        "warmUntil": _warm_until(session, saved),
        "hitRatio": round(used.read / used.prompt, 4) if used.prompt else None,
        "spentToday": round(session.ledger.spent_since(today), 6),
        "scope": session.scope.to_json() if session.scope else None,
    }


def _warm_until(session: Session, saved: WorkspaceSnapshot | None) -> float | None:
    """Until when the base in force is warm for the provider and model of now (Unix seconds); None if it is cold."""
    if saved is None or session.settings.cache_ttl == "off":
        return None
    _, lineage = session.prefix_store.lineage(session.worktree, saved.variant)
    if lineage is None:
        return None
    over = [
        sent
        for sent in session.prefix_store.sent(session.worktree, saved.variant)
        if sent.anchor in {"", lineage.anchor.name}
    ]
    key = current_cache_key(session, {})
    mine = next((sent for sent in over if key.is_of(sent) and not _is_too_short(session, sent)), None)
    if mine is None:
        return None
    key = current_cache_key(session, {"base": mine.digests.get("base", "")})
    return warm_until(session.prefix_store.sent(session.worktree), key, session.clock())


def _is_too_short(session: Session, sent: SentRequest) -> bool:
    """Whether the prefix of a request is under what the model caches, as far as that is known."""
    manifest = None if sent.cached else session.prefix_store.manifest(sent)
    if manifest is None:
        return False
    weight = sum(piece.weight for pieces in manifest.values() for piece in pieces)
    return weight / session.ratio < session.model.minimum
