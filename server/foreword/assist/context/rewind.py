"""Going back to a prefix that was sent before: after an undo, a redo, `git stash`, or a switch of branches and back.

    sent      base | edit             the state of now is that of the base again:
    append    base | edit | undo      writes the undo, and reads both ever after
    rewind    base                    reads what the cache still has

A lineage is gone back to only while the cache of the provider of now probably has all of it, and only where that costs
less than to append: the newest delta of a walk over states is never longer than one that was only appended to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from foreword.assist.context.base_cache import AnchoredBase
from foreword.assist.context.pending_changes import differing_paths, hidden_now, saved_blobs
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.withheld_files import withheld_files
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.prefix.layers import Anchor, Lineage, blocks_digest
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.warmth import BASE, WITH_DELTA, warm_until

MARGIN_S = 15
"""What expires sooner is not gone back to: the request could come too late for it, and write all of it anew."""

FindBase = Callable[[Anchor], AnchoredBase | None]
"""The base at an anchor, None if it is not stored."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is saved: blob ids, reasons of what is hidden, and the paths that are not as at one anchor."""

    blobs: Mapping[str, str]
    hidden: Mapping[str, str]
    moved: frozenset[str]

    def n_differing(self, lineage: Lineage, anchored: AnchoredBase) -> int:
        """How many files a lineage over this anchor shows in another state."""
        return sum(self._differs(path, lineage, anchored) for path in self.moved | lineage.shown.keys())

    def _differs(self, path: str, lineage: Lineage, anchored: AnchoredBase) -> bool:
        told = lineage.shown.get(path)
        known = (told.blob, told.hidden) if told else (anchored.blobs.get(path), "")
        return known != (self.blobs.get(path), self.hidden.get(path, ""))


def nearest_sent(
    session: Session, saved: WorkspaceSnapshot, in_force: Lineage, find: FindBase
) -> tuple[Lineage, AnchoredBase] | None:
    """Of the prefixes that were sent and are warm, the one whose files are nearest to what is saved.

    The shortest of those that are equally near; None if none is nearer than the one in force.
    """
    past = session.prefix_store.past(session.worktree, saved.variant)
    sent, soon = session.prefix_store.sent(session.worktree), session.clock() + MARGIN_S
    # Asked before a base is read: requests name the anchor of theirs, but for those of old releases.
    alive = {request.anchor for request in sent if request.is_warm(soon)}
    anchors = dict.fromkeys(
        anchor
        for anchor in (in_force.anchor, *(lineage.anchor for lineage in past))
        if {anchor.name, ""} & alive
    )
    bases = {anchor: anchored for anchor in anchors if (anchored := find(anchor)) is not None}
    # A base alone was sent with every lineage over it: a breakpoint stands at its end.
    known = (*(Lineage(anchor) for anchor in anchors), *past)
    candidates = [one for one in known if one.anchor in bases]
    warm = [one for one in candidates if _is_warm(session, one, bases[one.anchor], sent, soon)]
    warm = _allowed(session, saved, warm, bases)
    if not warm:
        return None
    states = {
        anchor: _state(session, saved, bases[anchor], (*warm, in_force), anchor)
        for anchor in dict.fromkeys(lineage.anchor for lineage in warm)
    }

    def distance(lineage: Lineage) -> tuple[int, int]:
        n_differing = states[lineage.anchor].n_differing(lineage, bases[lineage.anchor])
        return n_differing, sum(len(block.text) for block in lineage.delta)

    nearest = min(warm, key=distance)
    # Who edits one file again and again goes on appending: each state is as near to the base as to the last one.
    is_nearer = in_force.anchor not in states or distance(nearest)[0] < distance(in_force)[0]
    return (nearest, bases[nearest.anchor]) if is_nearer else None


def _is_warm(
    session: Session, lineage: Lineage, anchored: AnchoredBase, sent: Sequence[SentRequest], soon: float
) -> bool:
    """Whether the cache of now has all blocks of a lineage until `soon` (Unix seconds), by our own records."""
    digests = {"base": blocks_digest(anchored.base.blocks), "delta": blocks_digest(lineage.delta)}
    layers = WITH_DELTA if lineage.delta else BASE
    return warm_until(sent, current_cache_key(session, digests), soon, layers) is not None


def _allowed(
    session: Session,
    saved: WorkspaceSnapshot,
    lineages: Sequence[Lineage],
    bases: Mapping[Anchor, AnchoredBase],
) -> list[Lineage]:
    """Those of some lineages that show no file which may not be shown any more."""
    shown = [
        bases[lineage.anchor].base.forms.keys()
        | {part.path for block in lineage.delta for part in block.parts if part.form != "hidden"}
        for lineage in lineages
    ]
    withheld = withheld_files(saved, session.repository, {path for paths in shown for path in paths})
    return [one for one, paths in zip(lineages, shown, strict=True) if withheld.keys().isdisjoint(paths)]


def _state(
    session: Session,
    saved: WorkspaceSnapshot,
    anchored: AnchoredBase,
    lineages: Sequence[Lineage],
    anchor: Anchor,
) -> _State:
    """What is saved, as compared with an anchor and with those of the lineages that are over it."""
    blobs, forms = saved_blobs(saved), anchored.base.forms
    moved, _ = differing_paths(session, saved, Lineage(anchor), anchored)
    told = {path for lineage in lineages if lineage.anchor == anchor for path in lineage.shown}
    # What never was shown, and is not now, is told of nowhere.
    visible = frozenset(path for path in moved if path in blobs or path in forms or path in told)
    return _State(blobs, hidden_now(session, saved, (visible | told) - blobs.keys()), visible)
