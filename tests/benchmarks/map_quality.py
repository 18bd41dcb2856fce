"""Does the base show the files that will be changed next?

    python tests/benchmarks/map_quality.py GIT_DIR [--anchors 4] [--months 6] [--budget 60000] [--aider PYTHON]

At some commits of a repository's history a base is built; then the commits of the following months are looked at.
The figure is the share of them whose changed source files (those that existed at the anchor) are all shown in the
base, in full or as outline; beside it, the mean share of files shown. For comparison: the same budget spent on whole
files, the largest first, and those with the most changes first; and, with the Python of an environment that has
aider-chat (`python3 -m venv A; A/bin/pip install aider-chat; --aider A/bin/python`), aider's map of the same files,
in which a file counts if it is named at all. Tokens are of 2.5 characters for all of them; aider may go 15 % over.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from foreword.assist.context.base_cache import source_at
from foreword.assist.session.budget import budget_of
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.core.tokens import NOMINAL_RATIO
from foreword.prefix.base.base import BaseSource, build_base
from foreword.prefix.layers import Anchor

AIDER_MAP = Path(__file__).with_name("aider_map.py")
SOURCE = (
    ".py",
    ".rs",
    ".go",
    ".ts",
    ".tsx",
    ".js",
    ".jsx",
    ".c",
    ".h",
    ".cc",
    ".cpp",
    ".java",
    ".rb",
    ".cs",
    ".kt",
)


def git(folder: str, *arguments: str) -> str:
    """What a git command prints."""
    return subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


def anchors_of(folder: str, count: int, months: int) -> list[str]:
    """Commits spread over the last years, the newest at least `months` before the last one."""
    listed = git(folder, "log", "--first-parent", "--format=%H %ct", "-n", "20000").splitlines()
    dated = [(sha, int(at)) for sha, at in (row.split() for row in listed)]
    limit = dated[0][1] - months * 30 * 86_400
    old = [sha for sha, at in dated if at <= limit][:4000]
    return [old[len(old) * n // count] for n in range(count)]


def later_changes(folder: str, anchor: str, months: int) -> list[list[str]]:
    """The changed source files of each commit in the months after an anchor."""
    at = int(git(folder, "show", "-s", "--format=%ct", anchor))
    listed = git(
        folder, "log", "--no-merges", "--format=%x00", "--name-only", "--diff-filter=M", "--no-renames",
        f"--until={at + months * 30 * 86_400}", f"{anchor}..HEAD", "-n", "3000",
    )  # fmt: skip
    commits = (chunk.split("\n") for chunk in listed.split("\0"))
    return [[path for path in commit if path.endswith(SOURCE)] for commit in commits]


def share(shown: Iterable[str], exists: Iterable[str], commits: list[list[str]]) -> tuple[float, float, int]:
    """The share of commits with all their files shown, the mean share of files shown, and the number of commits."""
    known, visible = set(exists), set(shown)
    cases = [files for commit in commits if (files := [path for path in commit if path in known])]
    whole = sum(all(path in visible for path in files) for files in cases)
    part = sum(sum(path in visible for path in files) / len(files) for files in cases)
    return whole / len(cases), part / len(cases), len(cases)


def filled(paths: Iterable[str], sizes: dict[str, int], budget: int) -> list[str]:
    """Whole files in the given order while they fit."""
    left, chosen = budget * NOMINAL_RATIO, []
    for path in paths:
        if sizes[path] <= left:
            chosen.append(path)
            left -= sizes[path]
    return chosen


def in_aiders_map(python: str, folder: str, tree: str, paths: Iterable[str], budget: int) -> list[str]:
    """The paths in aider's map of the files of a tree, which it reads from disk."""
    with tempfile.TemporaryDirectory() as scratch:
        root, listed = Path(scratch) / "root", "".join(f"{path}\0" for path in paths).encode()
        environment = {**os.environ, "GIT_INDEX_FILE": f"{scratch}/index", "PYTHONHASHSEED": "0"}
        run = ["git", "-C", folder, "-c", "core.autocrlf=false"]
        subprocess.run([*run, "read-tree", tree], check=True, env=environment)
        checkout = [*run, "checkout-index", "-q", "-z", "--stdin", f"--prefix={root}/"]
        subprocess.run(checkout, input=listed, check=False, env=environment)
        drawn = subprocess.run(
            [python, str(AIDER_MAP), str(root), f"{scratch}/cache", str(budget), str(NOMINAL_RATIO)],
            input=listed, check=True, capture_output=True, env=environment,
        )  # fmt: skip
    found = json.loads(drawn.stdout)
    return [*found["outlined"], *found["named"]]


def judge(
    session: Session, folder: str, anchor: str, months: int, aider: str | None
) -> list[tuple[float, float, int]]:
    """The shares of our base, of largest first, of most churn first, and of aider's map at one anchor."""
    tree = git(folder, "rev-parse", f"{anchor}^{{tree}}").strip()
    source: BaseSource = source_at(session, take_snapshot(session), Anchor("git", tree, anchor))
    budget = budget_of(session).tokens
    base = build_base(source, budget)
    sizes = dict(source.sizes)
    code = [path for path in sizes if path.endswith(SOURCE)]
    largest = filled(sorted(code, key=lambda p: (-sizes[p], p)), sizes, budget)
    churned = filled(sorted(code, key=lambda p: (-source.churn.get(p, 0.0), p)), sizes, budget)
    drawn = [in_aiders_map(aider, folder, tree, sizes, budget)] if aider else []
    commits = later_changes(folder, anchor, months)
    return [share(shown, sizes, commits) for shown in (base.forms, largest, churned, *drawn)]


def main() -> None:
    """Print a row an anchor, and the mean."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("git_dir")
    parser.add_argument("--anchors", type=int, default=4)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--budget", type=int, default=60_000)
    parser.add_argument("--aider", metavar="PYTHON")
    given = parser.parse_args()
    names = ["foreword", "largest", "churn", *(["aider"] if given.aider else [])]
    header = "   ".join(f"{name:>11}" for name in names)
    print(f"{'anchor':12} {'commits':>8}   {header}   (all files shown / mean share)")
    sums = [[0.0, 0.0] for _ in names]
    anchors = anchors_of(given.git_dir, given.anchors, given.months)
    with tempfile.TemporaryDirectory() as home:
        flags = {"context.budget": given.budget}
        environment = {"FOREWORD_HOME": home, "PATH": "/usr/bin:/bin"}
        with open_session(given.git_dir, flags, environment) as session:
            for anchor in anchors:
                results = judge(session, given.git_dir, anchor, given.months, given.aider)
                for total, (whole, part, _) in zip(sums, results, strict=True):
                    total[0] += whole / len(anchors)
                    total[1] += part / len(anchors)
                cells = "   ".join(f"{whole:.2f} / {part:.2f}" for whole, part, _ in results)
                print(f"{anchor[:12]} {results[0][2]:8}   {cells}", flush=True)
    print(f"{'mean':12} {'':8}   " + "   ".join(f"{whole:.2f} / {part:.2f}" for whole, part in sums))


if __name__ == "__main__":
    main()
