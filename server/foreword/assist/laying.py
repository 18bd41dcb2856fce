"""Laying the foreword: base and delta for the saved state of a workspace, the same bytes for every process.

candidate anchor -> keep or rebase (policy) -> base (stored by anchor) -> changes since last shown -> append
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foreword.assist.anchors import AnchoredBase, anchored_base, candidate_anchors, snapshot_contents
from foreword.assist.changes import find_changes
from foreword.assist.saved import Saved
from foreword.assist.session import Session
from foreword.core.errors import Problem, StoreError, WorkspaceError
from foreword.core.tokens import estimate
from foreword.prefix.layers import Base, Block, blocks_digest
from foreword.prefix.lineage import Anchor, Lineage
from foreword.prefix.policy import AnchorView, should_rebase

MAX_TRIES = 20


@dataclass(frozen=True, slots=True)
class Foreword:
    """A laid prefix: `variant` names the settings that it depends on."""

    variant: str
    anchor: Anchor
    base: Base
    delta: tuple[Block, ...]

    @property
    def digests(self) -> dict[str, str]:
        """The digests of its layers."""
        return {"base": blocks_digest(self.base.blocks), "delta": blocks_digest(self.delta)}

    @property
    def delta_files(self) -> tuple[str, ...]:
        """The files that the delta tells of."""
        return tuple(sorted({part.path for block in self.delta for part in block.parts}))

    @property
    def shown_in_full(self) -> frozenset[str]:
        """The files whose whole current text the model has: in the base and not changed, or new in full."""
        told = {part.path: part.form for block in self.delta for part in block.parts}
        return frozenset(path for path, form in {**self.base.forms, **told}.items() if form == "full")

    def shows_in_full(self, path: str) -> bool:
        """Whether the model has the whole current text of a file."""
        return path in self.shown_in_full


def lay_foreword(session: Session, saved: Saved, *, keep: bool = True) -> Foreword:
    """The prefix for the saved state; `keep=False` changes nothing that is stored (for a look, a dry run).

    Raises:
        StoreError: other processes keep changing the prefix of this worktree.
    """
    for _ in range(MAX_TRIES):
        version, in_force = session.prefix_store.lineage(session.worktree, saved.variant)
        step = _next_step(session, saved, in_force)
        laid = Foreword(saved.variant, step.lineage.anchor, step.base, step.lineage.delta)
        if not keep or step.lineage == in_force:
            return laid
        if session.prefix_store.swap(
            session.worktree,
            saved.variant,
            version,
            step.lineage,
            contents=_contents(saved, step),
            now=session.clock(),
        ):
            return laid
    raise StoreError("other foreword processes keep changing this worktree's prefix: try again")


@dataclass(frozen=True, slots=True)
class _Step:
    lineage: Lineage
    base: Base
    contents: Mapping[str, bytes]


def _contents(saved: Saved, step: _Step) -> Mapping[str, bytes]:
    """What has to be kept with a step; a snapshot that comes into force is known to nobody else."""
    is_new_snapshot = step.lineage.anchor.kind == "snapshot" and not step.lineage.delta
    return snapshot_contents(saved) if is_new_snapshot else step.contents


def _next_step(session: Session, saved: Saved, in_force: Lineage | None) -> _Step:
    candidates = candidate_anchors(session, saved)
    if in_force is not None:
        kept = _grown(session, saved, in_force)
        if kept is not None and not should_rebase(_view(session, saved, kept, candidates[0])):
            return kept
    return _fresh(session, saved, candidates)


def _fresh(session: Session, saved: Saved, candidates: tuple[Anchor, ...]) -> _Step:
    """A new lineage at the first candidate whose delta is within its limit, or at the last one."""
    for anchor in candidates:
        step = _grown(session, saved, Lineage(anchor))
        if step is not None and (anchor == candidates[-1] or _is_small(session, step.lineage)):
            return step
    raise WorkspaceError("git can't read the commit that HEAD points at: fetch it, or check out another one")


def _grown(session: Session, saved: Saved, lineage: Lineage) -> _Step | None:
    """The lineage with a block for what changed since; None if its anchor can't be read any more."""
    anchored = _readable(session, saved, lineage.anchor)
    if anchored is None:
        return None
    changes = find_changes(session, saved, lineage, anchored)
    if changes.block is None:
        return _Step(lineage, anchored.base, {})
    grown = lineage.append(changes.block, changes.shown)
    return _Step(grown, anchored.base, changes.contents)


def _readable(session: Session, saved: Saved, anchor: Anchor) -> AnchoredBase | None:
    try:
        return anchored_base(session, saved, anchor)
    except WorkspaceError as error:
        session.report(
            Problem(f"the anchor {anchor.name[:12]} can't be read any more ({error}); a new base is laid")
        )
        return None


def _view(session: Session, saved: Saved, kept: _Step, candidate: Anchor) -> AnchorView:
    now = session.clock()
    return AnchorView(
        in_force=True,
        moved=candidate.tree != kept.lineage.anchor.tree,
        is_warm=any(sent.is_warm(now) for sent in session.prefix_store.sent(session.worktree, saved.variant)),
        delta_tokens=_delta_tokens(kept.lineage),
        delta_limit=session.settings.context_delta,
    )


def _is_small(session: Session, lineage: Lineage) -> bool:
    """Whether a delta is within its limit and tells every change, rather than only naming some."""
    tells_all = all(part.weight for block in lineage.delta for part in block.parts)
    return tells_all and _delta_tokens(lineage) <= session.settings.context_delta


def _delta_tokens(lineage: Lineage) -> int:
    return sum(estimate(block.text) for block in lineage.delta)
