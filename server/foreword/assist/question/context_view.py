"""What the prefix holds, layer by layer and file by file (`foreword.context/1`), and which files are pinned there.

A pin brings back what a rule leaves out, but for secrets; what it can't bring is told with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from foreword.assist.context.build_prefix import Prefix
from foreword.assist.context.instruction_layer import InstructionState, instruction_states
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.budget import budget_of
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.exclusion import reason_for_path
from foreword.core.tokens import weigh
from foreword.core.tree import LeftOut, Scope
from foreword.prefix.layers import WHOLE, Anchor, Block, blocks_digest
from foreword.prefix.warmth import WITH_DELTA, warm_until
from foreword.workspace.ignore import matching

NO_FILE = "there is no such file, or git ignores it"
NO_ROOM = "it does not fit into context.budget"
IN_DELTA = "it is new, or changed since the base was built: the delta tells of it"
UNREAD = "it is not read yet"


@dataclass(frozen=True, slots=True)
class Pins:
    """The files that the pins mean, and why some of them (or a pin itself, if it means none) are not in the base in full."""

    paths: frozenset[str]
    missing: Mapping[str, str]


def find_pins(pins: Sequence[str], saved: WorkspaceSnapshot, prefix: Prefix) -> Pins:
    """What became of the pins in a prefix."""
    left_out = {left.path: left.reason for left in saved.report.left_out}
    found = matching(pins, (*saved.paths, *left_out)) if pins else {}
    paths = frozenset[str]().union(*found.values())
    # A name outside of the workspace is no file of it, whatever it is called.
    none = {
        pin: (None if ".." in pin.split("/") else reason_for_path(pin)) or NO_FILE
        for pin, means in found.items()
        if not means
    }
    forms, later = prefix.base.forms, frozenset(prefix.delta_files)

    def why_missing(path: str) -> str:
        if path in left_out:
            return left_out[path]
        if path in saved.unread:
            return UNREAD
        return IN_DELTA if path in later and path not in forms else NO_ROOM

    missing = {path: why_missing(path) for path in paths if forms.get(path) not in WHOLE}
    return Pins(paths, dict(sorted((none | missing).items())))


CONTEXT_SCHEMA = "foreword.context/1"
INSTRUCTION_FILES = "instruction files"
"""The name of their layer, which is there if the workspace has such files."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file as one block of a layer shows it, in full or in another form; `digest` is that of the shown text."""

    path: str
    form: str
    tokens: int
    digest: str
    block: int
    pinned: bool

    def to_json(self) -> Json:
        """As in `foreword.context/1`."""
        return {
            "path": self.path,
            "form": self.form,
            "tokens": self.tokens,
            "digest": self.digest,
            "block": self.block,
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer. `breakpoint` is the lifetime of its mark, None without one.

    `warm_until` is until when the provider's cache probably holds it, by our own records, in Unix seconds: 0 for a
    layer that is cold, None for one that is not cached.
    """

    name: str
    digest: str
    tokens: int
    n_blocks: int
    breakpoint: str | None
    warm_until: float | None
    files: tuple[LayerFile, ...]

    def to_json(self) -> Json:
        """As in `foreword.context/1`."""
        return {
            "name": self.name,
            "digest": self.digest,
            "tokens": self.tokens,
            "blocks": self.n_blocks,
            "breakpoint": self.breakpoint,
            "warm": None if self.warm_until is None else self.warm_until > 0,
            "warmUntil": self.warm_until or None,
            "files": [file.to_json() for file in self.files],
        }


@dataclass(frozen=True, slots=True)
class ContextReport:
    """What the model knows of the repository before any question.

    Tokens are estimates at the model's calibrated ratio.

    `whole`: the base shows every file in full. `n_not_shown` files are in the index only. `not_pinned` are files whose
    pin does not show them in full, each with its reason. `budget` are the tokens that the base may have, and `budget_why`
    says why those, empty where the user set them. `instruction_files` are followed as the user's wishes if
    `follows_instructions`: in a trusted workspace. `minimum` is the shortest prefix that the model caches.
    `at` is when this was so, in Unix seconds. `scope` is the folder that is seen, where the repository is larger.
    """

    anchor: Anchor
    whole: bool
    layers: tuple[LayerReport, ...]
    left_out: tuple[LeftOut, ...]
    n_not_shown: int
    pins: tuple[str, ...]
    not_pinned: tuple[tuple[str, str], ...]
    budget: int
    budget_why: str
    minimum: int
    at: float
    scope: Scope | None = None
    instruction_files: tuple[InstructionState, ...] = ()
    follows_instructions: bool = False

    @property
    def tokens(self) -> int:
        """The tokens of all layers together: an estimate, like those of each layer."""
        return sum(layer.tokens for layer in self.layers)

    def to_json(self) -> Json:
        """As `foreword.context/1`."""
        return {
            "schema": CONTEXT_SCHEMA,
            "anchor": _anchor_json(self.anchor),
            "whole": self.whole,
            "layers": [layer.to_json() for layer in self.layers],
            "leftOut": [{"path": left.path, "reason": left.reason} for left in self.left_out],
            "notShown": self.n_not_shown,
            "pins": list(self.pins),
            "instructionFiles": [file.to_json() for file in self.instruction_files],
            "followsInstructions": self.follows_instructions,
            "notPinned": [{"path": path, "reason": reason} for path, reason in self.not_pinned],
            "tokens": self.tokens,
            "budget": self.budget,
            "budgetWhy": self.budget_why,
            "minimum": self.minimum,
            "scope": self.scope.to_json() if self.scope else None,
        }


def context_report(session: Session, prepared: PreparedRequest) -> ContextReport:
    """What the prefix of a request holds."""
    prefix, saved, ratio = prepared.prefix, prepared.saved, session.ratio
    size = budget_of(session)
    ttl = prepared.payload.ttl
    pins = find_pins(session.settings.context_pins, saved, prefix)
    layer = partial(_layer, ratio=ratio, pinned=pins.paths, until=_warm_until(session, prepared))
    followed = prefix.base.instructions
    # The mark behind the instruction files is the base's: no other layer is written with them, or read.
    of_base = prefix.base.stable + prefix.base.rest
    # No mark ends with them (they are short), so they have no lifetime of their own.
    system = f"{prepared.parameters.system}{list(prepared.parameters.tools)}"
    return ContextReport(
        anchor=prefix.anchor,
        whole=prefix.base.whole,
        layers=(
            layer("instructions", prepared.digests["instructions"], (Block(system),), None),
            layer("base", blocks_digest(prefix.base.blocks), of_base, ttl),
            *([layer(INSTRUCTION_FILES, blocks_digest(followed), followed, ttl)] if followed else []),
            layer("delta", blocks_digest(prefix.delta), prefix.delta, ttl if prefix.delta else None),
        ),
        left_out=tuple(saved.report.left_out),
        n_not_shown=_not_shown(prefix, saved),
        pins=tuple(session.settings.context_pins),
        not_pinned=tuple(pins.missing.items()),
        budget=size.tokens,
        budget_why=size.why,
        minimum=session.model.minimum,
        at=session.clock(),
        scope=session.scope,
        instruction_files=instruction_states(saved, prefix.forms, session.settings.context_instructions),
        follows_instructions=session.trust.granted(),
    )


def _layer(
    name: str,
    digest: str,
    blocks: Iterable[Block],
    breakpoint_ttl: str | None,
    *,
    ratio: float,
    pinned: frozenset[str],
    until: Mapping[str, float],
) -> LayerReport:
    listed = list(blocks)
    files = (
        LayerFile(part.path, part.form, round(part.weight / ratio), part.digest, number, part.path in pinned)
        for number, block in enumerate(listed)
        for part in block.parts
    )
    tokens = round(sum(weigh(block.text) for block in listed) / ratio)
    return LayerReport(name, digest, tokens, len(listed), breakpoint_ttl, until.get(name), tuple(files))


def _warm_until(session: Session, prepared: PreparedRequest) -> dict[str, float]:
    """Until when the cache holds each layer that it may hold (Unix seconds, 0: it does not); no mark ends with the instructions."""
    n_prefix = prepared.prefix_weight / session.ratio
    # Under the minimum the API ignores the mark, so nothing is warm whatever was sent.
    if prepared.payload.ttl is None or n_prefix < session.model.minimum:
        return {}
    now, sent = session.clock(), session.prefix_store.sent(session.worktree)
    key = current_cache_key(session, prepared.digests)
    base = warm_until(sent, key, now) or 0.0
    until = {"instructions": base, "base": base, INSTRUCTION_FILES: base}
    if prepared.payload.delta:
        until["delta"] = warm_until(sent, key, now, WITH_DELTA) or 0.0
    return until


def _anchor_json(anchor: Anchor) -> Json:
    if anchor.kind == "snapshot":
        return {"kind": "snapshot", "digest": anchor.tree}
    return {"kind": "git", "commit": anchor.commit, "tree": anchor.tree, "digest": anchor.tree}


def _not_shown(prefix: Prefix, saved: WorkspaceSnapshot) -> int:
    """How many files of the saved state the prefix does not speak of (the tools still reach them)."""
    shown = prefix.base.forms.keys() | set(prefix.delta_files)
    return sum(path not in shown for path in saved.index.blobs)
