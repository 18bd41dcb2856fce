"""From which share of the budget on should a large file of the base be cut? And what do whole files alone hold?

    python tests/benchmarks/base_cuts.py --cases cases.jsonl --repo OWNER/NAME=GIT_DIR ... [--limit 8] [--budgets 15 30 60]

Cases are those of `retrieval.py`; counted is which share of the changed places the chosen files and parts hold at the parent of the
commit. The budget is that of files and parts alone: no map, no names, nothing is indexed, redacted or ranked by mentions, so that
hundreds of cases take minutes. `base.py` counts real bases, a few of them. Rows are the shares of the budget from which
on a file is cut into its definitions; `never` shows whole files only. Budgets are in thousands of tokens of 2.5 characters.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from benchmarks.base import Case, Shown, judge
from benchmarks.git_objects import GitObjects
from foreword.assist.session.snapshot.file_weight import weight_of
from foreword.core.documents.text import Text, decode
from foreword.core.language import language_of
from foreword.core.outline import Outline
from foreword.core.tokens import NOMINAL_RATIO
from foreword.core.tree import LineChange, Source
from foreword.index.outline.definitions import extract
from foreword.prefix.base.base import HEADER_TOKENS, SOURCE_WEIGHT
from foreword.prefix.base.file_selection import Candidate, select, values_of
from foreword.prefix.base.hot_parts import TOKENS_A_CUT, cut
from foreword.workspace.git.history import activity
from foreword.workspace.git.line_changes import changed_lines
from foreword.workspace.git.repository import Repository

BUDGETS = (15, 30, 45, 60, 80, 120, 200)
SHARES = (None, 0.5, 0.3, 0.2, 0.125, 0.06)
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Files:
    """The sources at a commit as the base would weigh them, and their blobs."""

    candidates: Mapping[str, Candidate]
    blobs: Mapping[str, str]


def sources_at(repository: Repository, commit: str) -> Files:
    """The files of source code at a commit, by what was worked on up to it."""
    told = _git(repository, "ls-tree", "-r", "-l", "-z", commit).decode("utf-8", "surrogateescape")
    sizes, blobs, weights = dict[str, int](), dict[str, str](), dict[str, float]()
    for entry in told.split("\0")[:-1]:
        meta, path = entry.split("\t", 1)
        mode, _, blob, size = meta.split()
        if mode.startswith("100") and size.isdecimal() and 0 < int(size) <= MAX_BYTES:
            sizes[path], blobs[path] = int(size), blob
            weights[path] = weight_of(path, language_of(path) or "")
    values = values_of(weights, {}, activity(repository, commit).heat, sizes)
    found = {
        path: Candidate(path, int(size / NOMINAL_RATIO) + HEADER_TOKENS, values[path])
        for path, size in sizes.items()
        if weights[path] >= SOURCE_WEIGHT
    }
    return Files(found, blobs)


@dataclass(frozen=True, slots=True)
class Texts:
    """The large files at a commit that are worked on: their texts, their outlines, and where they changed."""

    read: Mapping[str, tuple[Text, Outline]]
    changes: Mapping[str, Sequence[LineChange]]


def read_texts(repository: Repository, commit: str, files: Files, paths: Iterable[str]) -> Texts:
    """Those of some paths whose history says where they are worked on."""
    changes = changed_lines(repository, commit, sorted(paths))
    read = {}
    for source, data in GitObjects(str(repository.git_dir))(
        [Source(path, files.blobs[path]) for path in sorted(changes)]
    ):
        if data is not None:
            read[source.path] = decode(data), extract(language_of(source.path) or "", data)
    return Texts(read, changes)


def large_files(files: Files, share: float, budget: int) -> list[Candidate]:
    """The files that take more than a share of the budget, as many as the base would cut."""
    large = (c for c in files.candidates.values() if c.value > 0 and c.n_tokens > budget * share)
    return sorted(large, key=lambda c: (-c.value, c.path))[: budget // TOKENS_A_CUT]


def shown(files: Files, texts: Texts, share: float | None, budget: int) -> Shown:
    """What a base of nothing but source files, whole and in parts, would show."""
    parts = {}
    most = budget if share is None else int(budget * share)
    for candidate in () if share is None else large_files(files, share, budget):
        if candidate.path in texts.read:
            text, outline = texts.read[candidate.path]
            file = cut(candidate, text, outline, texts.changes[candidate.path], most)
            if file is not None:
                parts[file.path] = file.parts
    chosen = select(list(files.candidates.values()), budget, frozenset(), parts)
    spans: dict[str, list[tuple[int, float]]] = {path: [(1, float("inf"))] for path in chosen.full}
    for path, lines in chosen.parts.items():
        spans[path] = [(first, float(last)) for first, last in lines]
    return Shown(spans, frozenset(spans))


def run(
    git_dir: Path, cases: Sequence[Case], budgets: Sequence[int], shares: Sequence[float | None]
) -> dict[tuple[float | None, int], float]:
    """The mean share of changed places that is shown, by where files are cut and by budget."""
    repository = Repository(root=git_dir, top=git_dir, prefix="", common_dir=git_dir, git_dir=git_dir)
    held = defaultdict[tuple[float | None, int], float](float)
    for case in cases:
        files = sources_at(repository, case["parent"])
        wanted = {
            c.path
            for share in shares
            if share is not None
            for budget in budgets
            for c in large_files(files, share, 1_000 * budget)
        }
        texts = read_texts(repository, case["parent"], files, wanted)
        for share in shares:
            for budget in budgets:
                held[share, budget] += judge(case, shown(files, texts, share, 1_000 * budget))[0] / len(cases)
    return held


def _git(repository: Repository, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(repository.root), *arguments], check=True, capture_output=True
    ).stdout


def main() -> None:
    """Print a table for each repository, and one of the means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", required=True, type=Path)
    parser.add_argument("--repo", action="append", required=True, metavar="NAME=GIT_DIR")
    parser.add_argument("--limit", type=int, default=8, help="cases of each repository")
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS))
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="0 for never")
    given = parser.parse_args()
    shares = [share or None for share in given.shares]
    cases: list[dict[str, Any]] = [
        json.loads(line) for line in given.cases.read_text(encoding="utf-8").splitlines()
    ]
    tables = []
    for name, git_dir in (pair.split("=", 1) for pair in given.repo):
        mine = [case for case in cases if case["repo"] == name][: given.limit]
        tables.append(run(Path(git_dir).resolve(), mine, given.budgets, shares))
        _print(f"{name}, {len(mine)} cases", tables[-1], given.budgets, shares)
    means = {key: sum(table[key] for table in tables) / len(tables) for key in tables[0]}
    _print(f"mean of {len(tables)} repositories", means, given.budgets, shares)


def _print(
    title: str,
    held: Mapping[tuple[float | None, int], float],
    budgets: Sequence[int],
    shares: Sequence[float | None],
) -> None:
    print(f"\n{title:34}" + "".join(f"{f'{budget}k':>8}" for budget in budgets))
    for share in shares:
        cells = "".join(f"{held[share, budget]:8.3f}" for budget in budgets)
        print(f"{'never' if share is None else f'from {share:g} on':34}{cells}", flush=True)


if __name__ == "__main__":
    main()
