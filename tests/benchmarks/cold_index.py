"""What a cold index costs as a whole command, beside bare `Parser.parse` of the same files and another build (Linux).

    python tests/benchmarks/cold_index.py DIR... [--rounds N] [--against NAME=PYTHONPATH]...

Every figure is the median of whole processes that run in turn: user CPU with all processes that a command starts, as a multiple of
the bare parse, and wall time on two processors as a multiple of that on one. `--against` adds another build, given by what
stands in its PYTHONPATH. A DIR, a git repository, is read once before anything is measured and never changed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.comparison import HERE, SERVER, list_files
from benchmarks.comparison_cost import Cost, adopt_orphans, cost_of

NOW, BARE = "now", "bare"
TWO_CPUS = 2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--against", action="append", default=[], metavar="NAME=PYTHONPATH")
    parser.add_argument("--limit", type=float, default=600.0, metavar="SECONDS", help="for one command")
    given = parser.parse_args()
    adopt_orphans()
    builds = {NOW: str(SERVER), **dict(one.split("=", 1) for one in given.against)}
    cpus = sorted(os.sched_getaffinity(0))[:TWO_CPUS]
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} processors, {given.rounds} rounds")
    for folder in given.folders:
        with tempfile.TemporaryDirectory() as scratch:
            compare(folder.resolve(), Path(scratch), builds, cpus, given)


def compare(
    folder: Path, scratch: Path, builds: Mapping[str, str], cpus: Sequence[int], given: argparse.Namespace
) -> None:
    """Print the line of one repository."""
    n_files, n_bytes = list_files(folder, scratch)
    costs: dict[str, list[Cost]] = defaultdict(list)
    for number in range(given.rounds):
        for name, (command, path) in commands(folder, builds, cpus).items():
            environment = _environment(scratch / f"{name}{number}", path)
            cost = cost_of(
                command,
                folder,
                listed=scratch / "files",
                printed=scratch / "out",
                limit_s=given.limit,
                env=environment,
            )
            costs[name].append(cost)
    user = {name: statistics.median(cost.user for cost in some) for name, some in costs.items()}
    wall = {name: statistics.median(cost.wall for cost in some) for name, some in costs.items()}
    others = "".join(
        f"; to {name} {statistics.median(_ratios(costs[NOW], costs[name])):.2f}"
        for name in builds
        if name != NOW
    )
    print(
        f"{folder.name}: {n_files:,} files, {n_bytes / 1e6:.0f} MB; user CPU {user[NOW]:.2f} s, bare parse {user[BARE]:.2f} s,"
        f" ratio {statistics.median(_ratios(costs[NOW], costs[BARE])):.2f}{others};"
        f" wall {wall[NOW]:.2f} s on two processors, {wall['one']:.2f} s on one, ratio {wall[NOW] / wall['one']:.2f};"
        f" peak {max(cost.peak for cost in costs[NOW]):.0f} MB",
        flush=True,
    )


def _ratios(some: Sequence[Cost], others: Sequence[Cost]) -> list[float]:
    """Round by round, so that a machine that gets slower meanwhile makes no difference."""
    return [one.user / other.user for one, other in zip(some, others, strict=True)]


def commands(
    folder: Path, builds: Mapping[str, str], cpus: Sequence[int]
) -> Mapping[str, tuple[Sequence[str], str]]:
    """What is run in each round, by name, with its PYTHONPATH."""
    index = (sys.executable, "-m", "foreword", "index", "-w", str(folder))
    both, one = (
        ("taskset", "-c", ",".join(map(str, cpus)), *index),
        ("taskset", "-c", str(cpus[0]), *index),
    )
    return {
        BARE: ((sys.executable, str(HERE / "comparison_parse.py"), str(folder)), str(SERVER)),
        **{name: (both, path) for name, path in builds.items()},
        "one": (one, builds[NOW]),
    }


def _environment(home: Path, path: str) -> Mapping[str, str]:
    """An index of its own, and compiled modules, as an installed package has them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "FOREWORD_HOME": str(home),
        "PYTHONPATH": path,
        "PYTHONPYCACHEPREFIX": str(home.parent / "compiled"),
    }


if __name__ == "__main__":
    main()
