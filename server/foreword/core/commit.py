"""One commit of a history, as far as it tells about files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit's message says, and which files it changed (paths in the workspace)."""

    message: str
    paths: tuple[str, ...]
