"""What a newcomer has to find their way in: sizes, imports, comments, names and folders of the sources, as a table.

    python tests/benchmarks/house_figures.py [TREE...]

A TREE is a checkout of this project (default: this one); figures of a commit: `git worktree add --detach ../then COMMIT`
first. Only `server/foreword` is counted, but for the folders, which are those of `server`, `tests` and `editors`, without what
is generated or installed. Modules of one `ask` are counted in a small repository whose index and prefix are there already: those
that are loaded, and those of which a function runs.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import statistics
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

DOZEN = 12
GENERATED = frozenset({"node_modules", "dist", "__pycache__", ".venv"})
DIRECTIVES = ("noqa", "type:")
"""How comments begin that speak to a tool."""

WATCHED = """\
import sys, threading
from pathlib import Path

entered = set()


def note(frame, event, _):
    if event == "call" and frame.f_code.co_name != "<module>":
        entered.add(frame.f_code.co_filename)


threading.setprofile(note)
sys.setprofile(note)
from foreword.cli.main import main

code = main(["ask", "Where is the total of a cart?", "--json", "--provider", "offline"])
sys.setprofile(None)
home = str(Path(sys.argv[1]) / "server" / "foreword")
loaded = [name for name in sys.modules if name == "foreword" or name.startswith("foreword.")]
print(code, len(loaded), sum(name.startswith(home) for name in entered), file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trees", nargs="*", type=Path, default=[Path(__file__).parents[2]])
    columns = [figures(tree.resolve()) for tree in parser.parse_args().trees]
    for name in columns[0]:
        print(f"{name:<52}", *(f"{column[name]:>10}" for column in columns))


def figures(tree: Path) -> Mapping[str, str]:
    """Each figure of a checkout by its name."""
    files = sorted((tree / "server" / "foreword").rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    lengths = sorted(len(text.splitlines()) for text in texts)
    n_lines = sum(lengths)
    names = Counter(path.name for path in files if not path.name.startswith("__"))
    loaded, entered = modules_of_an_ask(tree)
    return {
        "files": f"{len(files):,}",
        "lines": f"{n_lines:,}",
        "lines a file, median": f"{statistics.median(lengths):.0f}",
        "lines a file, nine in ten have at most": f"{lengths[int(0.9 * (len(lengths) - 1))]}",
        "lines that import": f"{sum(map(n_import_lines, texts)) / n_lines:.1%}",
        "comments a thousand lines": f"{sum(len(comments(text)) for text in texts) / n_lines * 1_000:.1f}",
        "those that speak to no tool": f"{sum(map(n_for_readers, texts)) / n_lines * 1_000:.1f}",
        "texts below a value, lines a thousand": f"{sum(map(n_attribute_lines, texts)) / n_lines * 1_000:.1f}",
        "file names used twice, but for __init__": f"{sum(count > 1 for count in names.values())}",
        "folders with more than a dozen entries": f"{len(crowded(tree))}",
        "modules that are loaded by one warm ask": loaded,
        "modules that run in one warm ask": entered,
    }


def n_import_lines(text: str) -> int:
    """How many lines the import statements of a module take, wherever they stand."""
    imports = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom))
    return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in imports)


def comments(text: str) -> list[str]:
    """The comments of a module, without their sign; one of several lines counts for each."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string.lstrip("#").strip() for token in tokens if token.type == tokenize.COMMENT]


def n_for_readers(text: str) -> int:
    """How many comments are no directives."""
    return sum(not comment.startswith(DIRECTIVES) for comment in comments(text))


def n_attribute_lines(text: str) -> int:
    """How many lines the texts take that stand below a constant or a field and say what it is."""
    bodies = (getattr(node, "body", None) for node in ast.walk(ast.parse(text)))
    pairs = (pair for body in bodies if isinstance(body, list) for pair in pairwise(body))
    return sum(
        (second.end_lineno or second.lineno) - second.lineno + 1
        for first, second in pairs
        if isinstance(first, ast.Assign | ast.AnnAssign)
        and isinstance(second, ast.Expr)
        and isinstance(second.value, ast.Constant)
        and isinstance(second.value.value, str)
    )


def crowded(tree: Path) -> list[Path]:
    """The folders in which a newcomer must choose among more than a dozen entries."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tree, capture_output=True, text=True, check=True)
    entries: dict[Path, set[str]] = {}
    for name in listed.stdout.split("\0"):
        parts = Path(name).parts
        if parts and parts[0] in {"server", "tests", "editors"} and GENERATED.isdisjoint(parts):
            for depth in range(1, len(parts)):
                entries.setdefault(Path(*parts[:depth]), set()).add(parts[depth])
    return [folder for folder, found in entries.items() if len(found - {"__init__.py"}) > DOZEN]


def modules_of_an_ask(tree: Path) -> tuple[str, str]:
    """How many modules a second question loads, and in how many of them something runs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, script = Path(scratch, "shop"), Path(scratch, "watched.py")
        folder.mkdir()
        (folder / "cart.py").write_text("def total(prices):\n    return sum(prices)\n", encoding="utf-8")
        for command in (["init", "-q"], ["add", "-A"], [*WHO, "commit", "-q", "-m", "Begin"]):
            subprocess.run(["git", *command], cwd=folder, check=True)
        script.write_text(WATCHED, encoding="utf-8")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANTHROPIC", "FOREWORD"))
        }
        environ = {**kept, "FOREWORD_HOME": str(Path(scratch, "home")), "PYTHONPATH": str(tree / "server")}
        command = [sys.executable, str(script), str(tree)]
        for _ in range(2):
            done = subprocess.run(
                command, cwd=folder, env=environ, capture_output=True, text=True, check=True, timeout=120
            )
        code, loaded, entered = done.stderr.split()[-3:]
        return (loaded, entered) if code == "0" else ("failed", "failed")


WHO = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]

if __name__ == "__main__":
    main()
