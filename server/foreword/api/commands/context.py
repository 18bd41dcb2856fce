"""`context`: what the model knows of the repository, and which files stand in the base in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from foreword.api.command import Body
from foreword.api.parameters import Flag, ModelChoice
from foreword.api.printed import Line, Printed, Table
from foreword.api.workspace import Workspace
from foreword.assist.answering.ask import prepare_now
from foreword.assist.answering.pin_files import LOOK_QUESTION, PinChange, PinnedContext, change_pins
from foreword.assist.question.context_view import ContextReport, LayerReport, context_report
from foreword.assist.session.settings_files import PROJECT_FILE
from foreword.model.messages_api.retry_policy import spell

BAR_CELLS = 40
MIN_BAR_CELLS = 4
OTHER_CELLS = 77
"""What the other columns of the table of layers take."""
SHOWN_FILES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextParameters(ModelChoice):
    """The parameters of `context`."""

    files: Annotated[bool, Flag("list every file, not the largest only")] = False
    pin: Annotated[tuple[str, ...], Flag("show these files in full from now on", "PATH", is_greedy=True)] = ()
    unpin: Annotated[tuple[str, ...], Flag("leave these to the ranking again", "PATH", is_greedy=True)] = ()


async def context(workspace: Workspace, given: ContextParameters) -> ContextReport | PinnedContext:
    """What the model knows before any question; with pins to change, after they have changed.

    Raises:
        ForewordError: the pins can't be changed, or the workspace can't be read.
    """
    if not (given.pin or given.unpin):
        return await context_of(workspace, given)
    change, shown = PinChange(given.pin, given.unpin), workspace.document(PROJECT_FILE)
    how = partial(change_pins, use_cache=not given.no_cache, shown=shown)
    return await workspace.run(how, workspace.session, change)


async def context_of(workspace: Workspace, given: ContextParameters) -> ContextReport:
    """What the model knows before any question.

    Raises:
        ForewordError: the workspace can't be read.
    """
    session, use_cache = workspace.session, not given.no_cache

    def look() -> ContextReport:
        # keep: a mere look puts no base or delta into force.
        return context_report(session, prepare_now(session, LOOK_QUESTION, use_cache=use_cache, keep=False))

    return await workspace.run(look)


def _show(found: ContextReport | PinnedContext, given: ContextParameters, columns: int) -> Iterator[Printed]:
    if isinstance(found, PinnedContext):
        yield from _change(found)
        return
    anchor = found.anchor
    extent = found.scope.folder if found.scope else "repository"
    whole = f", the whole {extent}" if found.whole else ""
    yield Line(f"anchor: {anchor.kind} {anchor.name[:12]}{whole}")
    if found.scope:
        yield Line(found.scope.message, "yellow")
    if found.budget_why:
        yield Line(f"budget: {found.budget:,} tokens (auto): {found.budget_why}")
    yield _layers(found, max(MIN_BAR_CELLS, min(BAR_CELLS, columns - OTHER_CELLS)))
    for layer in found.layers:
        if layer.files:
            yield _files(layer, every_file=given.files)
    reasons = Counter(left.reason for left in found.left_out)
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    yield from _not_pinned(found)
    yield from _instruction_files(found)
    yield Line(f"left out: {left_out or 'nothing'}")
    if found.n_not_shown:
        yield Line(f"in the index only (found by search and tools): {found.n_not_shown:,} files")
    if found.tokens < found.minimum:
        yield Line(
            f"the prefix is under the {found.minimum:,} tokens that the model caches: "
            "every question pays its full price",
            "yellow",
        )


def _change(found: PinnedContext) -> Iterator[Printed]:
    change = found.change
    yield from (Line(f"pinned: {path}") for path in change.pinned)
    yield from (Line(f"unpinned: {path}") for path in change.unpinned)
    if not (change.pinned or change.unpinned):
        yield Line("pinned already: nothing was changed")
    yield Line(change.message)
    yield from _not_pinned(found.context)


def _not_pinned(found: ContextReport) -> Iterator[Printed]:
    for path, reason in found.not_pinned[:SHOWN_FILES]:
        yield Line(f"pinned, but not shown in full: {path} ({reason})")
    rest = len(found.not_pinned) - SHOWN_FILES
    if rest > 0:
        yield Line(f"pinned, but not shown in full: {rest:,} more (see --json)")


def _instruction_files(found: ContextReport) -> Iterator[Printed]:
    if not found.instruction_files:
        return
    how = (
        "followed as your wishes"
        if found.follows_instructions
        else "material only: the workspace is not trusted"
    )
    yield Line(f"instruction files, {how} (never permissions): {len(found.instruction_files):,}")
    for file in found.instruction_files[:SHOWN_FILES]:
        imported = f", imported by {file.imported_by}" if file.imported_by else ""
        reason = f" ({file.reason})" if file.reason else ""
        yield Line(f"  {file.path}: {file.state}{reason}{imported}")


def _layers(found: ContextReport, bar_cells: int) -> Table:
    largest = max(layer.tokens for layer in found.layers) or 1
    rows = [
        (
            layer.name,
            f"{layer.tokens:,}",
            "█" * max(1, round(bar_cells * layer.tokens / largest)) if layer.tokens else "",
            str(layer.n_blocks),
            layer.breakpoint or "-",
            _warmth(layer, found.at),
            layer.digest[:12],
        )
        for layer in found.layers
    ]
    total = ("total", f"{found.tokens:,}", f"of {found.budget:,} for the base", "", "", "", "")
    return Table(("layer", "tokens", "", "blocks", "cached for", "cache", "digest"), (*rows, total))


def _warmth(layer: LayerReport, now: float) -> str:
    if layer.warm_until:
        return f"warm {spell(max(layer.warm_until - now, 0))}"
    return "-" if layer.warm_until is None else "cold"


def _files(layer: LayerReport, *, every_file: bool) -> Table:
    ordered = sorted(layer.files, key=lambda file: (-file.tokens, file.path))
    shown = ordered if every_file else ordered[:SHOWN_FILES]
    rows = [(f"{f.tokens:,}", f"{f.form}, pinned" if f.pinned else f.form, f.path) for f in shown]
    rest = len(ordered) - len(shown)
    more = [("", "", f"... {rest:,} more (--files)")] if rest else []
    return Table(("tokens", "form", layer.name), (*rows, *more))


CONTEXT = Body(ContextParameters, context, _show)
