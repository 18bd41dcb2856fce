"""The repository map by itself: as the base shows it, or of all files in a size of one's own."""

from __future__ import annotations

from foreword.assist.context.base_cache import source_at
from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.prefix.base.file_selection import values_of
from foreword.prefix.base.repository_map import MapEntry, render_map

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
    values = values_of(source.weights, source.ranks, source.churn)
    ordered = sorted(source.sizes, key=lambda path: (-values[path], path))
    entries = (MapEntry(p, values[p], source.definitions(p)) for p in ordered)
    text, pieces = render_map(entries, budget or session.settings.context_budget)
    return text, tuple(pieces)
