"""What should stand in the base? Policies and budgets, judged by the lines that the next commit changed.

    python tests/benchmarks/base.py --cases cases.jsonl --repo OWNER/NAME=GIT_DIR ... [--limit 8] [--budgets 15 30 60]

Cases are those of `retrieval.py`: a commit, its parent (the anchor), the changed lines. Of each case counts which share of the
changed lines a base at the parent holds, and which share of the changed files it names; nothing is searched for. Policies:

    earlier       two definitions of each file, and a fifth of the budget for whole files by churn and rank
    map           names, and two definitions of each file
    wide map      names, and eight definitions of each file
    definitions   whole definitions by how often and how lately their own lines changed
    churn         whole files by churn, for the root of their size
    foreword      the base that is built

Budgets are in thousands of tokens of 2.5 characters. Of a definition the lines count that it shows; of a map none.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import inf, sqrt
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from foreword.assist.context.base_cache import source_at
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.core.documents.text import lines_of
from foreword.core.outline import Definition
from foreword.core.tokens import NOMINAL_RATIO, weigh
from foreword.prefix.base.base import HEADER_TOKENS, SOURCE_WEIGHT, BaseSource, build_base
from foreword.prefix.base.file_selection import values_of
from foreword.prefix.base.render import in_a_row, render_outline
from foreword.prefix.layers import Anchor
from foreword.workspace.git.history import CHURN_COMMITS, HEAT_COMMITS

BUDGETS = (15, 30, 60, 120, 200)
MOST_HUNKS = 60
UNIT_TOKENS = 1_500
"""A definition up to this size is shown whole; of a larger one those inside."""
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
Case = Mapping[str, Any]
Hunk = tuple[int, int, int, int]
Spans = dict[str, list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines that a base shows of each file (first and last), and the files that it names."""

    spans: Spans
    named: frozenset[str]


@dataclass(frozen=True)
class Anchored:
    """What is known at the parent of a case."""

    git_dir: str
    commit: str
    source: BaseSource

    @cached_property
    def sources(self) -> list[str]:
        """The files of source code."""
        return [path for path, weight in self.source.weights.items() if weight >= SOURCE_WEIGHT]

    @cached_property
    def by_value(self) -> list[str]:
        """All files by falling value, source code first."""
        values = values_of(self.source.weights, self.source.ranks, self.source.heat, self.source.sizes)
        code = frozenset(self.sources)
        return sorted(values, key=lambda path: (path not in code, -values[path], path))

    def n_tokens(self, path: str) -> int:
        """About what a file takes in full."""
        return int(self.source.sizes[path] / NOMINAL_RATIO) + HEADER_TOKENS

    @cached_property
    def hunks(self) -> Mapping[str, list[tuple[int, list[Hunk]]]]:
        """For each file the places of the commits that changed it, the newest first, with what each changed."""
        ids = _git(self.git_dir, "rev-list", "--no-merges", f"--max-count={CHURN_COMMITS}", self.commit)
        place = {line: n for n, line in enumerate(ids.splitlines())}
        told = _git(
            self.git_dir, "diff-tree", "--stdin", "-r", "-p", "-U0", "--no-renames", "--no-ext-diff", "--",
            *sorted({f"*{Path(path).suffix}" for path in self.sources if Path(path).suffix}), given=ids,
        )  # fmt: skip
        found: dict[str, list[tuple[int, list[Hunk]]]] = {}
        n, path = 0, ""
        for row in told.split(b"\n"):
            if row in place:
                n = place[row]
            elif row.startswith(b"diff --git "):
                path = row.rpartition(b" b/")[2].decode("utf-8", "replace")
                found.setdefault(path, []).append((n, []))
            elif path and (match := _HUNK.match(row)):
                a, b, c, d = (1 if number is None else int(number) for number in match.groups())
                found[path][-1][1].append((a, b, c, d))
        return found


def earlier(at: Anchored, budget: int) -> Shown:
    """The policy of the releases before: mostly a map, the whole files small ones."""
    source = at.source
    churn, ranks = _shares(source.churn, source.weights), _shares(source.ranks, source.weights)
    values = {path: 0.6 * churn[path] + 0.4 * ranks[path] for path in source.weights}
    ordered = sorted(values, key=lambda path: (-values[path] / sqrt(max(at.n_tokens(path), 500)), path))
    full = _filled(((path, at.n_tokens(path)) for path in ordered), budget * 0.2, 0.3)
    rest = sorted(values.keys() - full, key=lambda path: (-values[path], path))
    return Shown(_whole(full), full | _mapped(at, rest, budget * 0.8, 2))


def only_map(at: Anchored, budget: int, n_definitions: int = 2) -> Shown:
    """No file in full."""
    return Shown({}, _mapped(at, at.by_value, budget, n_definitions))


def by_churn(at: Anchored, budget: int) -> Shown:
    """Whole files by churn for the root of their size, and nothing else."""
    churn = at.source.churn
    ordered = sorted(
        (path for path in at.sources if path in churn),
        key=lambda path: (-churn[path] / sqrt(max(at.n_tokens(path), 500)), path),
    )
    full = _filled(((path, at.n_tokens(path)) for path in ordered), budget)
    return Shown(_whole(full), full)


def by_definition(at: Anchored, budget: int) -> Shown:
    """Whole definitions by the changes of their own lines for the root of their size, and nothing else."""
    units = sorted(_units(at), key=lambda unit: (-unit[0], unit[1], unit[2]))
    left, spans = float(budget), defaultdict[str, list[tuple[int, float]]](list)
    for _, path, first, last, n_tokens in units:
        if n_tokens <= left:
            spans[path].append((first, last))
            left -= n_tokens
    return Shown(dict(spans), frozenset(spans))


def built(at: Anchored, budget: int) -> Shown:
    """The base itself."""
    base = build_base(at.source, budget)
    whole = _whole(path for path, form in base.forms.items() if form == "full")
    parts = {
        path: [(first, float(last)) for first, last in lines] for path, lines in base.parts_shown.items()
    }
    return Shown(parts | whole, frozenset(base.forms))


POLICIES: Mapping[str, Callable[[Anchored, int], Shown]] = {
    "earlier": earlier,
    "map": only_map,
    "wide map": partial(only_map, n_definitions=8),
    "definitions": by_definition,
    "churn": by_churn,
    "foreword": built,
}


def judge(case: Case, shown: Shown) -> tuple[float, float]:
    """The share of the changed places that are shown, and of the changed files that are named."""
    places = [(one["path"], first) for one in case["gold"] for first, _ in one["lines"]]
    seen = sum(
        any(first <= line <= last for first, last in shown.spans.get(path, ())) for path, line in places
    )
    named = sum(one["path"] in shown.named for one in case["gold"])
    return seen / len(places), named / len(case["gold"])


def _units(at: Anchored) -> Iterator[tuple[float, str, int, float, float]]:
    """The pieces of each file that changed: score, path, first and last line, tokens."""
    hot = [path for path in at.sources if path in at.hunks]
    for path, text in at.source.read(hot).items():
        lines = lines_of(text.content)
        sizes = [0.0]
        for line in lines:
            sizes.append(sizes[-1] + (weigh(line) + 1) / NOMINAL_RATIO)
        pieces = list(_pieces(1, len(lines), at.source.outline(path).definitions, sizes))
        starts, heat = [first for first, _ in pieces], defaultdict[int, float](float)
        for commit, at_line in _lines_changed(at.hunks[path]):
            heat[max(0, bisect_right(starts, at_line) - 1)] += 1 / (1 + commit / HEAT_COMMITS)
        for number, (first, last) in enumerate(pieces):
            n_tokens = sizes[last] - sizes[first - 1] + HEADER_TOKENS / 2
            if heat[number]:
                yield heat[number] / sqrt(max(n_tokens, 200)), path, first, last, n_tokens


def _pieces(
    first: int, last: int, inside: Sequence[Definition], sizes: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """Lines `first` to `last` in pieces: one if they are short, else by the definitions inside and what lies between."""
    if sizes[last] - sizes[first - 1] <= UNIT_TOKENS or not inside:
        if first <= last:
            yield first, last
        return
    ordered, at = sorted(inside, key=lambda one: (one.line, -one.end_line)), first
    for one in ordered:
        end = min(one.end_line, last)
        if one.line < at or end < one.line:
            continue
        if one.line > at:
            yield at, one.line - 1
        within = [d for d in ordered if one.line < d.line and d.end_line <= end]
        yield from _pieces(one.line, end, within, sizes)
        at = end + 1
    if at <= last:
        yield at, last


def _lines_changed(history: Sequence[tuple[int, list[Hunk]]]) -> Iterator[tuple[int, int]]:
    """Each change as the place of its commit and its line at the anchor."""
    for n, (commit, hunks) in enumerate(history[:MOST_HUNKS]):
        for _, _, start, _ in hunks[:MOST_HUNKS]:
            line = max(1, start)
            for _, later in reversed(history[:n]):
                line = _moved(line, later)
            yield commit, line


def _moved(line: int, hunks: Iterable[Hunk]) -> int:
    """Where a line stands after a commit."""
    by = 0
    for a, b, c, d in hunks:
        if b and a <= line < a + b:
            return max(1, c)
        if line >= a + max(b, 1):
            by += d - b
    return line + by


def _mapped(at: Anchored, ordered: Iterable[str], budget: float, n_definitions: int) -> frozenset[str]:
    """The files of a map with so many definitions each, or with none where they have none."""
    room, named = budget * NOMINAL_RATIO, set[str]()
    for path in ordered:
        best = [found for found, _ in at.source.definitions(path)[:n_definitions]]
        room -= weigh(render_outline(path, best)) if best else len(in_a_row(path)) + 1
        if room < 0:
            break
        named.add(path)
    return frozenset(named)


def _filled(sized: Iterable[tuple[str, int]], budget: float, largest: float = 1.0) -> frozenset[str]:
    left, chosen = budget, set[str]()
    for path, n_tokens in sized:
        if n_tokens <= min(left, largest * budget):
            chosen.add(path)
            left -= n_tokens
    return frozenset(chosen)


def _whole(paths: Iterable[str]) -> Spans:
    return {path: [(1, inf)] for path in paths}


def _shares(values: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(values.get(path, 0.0) * weight for path, weight in weights.items()) or 1.0
    return {path: values.get(path, 0.0) * weight / total for path, weight in weights.items()}


def _git(git_dir: str, *arguments: str, given: bytes | None = None) -> bytes:
    run = ["git", "-C", git_dir, *arguments]
    # A snapshot may lack objects: what git told until then still counts.
    return subprocess.run(
        run, check=False, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout


def anchored(session: Session, git_dir: str, commit: str) -> Anchored:
    """What is known at a commit."""
    tree = _git(git_dir, "rev-parse", f"{commit}^{{tree}}").decode().strip()
    return Anchored(git_dir, commit, source_at(session, take_snapshot(session), Anchor("git", tree, commit)))


def run(
    git_dir: str, cases: Sequence[Case], budgets: Sequence[int], policies: Sequence[str]
) -> Mapping[tuple[str, int], list[tuple[float, float]]]:
    """The shares of each case by policy and budget."""
    found = defaultdict[tuple[str, int], list[tuple[float, float]]](list)
    environment = {"PATH": "/usr/bin:/bin"}
    with (
        tempfile.TemporaryDirectory() as home,
        open_session(git_dir, {}, {**environment, "FOREWORD_HOME": home}) as session,
    ):
        for case in cases:
            at = anchored(session, git_dir, case["parent"])
            for policy in policies:
                for budget in budgets:
                    found[policy, budget].append(judge(case, POLICIES[policy](at, 1_000 * budget)))
    return found


def main() -> None:
    """Print a table for each repository, and one of the means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", required=True, type=Path)
    parser.add_argument("--repo", action="append", required=True, metavar="NAME=GIT_DIR")
    parser.add_argument("--limit", type=int, default=8, help="cases of each repository")
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS))
    parser.add_argument("--policies", nargs="+", default=list(POLICIES), choices=list(POLICIES))
    given = parser.parse_args()
    cases = [json.loads(line) for line in given.cases.read_text(encoding="utf-8").splitlines()]
    means = defaultdict[tuple[str, int], list[tuple[float, float]]](list)
    for name, git_dir in (pair.split("=", 1) for pair in given.repo):
        mine = [case for case in cases if case["repo"] == name][: given.limit]
        found = run(git_dir, mine, given.budgets, given.policies)
        _print(f"{name}, {len(mine)} cases", found, given)
        for key, shares in found.items():
            means[key].append(_mean(shares))
    _print(f"mean of {len(given.repo)} repositories", means, given)


def _print(
    title: str, found: Mapping[tuple[str, int], list[tuple[float, float]]], given: argparse.Namespace
) -> None:
    print(f"\n{title:34}" + "".join(f"{f'{budget}k':>13}" for budget in given.budgets))
    for policy in given.policies:
        cells = (_mean(found[policy, budget]) for budget in given.budgets)
        print(f"{policy:34}" + "".join(f"{lines:7.3f} {named:5.2f}" for lines, named in cells), flush=True)


def _mean(shares: Sequence[tuple[float, float]]) -> tuple[float, float]:
    n = max(1, len(shares))
    return sum(lines for lines, _ in shares) / n, sum(named for _, named in shares) / n


if __name__ == "__main__":
    main()
