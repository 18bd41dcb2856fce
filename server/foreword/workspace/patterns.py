"""Which files some entries mean: each entry is the path of a file, or a pattern in gitignore syntax.

The path of a file means this file alone, whatever characters are in it. All entries count together: their order
does not matter, so a `!` takes nothing out (nor does a `#` begin a comment).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

MOST_IN_A_NAME = 2
"""Asterisks that something follows between two slashes, and `**` in a pattern.

Patterns with more are refused: pathspec may take very long to match one of those.
"""

_SPECIAL = ("!", "#")


def matching(entries: Iterable[str], paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """What each entry means of some paths (relative, forward slashes)."""
    known = frozenset(paths)
    return {entry: frozenset((entry,)) if entry in known else _fitting(entry, known) for entry in entries}


def all_matching(entries: Iterable[str], paths: Iterable[str]) -> frozenset[str]:
    """What the entries mean together."""
    return frozenset().union(*matching(entries, paths).values())


def is_pattern(entry: str) -> bool:
    """Whether an entry is more than a name: it has wildcards, and can be used."""
    return any(mark in entry for mark in "*?[") and _spec(entry) is not None


def is_affordable(pattern: str) -> bool:
    """Whether a pattern is matched in no time, whatever the path."""
    names = pattern.split("/")
    return names.count("**") <= MOST_IN_A_NAME and all(
        len(re.findall(r"\*+(?!\**$)", name)) <= MOST_IN_A_NAME for name in names
    )


def _fitting(entry: str, paths: frozenset[str]) -> frozenset[str]:
    spec = _spec(entry)
    return frozenset(spec.match_files(paths)) if spec else frozenset()


def _spec(entry: str) -> GitIgnoreSpec | None:
    """None for what is no pattern, or too much of one."""
    if not is_affordable(entry):
        return None
    try:
        return GitIgnoreSpec.from_lines([f"\\{entry}" if entry.startswith(_SPECIAL) else entry])
    except (ValueError, re.error):
        return None
