"""aider's repository map of some files, made by its own code; run by the Python that aider-chat is installed in.

    python aider_map.py ROOT CACHE_DIR TOKENS CHARACTERS_A_TOKEN < paths, each ended by a zero byte

Prints JSON: `outlined` are the files with lines of code in the map, `named` those whose path stands there alone.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any


class Counter:
    """What aider asks a model for: how many tokens a text has, at a fixed ratio."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio

    def token_count(self, text: str) -> int:
        return int(len(text) / self._ratio)


class Console:
    """What aider reads files and tells its user by."""

    def read_text(self, path: str) -> str | None:
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def tool_output(self, *messages: str) -> None:
        print(*messages, file=sys.stderr)

    tool_warning = tool_error = tool_output


def shown(text: str, paths: set[str]) -> dict[str, Any]:
    """The paths in a map: with a colon where lines of code follow, else alone on a line."""
    lines = text.splitlines()
    return {
        "outlined": [line[:-1] for line in lines if line.endswith(":") and line[:-1] in paths],
        "named": [line for line in lines if line in paths],
        "characters": len(text),
    }


def main() -> None:
    from aider.repomap import RepoMap  # type: ignore[import-not-found]  # noqa: PLC0415 - aider is optional

    root, cache, tokens, ratio = sys.argv[1:]
    paths = [path for path in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0") if path]
    RepoMap.TAGS_CACHE_DIR = cache
    with contextlib.redirect_stdout(sys.stderr):
        drawn = RepoMap(int(tokens), root, Counter(float(ratio)), Console()).get_repo_map(
            [], [str(Path(root) / path) for path in paths]
        )
    print(json.dumps(shown(drawn or "", set(paths))))


if __name__ == "__main__":
    main()
