"""How large the extension for VS Code is, and what evaluating it costs, beside other states of it.

    python tests/benchmarks/extension.py PACKAGES [TREE...]

PACKAGES is a `node_modules` that `npm ci --ignore-scripts` made in `editors/vscode`; `node` is on the PATH. A TREE is a checkout of
this project (default: this one), for a commit: `git worktree add --detach ../then COMMIT` first. Bytes are those of the
bundles as they are packed, and compressed as a `.vsix` has them; milliseconds are processor time of `require` in a Node.js
of its own, the median of RUNS, with a `vscode` that has everything and does nothing. How long the editor itself says that
activation took, beside its own extensions, is what `pytest -s tests/e2e/vscode/test_vscode_activation.py` prints.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

RUNS = 11
BUNDLES = ("extension.js", "webview.js", "webview.css")
EVALUATE = """
const Module = require('node:module')
const anything = new Proxy(Object.assign(function () {}, { l10n: {} }), { get: (_, key) => key === Symbol.toPrimitive ? () => '' : key === 'l10n' ? {} : anything, apply: () => anything, construct: () => anything })
const load = Module._load
Module._load = (name, ...rest) => name === 'vscode' ? anything : load(name, ...rest)
const before = process.cpuUsage()
require(process.argv[1])
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1000)
"""


def built(tree: Path, packages: Path, folder: Path) -> Path:
    """The bundles of a checkout, made in a copy of it."""
    keep = shutil.ignore_patterns("node_modules", "dist", "out", "wheel", "*.vsix")
    shutil.copytree(tree / "editors" / "vscode", folder, ignore=keep)
    (folder / "node_modules").symlink_to(packages.resolve())
    subprocess.run(["node", "esbuild.mjs"], cwd=folder, check=True)
    return folder / "dist"


def evaluated(bundle: Path) -> float:
    """Milliseconds of processor time that loading a bundle takes."""
    line = ["node", "-e", EVALUATE, str(bundle)]
    took = [subprocess.run(line, capture_output=True, text=True, check=True).stdout for _ in range(RUNS)]
    return statistics.median(map(float, took))


def main() -> None:
    """Print a row a tree."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", type=Path)
    parser.add_argument("trees", nargs="*", type=Path, default=[Path(__file__).parents[2]])
    given = parser.parse_args()
    print("| tree | " + " | ".join(BUNDLES) + " | compressed | evaluated |")
    print("| --- " + "| ---: " * (len(BUNDLES) + 2) + "|")
    for tree in given.trees:
        with tempfile.TemporaryDirectory() as place:
            dist = built(tree, given.packages, Path(place) / "vscode")
            contents = [(dist / name).read_bytes() for name in BUNDLES]
            sizes = " | ".join(f"{len(content) / 1000:.0f} kB" for content in contents)
            packed = sum(len(gzip.compress(content)) for content in contents) / 1000
            milliseconds = evaluated(dist / "extension.js")
            print(f"| {tree.resolve().name} | {sizes} | {packed:.0f} kB | {milliseconds:.0f} ms |")


if __name__ == "__main__":
    main()
