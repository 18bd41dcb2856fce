"""What a prefix showed, or its anchor holds, and may not be shown any more: other bases and deltas take its place.

Other settings and other rules of `.forewordignore` have prefixes of their own. What git's own rules ignore is no part of
a prefix's name: a file that is ignored since it was shown, or taken out of git's index and ignored, becomes one here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from foreword.assist.context.base_cache import candidate_anchors, known_blobs
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.withheld_files import withheld_files
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import IGNORED_BY_GIT
from foreword.prefix.layers import Anchor
from foreword.workspace.files.disk import is_file


def without_withheld(session: Session, saved: WorkspaceSnapshot) -> WorkspaceSnapshot:
    """The snapshot itself, or one whose prefix is another one: without the files that may not be shown any more."""
    _, in_force = session.prefix_store.lineage(session.worktree, saved.variant)
    told = {part.path for block in in_force.delta for part in block.parts} if in_force else set[str]()
    anchors = {*candidate_anchors(session, saved), *([in_force.anchor] if in_force else [])}
    # A file that is gone was taken out of git for another reason; bases are shared with those who still have it.
    there = (path for path in _missing(session, saved, anchors) if is_file(saved.root, path))
    reasons = withheld_files(saved, session.repository, {*told, *there})
    # All other rules are in the prefix's name, or judge each version of a file by its own contents.
    withheld = {path for path, reason in reasons.items() if reason == IGNORED_BY_GIT}
    if not withheld:
        return saved
    name = json.dumps([saved.variant, sorted(withheld)])
    return replace(
        saved,
        variant=hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16],
        local_versions=saved.local_versions | withheld,
    )


def _missing(session: Session, saved: WorkspaceSnapshot, anchors: Iterable[Anchor]) -> Iterator[str]:
    for anchor in anchors:
        try:
            yield from known_blobs(session, saved, anchor).keys() - saved.index.blobs.keys()
        except WorkspaceError:
            # It can't be read any more, and so comes into no prefix.
            continue
