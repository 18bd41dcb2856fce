"""Does the base show the files that will be changed next?

    python tests/benchmarks/map_quality.py GIT_DIR [--anchors 4] [--months 6] [--budget 60000]

At some commits of a repository's history a base is built; then the commits of the following months are looked at.
The figure is the share of them whose changed source files (those that existed at the anchor) are all shown in the
base, in full or as outline; beside it, the mean share of files shown. For comparison: the same budget spent on whole
files, the largest first, and those with the most changes first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from foreword.assist.context.anchors import source_at
from foreword.assist.session.saved import look
from foreword.assist.session.session import Session, open_session
from foreword.core.tokens import NOMINAL_RATIO
from foreword.prefix.base import BaseSource, build_base
from foreword.prefix.lineage import Anchor

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


def judge(session: Session, folder: str, anchor: str, months: int) -> list[tuple[float, float, int]]:
    """The shares of our base, of largest first, and of most churn first at one anchor."""
    tree = git(folder, "rev-parse", f"{anchor}^{{tree}}").strip()
    source: BaseSource = source_at(session, look(session), Anchor("git", tree, anchor))
    budget = session.settings.context_budget
    base = build_base(source, budget)
    sizes = dict(source.sizes)
    code = [path for path in sizes if path.endswith(SOURCE)]
    largest = filled(sorted(code, key=lambda p: (-sizes[p], p)), sizes, budget)
    churned = filled(sorted(code, key=lambda p: (-source.churn.get(p, 0.0), p)), sizes, budget)
    commits = later_changes(folder, anchor, months)
    return [share(shown, sizes, commits) for shown in (base.forms, largest, churned)]


def main() -> None:
    """Print a row an anchor, and the mean."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("git_dir")
    parser.add_argument("--anchors", type=int, default=4)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--budget", type=int, default=60_000)
    arguments = parser.parse_args()
    print(
        f"{'anchor':12} {'commits':>8}   foreword      largest       churn   (all files shown / mean share)"
    )
    sums = [[0.0, 0.0] for _ in range(3)]
    anchors = anchors_of(arguments.git_dir, arguments.anchors, arguments.months)
    with tempfile.TemporaryDirectory() as home:
        flags = {"context.budget": arguments.budget}
        with open_session(
            arguments.git_dir, flags, {"FOREWORD_HOME": home, "PATH": "/usr/bin:/bin"}
        ) as session:
            for anchor in anchors:
                results = judge(session, arguments.git_dir, anchor, arguments.months)
                for total, (whole, part, _) in zip(sums, results, strict=True):
                    total[0] += whole / len(anchors)
                    total[1] += part / len(anchors)
                cells = "   ".join(f"{whole:.2f} / {part:.2f}" for whole, part, _ in results)
                print(f"{anchor[:12]} {results[0][2]:8}   {cells}")
    print(f"{'mean':12} {'':8}   " + "   ".join(f"{whole:.2f} / {part:.2f}" for whole, part in sums))


if __name__ == "__main__":
    main()
