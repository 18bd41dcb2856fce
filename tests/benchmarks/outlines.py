"""How good outlines are, beside what the language's own parser finds in the same files.

    python tests/benchmarks/outlines.py DIR... [--typescript DIR_OF_NODE_MODULES] [--worst N]

A definition counts that stands outside of functions: a type, a function, a method. *Recall* is the share of those that
the other parser knows and the outline has, by name in the file; *exact* with the right parent, too; *precision* the share
of the outline's that the other parser knows, where it knows all. The truth is `ast` for Python, the compiler's own parser for
TypeScript and JavaScript (`npm install typescript`), universal-ctags for C and C++ (without what looks like a
prototype and is the call of a macro in capitals), and elsewhere lines that begin a definition, by a pattern: no truth,
but an independent count. What is not installed is named and left out. A DIR is never changed.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.language import language_of
from foreword.index.outline.definitions import extract
from foreword.index.outline.languages import LANGUAGES

Truth = Mapping[Path, set[tuple[str, str | None]]]
"""The names of a file's definitions with their parents; a parent of "?" is not known."""

CORE = frozenset(
    (
        "class",
        "constructor",
        "enum",
        "function",
        "interface",
        "method",
        "struct",
        "trait",
        "namespace",
        "module",
    )
)
HAS_PARENTS = frozenset(("python", "typescript", "tsx"))
PATTERNS: Mapping[str, str] = {
    "dart": r"^(?:abstract |sealed |final |base )*(?:class|mixin|enum)\s+(\w+)",
    "erlang": r"^([a-z]\w*)\(",
    "groovy": r"^\s*(?:abstract\s+)?(?:class|interface|trait|enum)\s+(\w+)",
    "hcl": r"^(?:resource|data)\s+\"[\w-]+\"\s+\"([\w-]+)\"|^(?:variable|output|module)\s+\"(\w+)\"",
    "julia": r"^(?:mutable )?struct\s+(\w+)|^function\s+(?:\w+\.)?(\w+!?)[({]",
    "kotlin": r"^(?:(?:public|private|internal|open|abstract|sealed|data|suspend|inline|actual|expect)\s+)*"
    r"(?:class|interface|fun)\s+(?:<[^>]*>\s+)?(?:[\w<>?, ]+\.)?(\w+)",
    "objective-c": r"^[-+]\s*\([^)]*\)\s*(\w+)\s*[;{]",
    "perl": r"^sub\s+(\w+)",
    "php": r"^\s*(?:(?:abstract|final|public|protected|private|static)\s+)*(?:function|class|interface|trait)\s+&?(\w+)",
    "powershell": r"^\s*function\s+([\w-]+)",
    "proto": r"^\s*(?:message|enum|service|rpc)\s+(\w+)",
    "r": r"^([\w.]+)\s*<-\s*function\b",
    "ruby": r"^\s*(?:class|module)\s+(?:\w+::)*(\w+)",
    "solidity": r"^\s*(?:function|contract|interface|library|event|error|modifier)\s+(\w+)",
    "sql": r"(?i)^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+|materialized\s+)?(?:table|view|function"
    r"|procedure|trigger|type|domain|aggregate|sequence)\s+(?:if\s+not\s+exists\s+)?(?:[\w\"]+\.)?(\"[^\"]+\"|[\w$]+)"
    r"|^\s*\{%-?\s*(?:macro|test|snapshot)\s+(\w+)",
    "svelte": r"^\s*(?:export\s+)?(?:async\s+)?function\s+(\w+)",
    "swift": r"^\s*(?:(?:public|private|internal|open|static|final|override|mutating)\s+)*func\s+(\w+)",
    "vue": r"^(?:export\s+)?(?:async\s+)?function\s+(\w+)",
    "yaml": r"^([A-Za-z][\w-]*):",
    "zsh": r"^[ \t]*(?:function\s+([\w:.@-]+)|([\w:.@-]+)\s*\(\)\s*\{)",
}
TYPESCRIPT = r"""
const ts = require("typescript"), fs = require("fs");
for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : /\.[cm]?js$/.test(path) ? ts.ScriptKind.JSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, fs.readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true, kind);
  const walk = (node, parent) => {
    let inside = parent;
    const named = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)
      || ts.isEnumDeclaration(node) || ts.isMethodDeclaration(node) && !ts.isObjectLiteralExpression(node.parent)
      || ts.isMethodSignature(node) && ts.isInterfaceDeclaration(node.parent);
    if (named && node.name && (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name))) {
      console.log(JSON.stringify([path, node.name.text, parent]));
      inside = node.name.text;
    }
    if (ts.isFunctionLike(node) || ts.isBlock(node)) return;
    ts.forEachChild(node, child => walk(child, inside));
  };
  ts.forEachChild(source, node => walk(node, null));
}
"""


@dataclass(slots=True)
class Count:
    """What was compared in one language."""

    files: int = 0
    in_part: int = 0
    definitions: int = 0
    truth: int = 0
    hits: int = 0
    exact: int = 0
    core: int = 0
    known: int = 0
    seconds: float = 0.0
    lost: list[tuple[Path, str]] = field(default_factory=list)


def files_of(folder: Path) -> Mapping[str, list[Path]]:
    """The files of a folder that have an outline, by language; a header counts as C++."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        language = language_of(str(path)) if path.is_file() and ".git" not in path.parts else None
        if (
            language is not None
            and language in LANGUAGES
            and not path.is_symlink()
            and path.stat().st_size <= MAX_FILE_BYTES
        ):
            found["cpp" if path.suffix == ".h" and language == "c" else language].append(path)
    return found


def truth_of(language: str, paths: Sequence[Path], node_modules: str | None) -> Truth | None:
    """What the language's own parser finds, or lines by a pattern; None if there is nothing to compare with."""
    if language == "python":
        return {path: set(_python(path)) for path in paths}
    if language in {"c", "cpp"} and shutil.which("ctags"):
        return _by_ctags(paths)
    if language in {"typescript", "tsx", "javascript"} and node_modules and shutil.which("node"):
        return _by_typescript(paths, node_modules)
    if language in PATTERNS:
        pattern = re.compile(PATTERNS[language], re.MULTILINE)
        return {path: set(_lines(pattern, path)) for path in paths}
    return None


def _python(path: Path) -> Iterator[tuple[str, str | None]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return
    stack: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while stack:
        node, parent = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield child.name, parent
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                stack.append((child, child.name if isinstance(child, ast.ClassDef) else parent))


def _by_ctags(paths: Sequence[Path]) -> Truth:
    found: dict[Path, set[tuple[str, str | None]]] = {path: set() for path in paths}
    arguments = ("--output-format=json", "-f", "-", "--fields=+ns", "--kinds-C++=+p", "--kinds-C=+p")
    done = subprocess.run(
        ("ctags", *arguments, "--langmap=C++:+.h.inc", "-L", "-"),
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        tag = json.loads(line)
        name, kind = tag["name"].replace(" ", ""), tag.get("kind")
        is_call = kind in {"prototype", "function"} and name.isupper()
        if kind in CORE | {"prototype", "union"} and not is_call and not name.startswith("__anon"):
            found[Path(tag["path"])].add((name.rsplit("::", 1)[-1], "?"))
    return found


def _by_typescript(paths: Sequence[Path], node_modules: str) -> Truth:
    found: dict[Path, set[tuple[str, str | None]]] = {path: set() for path in paths}
    done = subprocess.run(
        ("node", "-e", TYPESCRIPT),
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=True,
        env={"NODE_PATH": node_modules},
    )
    for line in done.stdout.splitlines():
        path, name, parent = json.loads(line)
        found[Path(path)].add((name, parent))
    return found


def _lines(pattern: re.Pattern[str], path: Path) -> Iterator[tuple[str, str | None]]:
    for match in pattern.finditer(path.read_text("utf-8", "replace")):
        yield next(group for group in match.groups() if group).strip("\"'`"), "?"


def compare(language: str, paths: Iterable[Path], truth: Truth | None) -> Count:
    """The outlines of files beside the truth about them."""
    count = Count()
    for path in paths:
        data = path.read_bytes()
        began = time.process_time()
        outline = extract("c" if path.suffix == ".h" else language, data)
        count.seconds += time.process_time() - began
        count.files += 1
        count.in_part += bool(outline.unread)
        count.definitions += len(outline.definitions)
        if truth is not None:
            found = {(one.name.replace(" ", ""), one.parent) for one in outline.definitions}
            core = {(one.name, one.parent) for one in outline.definitions if one.kind in CORE}
            _add(count, path, truth[path], found, core)
    return count


def _add(
    count: Count,
    path: Path,
    truth: set[tuple[str, str | None]],
    found: set[tuple[str, str | None]],
    core: set[tuple[str, str | None]],
) -> None:
    names, known = {name for name, _ in found}, {name for name, _ in truth}
    count.truth += len(truth)
    count.core += len(core)
    count.known += sum(name in known for name, _ in core)
    for name, parent in truth:
        count.hits += name in names
        count.exact += (name, parent) in found
        if name not in names:
            count.lost.append((path, name))


def row(folder: Path, language: str, count: Count) -> str:
    """One line of the table. Not every truth has parents, and only that of Python has all that an outline lists."""
    compared = "" if not count.truth else f"{100 * count.hits / count.truth:.2f} %"
    exact = f"{100 * count.exact / count.truth:.2f} %" if count.truth and language in HAS_PARENTS else ""
    precision = f"{100 * count.known / count.core:.2f} %" if count.core and language == "python" else ""
    return (
        f"| {language} | {folder.name} | {count.files:,} | {count.in_part:,} | {count.definitions:,} | {count.truth:,} |"
        f" {compared} | {exact} | {precision} | {count.seconds:.1f} s |"
    )


def main() -> None:
    """Print a table of every language in some folders."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--typescript", metavar="DIR", help="where `npm install typescript` put it")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name N definitions that were lost")
    given = parser.parse_args()
    if not shutil.which("ctags"):
        print("no ctags: C and C++ are left out (apt-get install universal-ctags)")
    print(
        "| language | repository | files | in part | definitions | compared | recall | exact | precision | CPU |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for folder in given.folders:
        for language, paths in sorted(files_of(folder).items()):
            truth = truth_of(language, paths, given.typescript)
            count = compare(language, paths, truth)
            print(row(folder, language, count), flush=True)
            for path, name in count.lost[: given.worst]:
                print(f"  lost: {path.relative_to(folder)}: {name}")


if __name__ == "__main__":
    main()
