"""Pins: the files that the user wants in the base in full, whatever ranking would choose (`context.pins`).

A pin brings back what a rule leaves out, but for secrets; what it can't bring is told with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foreword.assist.context.build_prefix import Prefix
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.exclusion import reason_for_path
from foreword.prefix.layers import WHOLE
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
    none = {pin: reason_for_path(pin) or NO_FILE for pin, means in found.items() if not means}
    forms, later = prefix.base.forms, frozenset(prefix.delta_files)

    def why_missing(path: str) -> str:
        if path in left_out:
            return left_out[path]
        if path in saved.unread:
            return UNREAD
        return IN_DELTA if path in later and path not in forms else NO_ROOM

    missing = {path: why_missing(path) for path in paths if forms.get(path) not in WHOLE}
    return Pins(paths, dict(sorted((none | missing).items())))
