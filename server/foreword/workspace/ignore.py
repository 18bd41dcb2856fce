"""Patterns in gitignore syntax: `.forewordignore` everywhere, `.gitignore` where git itself is not there to ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from foreword.core.documents.text import decode, lines_of
from foreword.core.errors import Problem
from foreword.workspace.files.disk import read_file
from foreword.workspace.patterns import MOST_IN_A_NAME, is_affordable

FOREWORDIGNORE = ".forewordignore"
GITIGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The patterns of one ignore file in `folder`, which ends with a slash or is empty for the root."""

    spec: GitIgnoreSpec | None = None
    folder: str = ""

    def decide(self, path: str) -> bool | None:
        """Whether `path` (of a folder: with a slash at its end) is ignored; None if no pattern fits."""
        return self.spec.check_file(path[len(self.folder) :]).include if self.spec else None

    def ignores(self, path: str) -> bool:
        """Whether `path` is ignored."""
        return self.spec is not None and bool(self.decide(path))


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
    wrong = {n: fault for n, line in enumerate(lines, 1) if (fault := _fault(line))}
    valid = [line for n, line in enumerate(lines, 1) if n not in wrong]
    problems = tuple(
        Problem(f"line {n} {fault} and was skipped: {lines[n - 1].strip()}", folder + name)
        for n, fault in wrong.items()
    )
    return IgnoreRules(GitIgnoreSpec.from_lines(valid), folder), problems


def is_ignored(rules: Sequence[IgnoreRules], path: str) -> bool:
    """Whether the last of `rules` that knows `path` ignores it; rules of deeper folders come later."""
    return next((verdict for rule in reversed(rules) if (verdict := rule.decide(path)) is not None), False)


def _fault(line: str) -> str:
    """What is wrong with a line, as the middle of a sentence; empty if nothing is."""
    if not line.startswith("#") and not is_affordable(line):
        return f"has too many asterisks (at most {MOST_IN_A_NAME} in a name, and {MOST_IN_A_NAME} times **)"
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return "is no pattern"
    return ""
