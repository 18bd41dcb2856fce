"""Patterns in gitignore syntax: `.forewordignore` everywhere, `.gitignore` where git itself is not there to ask.

An entry of a list such as `include` or `pins` is such a pattern, or the path of a file, which means this file alone,
whatever characters are in it. All entries of a list count together: their order does not matter, so a `!` takes nothing
out (nor does a `#` begin a comment).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from foreword.core.documents.text import decode, lines_of
from foreword.core.errors import Problem
from foreword.workspace.files.disk import is_file, read_file

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FOREWORDIGNORE = ".forewordignore"
GITIGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The patterns of one ignore file in `folder`, which ends with a slash or is empty for the root.

    `wanted` are the files that settings include or pin, and `names` those that they name by path.
    """

    spec: GitIgnoreSpec | None = None
    folder: str = ""
    wanted: GitIgnoreSpec | None = None
    names: tuple[str, ...] = ()

    def decide(self, path: str) -> bool | None:
        """Whether `path` (of a folder: with a slash at its end) is ignored; None if no pattern fits."""
        return self.spec.check_file(path[len(self.folder) :]).include if self.spec else None

    def ignores(self, path: str) -> bool:
        """Whether `path` is ignored."""
        return self.spec is not None and bool(self.decide(path)) and not self.includes(path)

    def includes(self, path: str) -> bool:
        """Whether the user wants the file, whatever else would leave it out: by a setting, a pin or a `!` pattern."""
        is_wanted = self.wanted is not None and self.wanted.check_file(path).include is True
        return is_wanted or (self.spec is not None and self.decide(path) is False)

    def with_included(self, entries: Sequence[str]) -> IgnoreRules:
        """The same rules, where the user also wants what these entries of settings mean."""
        known = [entry for entry in entries if specification(entry) is not None]
        spec = _spec_of(map(escaped, known)) if known else None
        return replace(self, wanted=spec, names=tuple(entry for entry in known if not is_pattern(entry)))

    def named(self, root: Path) -> frozenset[str]:
        """The files on disk that settings include by name: git may ignore them."""
        return frozenset(name for name in self.names if is_file(root, name))


NO_RULES = IgnoreRules()


def read_rules(
    root: Path, folder: str = "", name: str = FOREWORDIGNORE
) -> tuple[IgnoreRules, tuple[Problem, ...]]:
    """The rules of an ignore file, `NO_RULES` if there is none; lines that can't be used become problems."""
    data = read_file(root, folder + name)
    return (NO_RULES, ()) if data is None else parse_rules(data, folder, name)


def parse_rules(data: bytes, folder: str, name: str) -> tuple[IgnoreRules, tuple[Problem, ...]]:
    """The rules in the bytes of an ignore file that counts below `folder`, and lines that can't be used."""
    lines = lines_of(decode(data).content)
    # Line by line: pathspec refuses a whole file for one line, and git only passes over that line.
    wrong = {n: fault for n, line in enumerate(lines, 1) if (fault := _fault(line))}
    valid = [line for n, line in enumerate(lines, 1) if n not in wrong]
    problems = tuple(
        Problem(f"line {n} {fault} and was skipped: {lines[n - 1].strip()}", folder + name)
        for n, fault in wrong.items()
    )
    return IgnoreRules(_spec_of(valid), folder), problems


def is_ignored(rules: Sequence[IgnoreRules], path: str) -> bool:
    """Whether the last of `rules` that knows `path` ignores it; rules of deeper folders come later."""
    # As git has it: the rules nearest to the file decide, and a rule that says nothing asks those above.
    return next((verdict for rule in reversed(rules) if (verdict := rule.decide(path)) is not None), False)


def _fault(line: str) -> str:
    """What is wrong with a line, as the middle of a sentence; empty if nothing is."""
    if not line.startswith("#") and not is_affordable(line):
        return f"has too many asterisks (at most {MOST_IN_A_NAME} in a name, and {MOST_IN_A_NAME} times **)"
    try:
        _spec_of([line])
    except (ValueError, re.error):
        return "is no pattern"
    return ""


MOST_IN_A_NAME = 2
"""Asterisks that something follows between two slashes, and `**` in a pattern.

Patterns with more are refused: pathspec may take very long to match one of those.
"""


def _spec_of(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - where git is there to ask, most workspaces have no such file

    return GitIgnoreSpec.from_lines(lines)


_SPECIAL = ("!", "#")


def matching(entries: Iterable[str], paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """What each entry means of some paths (relative, forward slashes)."""
    known = frozenset(paths)
    # A path may hold `[id]`, which a pattern takes for a set of characters: a file of that very name goes
    # first.
    return {entry: frozenset((entry,)) if entry in known else _fitting(entry, known) for entry in entries}


def all_matching(entries: Iterable[str], paths: Iterable[str]) -> frozenset[str]:
    """What the entries mean together."""
    return frozenset().union(*matching(entries, paths).values())


def is_pattern(entry: str) -> bool:
    """Whether an entry is more than a name: it has wildcards, and can be used."""
    return any(mark in entry for mark in "*?[") and specification(entry) is not None


def is_affordable(pattern: str) -> bool:
    """Whether a pattern is matched in no time, whatever the path."""
    names = pattern.split("/")
    return names.count("**") <= MOST_IN_A_NAME and all(
        # Asterisks at the end of a name need no search, so they don't count.
        len(re.findall(r"\*+(?!\**$)", name)) <= MOST_IN_A_NAME
        for name in names
    )


def _fitting(entry: str, paths: frozenset[str]) -> frozenset[str]:
    spec = specification(entry)
    return frozenset(spec.match_files(paths)) if spec else frozenset()


def escaped(entry: str) -> str:
    """The entry as a line of gitignore syntax in which `!` and `#` have no meaning."""
    return f"\\{entry}" if entry.startswith(_SPECIAL) else entry


def specification(entry: str) -> GitIgnoreSpec | None:
    """What an entry means; None for what is no pattern, or too much of one."""
    if not is_affordable(entry):
        return None
    try:
        return _spec_of([escaped(entry)])
    except (ValueError, re.error):
        return None
