"""Builds the prefix, base and delta, for the saved state of a workspace: the same bytes in every process.

candidate anchor -> keep or rebase (policy) -> base (stored by anchor) -> changes since last shown -> append

`foreword map` gets its text here too: the repository map as the base shows it, or of all files in a size of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from foreword.assist.context.base_cache import (
    AnchoredBase,
    anchored_base,
    candidate_anchors,
    provisional_base,
    snapshot_contents,
    source_at,
    stored_base,
)
from foreword.assist.context.pending_changes import find_changes, has_unread_changes
from foreword.assist.context.policy_inputs import decide, situation_of
from foreword.assist.context.rewind import nearest_sent
from foreword.assist.context.withheld import without_withheld
from foreword.assist.session.budget import budget_of
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.errors import Problem, StoreError, WorkspaceError
from foreword.core.tokens import estimate
from foreword.prefix.base.file_selection import values_of
from foreword.prefix.base.render import MapEntry, render_map
from foreword.prefix.layers import (
    WHOLE,
    Anchor,
    Base,
    Block,
    Form,
    Lineage,
    Lines,
    ShownVersion,
    blocks_digest,
)
from foreword.prefix.policy.policy import Ttl, cost_of_next
from foreword.prefix.policy.situation import Decision, Situation
from foreword.prefix.warmth import warm_until
from foreword.workspace.files.walk import snapshot_digest

MAX_TRIES = 20
KEEP = Decision("keep", "", "5m")


@dataclass(frozen=True, slots=True)
class Prefix:
    """The prefix of a workspace, built: `variant` names the settings that it depends on.

    `ttl` is the lifetime of its marks, None for no marks, and `why` says why in a sentence.
    `provisional` says in one sentence, if it was built before the index was complete, what it shows. Nothing of it is
    kept, and it gets no breakpoint: no later request begins like it.

    `shown` has the version that the model saw last of each file that the delta told of, `anchored` the blob ids of those
    of them that stand in the base's tree.
    """

    variant: str
    anchor: Anchor
    base: Base
    delta: tuple[Block, ...]
    provisional: str = ""
    ttl: Ttl | None = "5m"
    why: str = ""
    shown: Mapping[str, ShownVersion] = field(default_factory=dict)
    anchored: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each layer's blocks by the layer's name: `base` and `delta`."""
        return {"base": blocks_digest(self.base.blocks), "delta": blocks_digest(self.delta)}

    @property
    def delta_files(self) -> tuple[str, ...]:
        """The files that the delta tells of."""
        return tuple(sorted({part.path for block in self.delta for part in block.parts}))

    @property
    def changed_files(self) -> tuple[str, ...]:
        """The files that are not as in the base's tree: one that is so again does not count, though the delta told of it."""
        return tuple(
            sorted(p for p, now in self.shown.items() if now.hidden or now.blob != self.anchored.get(p))
        )

    @property
    def hidden(self) -> Mapping[str, str]:
        """The files of which the model was told that they are there and left out, with the reasons."""
        return {path: now.hidden for path, now in self.shown.items() if now.hidden}

    @property
    def forms(self) -> Mapping[str, Form]:
        """How the model knows each file of the base and the delta."""
        return {**self.base.forms, **{path: now.form for path, now in self.shown.items()}}

    @property
    def shown_in_full(self) -> frozenset[str]:
        """The files whose whole current text the model has: in the base and not changed, or new in full."""
        told = {part.path: part.form for block in self.delta for part in block.parts}
        return frozenset(path for path, form in {**self.base.forms, **told}.items() if form in WHOLE)

    @property
    def shown_in_parts(self) -> Mapping[str, tuple[Lines, ...]]:
        """The lines that the model has of files that are as in the base, which shows parts of them."""
        return {path: lines for path, lines in self.base.parts_shown.items() if path not in self.shown}

    def shows_in_full(self, path: str) -> bool:
        """Whether the model has the whole current text of a file."""
        return path in self.shown_in_full


def build_prefix(
    session: Session, saved: WorkspaceSnapshot, *, keep: bool = True, more_follow: bool = False
) -> Prefix:
    """The prefix for the saved state; `keep=False` changes nothing that is stored (for a look, a dry run).

    `more_follow`: other questions come right after this one.

    While the index is being built, a base that is stored is used, if all that changed since was read; else the
    prefix is provisional.

    Raises:
        StoreError: other processes keep changing the prefix of this worktree.
    """
    saved = without_withheld(session, saved)
    for _ in range(MAX_TRIES):
        version, in_force = session.prefix_store.lineage(session.worktree, saved.variant)
        step = _next_step(session, saved, in_force, more_follow=more_follow)
        if step is None:
            return _provisional(session, saved)
        prefix = step.prefix(saved.variant)
        if not keep or step.lineage == in_force:
            return prefix
        # Compare and swap instead of a lock, which would stop every other process while a base is built.
        if session.prefix_store.swap(
            session.worktree,
            saved.variant,
            version,
            step.lineage,
            contents=_contents(saved, step),
            now=session.clock(),
        ):
            return prefix
    raise StoreError("other foreword processes keep changing this worktree's prefix: try again")


@dataclass(frozen=True, slots=True)
class _Step:
    """A lineage that a question could be sent over; `n_sent` of the blocks of its delta were sent before."""

    lineage: Lineage
    anchored: AnchoredBase
    contents: Mapping[str, bytes]
    n_sent: int = 0
    decision: Decision = KEEP

    def prefix(self, variant: str) -> Prefix:
        """The prefix that is sent if this step is taken; `variant` as in `Prefix`."""
        lineage, decision = self.lineage, self.decision
        return Prefix(
            variant,
            lineage.anchor,
            self.anchored.base,
            lineage.delta,
            ttl=decision.ttl,
            why=decision.why,
            shown=lineage.shown,
            anchored=_blobs_of(lineage.shown, self.anchored.blobs),
        )


def _blobs_of(paths: Iterable[str], blobs: Mapping[str, str]) -> dict[str, str]:
    return {path: blobs[path] for path in paths if path in blobs}


def _contents(saved: WorkspaceSnapshot, step: _Step) -> Mapping[str, bytes]:
    """What has to be kept with a step; a snapshot that comes into force is known to nobody else."""
    # Git keeps what an anchor of its own holds; the files of a snapshot change and are gone.
    is_new_snapshot = step.lineage.anchor.kind == "snapshot" and not step.lineage.delta
    return snapshot_contents(saved) if is_new_snapshot else step.contents


def _provisional(session: Session, saved: WorkspaceSnapshot) -> Prefix:
    """A prefix for once, of what was read so far."""
    n_read, n_files = len(saved.index.blobs), len(saved.tree.blobs)
    told = f"the index is still being built: this answer used {n_read:,} of {n_files:,} files; nothing was cached"
    note = (
        f"<note>Only {n_read:,} of the {n_files:,} files of this repository were read so far, the most important "
        "ones first. Others can be viewed by their path.</note>\n"
    )
    anchor = Anchor("snapshot", snapshot_digest(saved.tree))
    return Prefix(saved.variant, anchor, provisional_base(session, saved), (Block(note),), told)


def _next_step(
    session: Session, saved: WorkspaceSnapshot, in_force: Lineage | None, *, more_follow: bool
) -> _Step | None:
    """The next lineage; None if it can't be told because the index is incomplete."""
    candidates = candidate_anchors(session, saved)
    # A delta or base from half an index would be other bytes than the next process builds.
    if not saved.is_complete:
        step = _step_meanwhile(session, saved, in_force, candidates)
        return _decided(session, step, more_follow=more_follow) if step else None
    kept = _grown(session, saved, in_force) if in_force else None
    if kept is None or in_force is None:
        return _decided(session, _fresh(session, saved, candidates), more_follow=more_follow)
    kept = _decided(session, _rewound(session, saved, in_force, kept), more_follow=more_follow)
    if kept.decision.action == "keep":
        return kept
    return _folded(session, kept, _fresh(session, saved, candidates), more_follow=more_follow)


def _rewound(session: Session, saved: WorkspaceSnapshot, in_force: Lineage, grown: _Step) -> _Step:
    """The step from the lineage in force, or one from a prefix that was sent before, if that costs less."""
    if grown.lineage == in_force:
        return grown

    def find(anchor: Anchor) -> AnchoredBase | None:
        return grown.anchored if anchor == in_force.anchor else _stored_quietly(session, saved, anchor)

    found = nearest_sent(session, saved, in_force, find)
    if found is None:
        return grown
    back = _step(session, saved, *found)
    costs = [cost_of_next(_situation(session, step)) for step in (back, grown)]
    # Both: what is cheap now must not be read ever after, and what pays only later may never be asked.
    is_cheaper = all(one <= other for one, other in zip(*costs, strict=True)) and costs[0] != costs[1]
    return back if is_cheaper else grown


def _situation(session: Session, step: _Step) -> Situation:
    """The situation in which a question is asked over a step: what was not sent of its delta is pending."""
    delta = step.lineage.delta
    return situation_of(session, step.anchored.base, delta=delta[: step.n_sent], pending=delta[step.n_sent :])


def _decided(session: Session, step: _Step, *, more_follow: bool, stays: int = 0) -> _Step:
    """A step with the decision about it.

    `stays` are the tokens of the delta that would stand in front of any question, whatever the base.
    """
    now = _situation(session, step)
    # What was never committed stands in the delta whatever the base: moving the base can't save it.
    left = max(0, now.delta - stays)
    now = replace(now, base=now.base + now.delta - left, delta=left)
    return replace(step, decision=decide(session, now, more_follow=more_follow))


def _folded(session: Session, kept: _Step, fresh: _Step, *, more_follow: bool) -> _Step:
    """The fresh step, unless it saves too little of a prefix that is still in some cache.

    What was never committed can't be folded into a base that is read from a commit. What is warm for another model
    or provider only stays for as long as its delta is within the limit.
    """
    is_warm, is_warm_elsewhere = _warmth(session, kept.anchored.base)
    stays, n_tokens = _delta_tokens(fresh.lineage), _delta_tokens(kept.lineage)
    # A fresh base would leave the delta as long as it is, and a warm one be thrown away for nothing.
    if (is_warm or is_warm_elsewhere) and stays >= n_tokens:
        return kept
    if is_warm:
        again = _decided(session, kept, more_follow=more_follow, stays=stays)
        if again.decision.action == "keep" or again.decision.ttl is None:
            return again
    elif is_warm_elsewhere and n_tokens <= session.settings.context_delta:
        return kept
    return _decided(session, fresh, more_follow=more_follow)


def _warmth(session: Session, base: Base) -> tuple[bool, bool]:
    """Whether the cache of now holds a base, and whether that of another provider or model does."""
    now, sent = session.clock(), session.prefix_store.sent(session.worktree)
    mine = current_cache_key(session, {"base": blocks_digest(base.blocks)})
    # Each provider and model has a cache of its own; a new base makes all of them cold.
    others = (replace(mine, provider=s.provider, model=s.model) for s in sent if not mine.is_of(s))
    return (
        warm_until(sent, mine, now) is not None,
        any(warm_until(sent, other, now) is not None for other in others),
    )


def _step_meanwhile(
    session: Session, saved: WorkspaceSnapshot, in_force: Lineage | None, candidates: tuple[Anchor, ...]
) -> _Step | None:
    """The step that a complete index would give too; None if that is not sure yet."""
    lineage = in_force or Lineage(candidates[0])
    try:
        anchored = stored_base(session, saved, lineage.anchor)
    except WorkspaceError:
        return None
    if anchored is None or has_unread_changes(saved, lineage, anchored):
        return None
    step = _step(session, saved, lineage, anchored)
    return step if in_force or _is_small(session, step.lineage) else None


def _fresh(session: Session, saved: WorkspaceSnapshot, candidates: tuple[Anchor, ...]) -> _Step:
    """A new lineage at the first candidate whose delta is within its limit, or at the last one."""
    # The most shared first: the merge base serves every branch and teammate, HEAD only this one.
    for anchor in candidates:
        step = _grown(session, saved, Lineage(anchor))
        if step is not None and (anchor == candidates[-1] or _is_small(session, step.lineage)):
            return step
    raise WorkspaceError("git can't read the commit that HEAD points at: fetch it, or check out another one")


def _grown(session: Session, saved: WorkspaceSnapshot, lineage: Lineage) -> _Step | None:
    """The lineage with a block for what changed since; None if its anchor can't be read any more."""
    anchored = _readable(session, saved, lineage.anchor)
    return None if anchored is None else _step(session, saved, lineage, anchored)


def _step(session: Session, saved: WorkspaceSnapshot, lineage: Lineage, anchored: AnchoredBase) -> _Step:
    changes, n_sent = find_changes(session, saved, lineage, anchored), len(lineage.delta)
    if changes.block is None:
        return _Step(lineage, anchored, {}, n_sent)
    grown = lineage.append(changes.block, changes.shown)
    return _Step(grown, anchored, changes.contents, n_sent)


def _readable(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase | None:
    try:
        return anchored_base(session, saved, anchor)
    except WorkspaceError as error:
        session.report(
            Problem(f"the anchor {anchor.name[:12]} can't be read any more ({error}); a new base is laid")
        )
        return None


def _stored_quietly(session: Session, saved: WorkspaceSnapshot, anchor: Anchor) -> AnchoredBase | None:
    try:
        return stored_base(session, saved, anchor)
    # Git can't read it any more: then there is nothing to go back to.
    except WorkspaceError:
        return None


def _is_small(session: Session, lineage: Lineage) -> bool:
    """Whether a delta tells every change, rather than only naming some, and leaves half of its limit to grow."""
    tells_all = all(part.weight for block in lineage.delta for part in block.parts)
    # Half of the limit is left for later saves, or the new lineage would be folded soon again.
    return tells_all and 2 * _delta_tokens(lineage) <= session.settings.context_delta


def _delta_tokens(lineage: Lineage) -> int:
    return sum(estimate(block.text) for block in lineage.delta)


_OPENING, _CLOSING = "<map>\n", "</map>\n"


def repository_map(
    session: Session, saved: WorkspaceSnapshot, budget: int | None
) -> tuple[str, tuple[str, ...]]:
    """The text of the map and the paths in it.

    Without `budget` it is the very map of the base, or one of `context.budget` where the base gives all files whole.
    """
    prefix = build_prefix(session, saved, keep=False)
    if budget is None and not prefix.base.whole:
        block = next(block for block in prefix.base.blocks if _OPENING in block.text)
        text = block.text.split(_OPENING, 1)[1].split(_CLOSING, 1)[0]
        return text, tuple(part.path for part in block.parts)
    source = source_at(session, saved, prefix.anchor)
    values = values_of(source.weights, source.ranks, source.heat, source.sizes)
    ordered = sorted(source.sizes, key=lambda path: (-values[path], path))
    entries = [MapEntry(p, values[p], partial(source.definitions, p)) for p in ordered]
    text, pieces = render_map(entries, budget or budget_of(session).tokens)
    return text, tuple(pieces)
