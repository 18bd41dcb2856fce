"""What indexing a repository costs, beside other tools on the same files, in one run on this machine (Linux).

    python tests/benchmarks/comparison.py DIR... [--aider PYTHON] [--limit SECONDS]

Every row is a command from its start to its end, with all its processes: user CPU, wall time, and the peak of memory.
Ratios are to the user CPU of bare `Parser.parse`. All get the files that Foreword reads; those are read
once before anything is measured. What is not installed is named and left out; what takes longer than `--limit` is
stopped. A DIR, a git repository, is never changed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.comparison_cost import Cost, adopt_orphans, cost_of

HERE = Path(__file__).parent
SERVER = HERE.parents[1] / "server"
BUDGET = 60_000
CHARACTERS_A_TOKEN = 2.5
"""As `core/tokens.py: NOMINAL_RATIO`, so that both maps are of one size."""
IDENTIFIER = r"[A-Za-z_]\w*"
BARE = "tree-sitter: bare `Parser.parse`"
INSTALL = {
    "ctags": "apt-get install universal-ctags",
    "rg": "apt-get install ripgrep",
    "aider": "python3 -m venv A; A/bin/pip install aider-chat; --aider A/bin/python",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What is measured: its name in the table, and the command."""

    name: str
    command: tuple[str, ...]


def rows(folder: Path, scratch: Path, aider: str | None) -> Iterator[Row]:
    """The commands in their order: what is called warm comes after what is called cold."""
    python, listed = sys.executable, str(scratch / "files")
    foreword = (python, "-m", "foreword")
    yield Row(BARE, (python, str(HERE / "comparison_parse.py"), str(folder)))
    yield Row("git: `ls-files -s` and `diff-files`", ("sh", "-c", "git ls-files -s && git diff-files"))
    if "Universal Ctags" in _said("ctags", "--version"):
        names = str(scratch / "names")
        yield Row("universal-ctags: definitions", ("ctags", "-f", str(scratch / "tags"), "-L", names))
    if shutil.which("rg"):
        found = ("rg", "--no-filename", "-o", "-e", IDENTIFIER)
        yield Row("ripgrep: identifiers", ("xargs", "-0", "-s", "1000000", "-a", listed, *found))
    yield Row("**Foreword: index, cold**", (*foreword, "index", "-w", str(folder)))
    yield Row("**Foreword: index, warm**", (*foreword, "index", "-w", str(folder)))
    base = (*foreword, "context", "-w", str(folder), "--provider", "offline", "--budget", str(BUDGET))
    yield Row("**Foreword: base of 60,000 tokens, first**", base)
    yield Row("**Foreword: base of 60,000 tokens, again**", base)
    if aider:
        drawn = (aider, str(HERE / "aider_map.py"), str(folder), str(scratch / "aider"))
        for state in ("cold", "warm"):
            yield Row(f"aider: map of 60,000 tokens, {state}", (*drawn, str(BUDGET), str(CHARACTERS_A_TOKEN)))


def measured(folder: Path, scratch: Path, aider: str | None, limit_s: float) -> Iterator[tuple[Row, Cost]]:
    """Each row with its cost; after one that took too long, the same tool is not tried again."""
    environment = _environment(scratch)
    gone: set[str] = set()
    for number, row in enumerate(rows(folder, scratch, aider)):
        tool = row.name.partition(":")[0]
        if tool in gone:
            continue
        cost = cost_of(
            row.command,
            folder,
            listed=scratch / "files",
            printed=scratch / f"out{number}",
            limit_s=limit_s,
            env=environment,
        )
        gone |= {tool} if cost.killed else set()
        yield row, cost


def list_files(folder: Path, scratch: Path) -> tuple[int, int]:
    """Write the paths of the files that Foreword reads, read them once, and give their number and bytes."""
    said = subprocess.run(
        [sys.executable, "-m", "foreword", "index", "-w", str(folder), "--json"],
        env={**_environment(scratch), "FOREWORD_HOME": str(scratch / "listing")},
        check=True,
        capture_output=True,
    ).stdout
    left_out = {left["path"] for left in json.loads(said)["leftOut"]}
    tracked = subprocess.run(
        ["git", "-C", str(folder), "ls-files", "-z"], check=True, capture_output=True
    ).stdout.decode("utf-8", "surrogateescape")
    paths = [
        path for path in tracked.split("\0") if path and path not in left_out and (folder / path).is_file()
    ]
    for name, end in (("files", "\0"), ("names", "\n")):
        (scratch / name).write_bytes("".join(path + end for path in paths).encode("utf-8", "surrogateescape"))
    return len(paths), sum(len((folder / path).read_bytes()) for path in paths)


def _environment(scratch: Path) -> Mapping[str, str]:
    """This one, with a new home for Foreword and a hash seed, without which aider's map differs between processes."""
    return {
        **os.environ,
        "FOREWORD_HOME": str(scratch / "home"),
        "PYTHONPATH": str(SERVER),
        "PYTHONHASHSEED": "0",
    }


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout
    except FileNotFoundError:
        return ""


def line_of(row: Row, cost: Cost, bare: float) -> str:
    """A row of the table."""
    if cost.killed:
        return f"| {row.name} | more than {cost.user:.0f} s | more than {cost.user / bare:.0f} | more than {cost.wall:.0f} s | {cost.peak:,.0f} MB |"
    return f"| {row.name} | {cost.user:.2f} s | {cost.user / bare:.2f} | {cost.wall:.2f} s | {cost.peak:,.0f} MB |"


def compare(folder: Path, aider: str | None, limit_s: float) -> None:
    """Print the table of one repository."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        n_files, n_bytes = list_files(folder, scratch)
        print(f"\n{folder.name}: {n_files:,} files, {n_bytes / 1e6:.0f} MB\n")
        print("| | user CPU | to bare parse | wall | peak memory |\n| --- | ---: | ---: | ---: | ---: |")
        bare = 0.0
        for row, cost in measured(folder, scratch, aider, limit_s):
            bare = bare or cost.user
            print(line_of(row, cost, bare), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--aider", metavar="PYTHON", help="the Python of an environment with aider-chat")
    parser.add_argument("--limit", type=float, default=600.0, metavar="SECONDS", help="for one command")
    given = parser.parse_args()
    adopt_orphans()
    missing = {
        "ctags": "Universal Ctags" not in _said("ctags", "--version"),
        "rg": not shutil.which("rg"),
        "aider": not given.aider,
    }
    for tool, is_missing in missing.items():
        if is_missing:
            print(f"without {tool}: {INSTALL[tool]}")
    for folder in given.folders:
        compare(folder.resolve(), given.aider, given.limit)


if __name__ == "__main__":
    main()
