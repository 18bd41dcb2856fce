"""How good outlines are, beside what the language's own parser finds in the same files.

    python tests/benchmarks/outlines.py DIR... [--node DIR_OF_NODE_MODULES] [--worst N] [--language NAME]...

A definition counts that stands outside of functions: a type, a function, a method. *Recall* is the share of those that
the other parser knows and the outline has, by name in the file; *exact* with the right parent, too; *precision* the share
of the outline's that the other parser knows as the name of something, where it knows all. The truth is `ast` for Python, the compiler's
own parser for TypeScript, JavaScript, Java (a JDK), Kotlin and Go, scalameta for Scala, syn for Rust, Prism for Ruby, php-parser for PHP
(`npm install typescript @ruby/prism php-parser kotlin-compiler scalameta-parsers`, `apt-get install golang-go librust-syn-dev`), universal-ctags for C and C++ (without what looks like a
prototype and is the call of a macro in capitals), and elsewhere lines that begin a definition, by a pattern: no truth,
but an independent count. What is not installed is named and left out. A DIR is never changed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.outline_truth import Truth, parsed
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.language import language_of
from foreword.index.outline.definitions import extract
from foreword.index.outline.languages import LANGUAGES

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
PATTERNS: Mapping[str, str] = {
    "clojure": r"^\(def\w*-?\s+(?:\^\S+\s+)*([^\s()\[\]{}^\"]+)",
    "dart": r"^(?:abstract |sealed |final |base )*(?:class|mixin|enum)\s+(\w+)",
    "erlang": r"^([a-z]\w*)\(",
    "fsharp": r"^module\s+(?:(?:rec|private|internal|public)\s+)*([\w.]+)"
    r"|^(?:let|type)\s+(?:(?:rec|inline|private|internal|public|mutable)\s+)*(\w+)"
    r"|^\s+(?:static\s+)?member\s+(?:(?:inline|private|internal)\s+)*(?:\w+\.)?(\w+)",
    "groovy": r"^\s*(?:abstract\s+)?(?:class|interface|trait|enum)\s+(\w+)",
    "hcl": r"^(?:resource|data)\s+\"[\w-]+\"\s+\"([\w-]+)\"|^(?:variable|output|module)\s+\"(\w+)\"",
    "julia": r"^(?:mutable )?struct\s+(\w+)|^function\s+(?:\w+\.)?(\w+!?)[({]",
    "kotlin": r"^(?:(?:public|private|internal|open|abstract|sealed|data|suspend|inline|actual|expect)\s+)*"
    r"(?:class|interface|fun)\s+(?:<[^>]*>\s+)?(?:[\w<>?, ]+\.)?(\w+)",
    "objective-c": r"^[-+]\s*\([^)]*\)\s*(\w+)\s*[;{]",
    "perl": r"^sub\s+(\w+)",
    "php": r"^\s*(?:(?:abstract|final|public|protected|private|static)\s+)*(?:function|class|interface|trait)\s+&?(\w+)",
    "powershell": r"(?i)^\s*function\s+(?:\w+:)?([\w-]+)",
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
    unknown: list[tuple[Path, str]] = field(default_factory=list)
    has_parents: bool = False


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
    truth = parsed(language, paths, node_modules)
    if truth is None and language in PATTERNS:
        pattern = re.compile(PATTERNS[language], re.MULTILINE)
        return Truth({path: set(_lines(pattern, path)) for path in paths})
    return truth


def _lines(pattern: re.Pattern[str], path: Path) -> Iterator[tuple[str, str | None]]:
    for match in pattern.finditer(path.read_text("utf-8", "replace")):
        yield next(group for group in match.groups() if group).strip("\"'`"), "?"


def compare(language: str, paths: Iterable[Path], truth: Truth | None) -> Count:
    """The outlines of files beside the truth about them."""
    count = Count(has_parents=truth is not None and truth.has_parents)
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
            _add(count, path, truth, found, core)
    return count


def _add(
    count: Count,
    path: Path,
    truth: Truth,
    found: set[tuple[str, str | None]],
    core: set[tuple[str, str | None]],
) -> None:
    names, known = {name for name, _ in found}, truth.names.get(path)
    count.truth += len(truth.definitions[path])
    if known is not None:
        count.core += len(core)
        count.known += sum(name in known for name, _ in core)
        count.unknown += [(path, name) for name, _ in sorted(core, key=str) if name not in known]
    for name, parent in truth.definitions[path]:
        count.hits += name in names
        count.exact += (name, parent) in found
        if name not in names:
            count.lost.append((path, name))


def row(folder: Path, language: str, count: Count) -> str:
    """One line of the table. Not every truth has parents, or all names."""
    compared = "" if not count.truth else f"{100 * count.hits / count.truth:.2f} %"
    exact = f"{100 * count.exact / count.truth:.2f} %" if count.truth and count.has_parents else ""
    precision = f"{100 * count.known / count.core:.2f} %" if count.core else ""
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
    parser.add_argument("--node", metavar="DIR", help="the node_modules where npm put the parsers")
    parser.add_argument("--language", action="append", metavar="NAME", help="this one alone")
    parser.add_argument(
        "--worst", type=int, default=0, metavar="N", help="name N that were lost, and N that are not known"
    )
    given = parser.parse_args()
    if not shutil.which("ctags"):
        print("no ctags: C and C++ are left out (apt-get install universal-ctags)")
    print(
        "| language | repository | files | in part | definitions | compared | recall | exact | precision | CPU |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for folder in given.folders:
        for language, paths in sorted(files_of(folder).items()):
            if given.language and language not in given.language:
                continue
            truth = truth_of(language, paths, given.node)
            count = compare(language, paths, truth)
            print(row(folder, language, count), flush=True)
            for path, name in count.lost[: given.worst]:
                print(f"  lost: {path.relative_to(folder)}: {name}")
            for path, name in count.unknown[: given.worst]:
                print(f"  not known: {path.relative_to(folder)}: {name}")


if __name__ == "__main__":
    main()
