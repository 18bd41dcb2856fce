"""Which grammars are installed, told without loading one: what outlines of all languages depend on besides the bytes."""

from __future__ import annotations

import os
import sys

OUTLINE_FORMAT = 12
"""Counts the changes of what an outline holds; part of every cache key."""

_BEGINNINGS = ("tree_sitter", "tree-sitter")
_ENDINGS = (".dist-info", ".egg-info")


def installed_grammars() -> tuple[str, ...]:
    """The grammars' packages, each with its release, in the order of `sys.path`, behind the number of `OUTLINE_FORMAT`.

    An installer names a folder after package and release, and listing folders is a hundred times as fast as asking
    `importlib.metadata` about each.
    """
    found = [str(OUTLINE_FORMAT)]
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - only the names are needed
        except OSError:
            continue
        found += sorted(name for name in names if name.startswith(_BEGINNINGS) and name.endswith(_ENDINGS))
    return tuple(found)
