"""How well secrets are found, beside detect-secrets where it is installed: made-up ones, false alarms, time.

    python tests/benchmarks/secret_detection.py DIR... [--show]

Each DIR is a public repository, checked out: whatever is found in it outside of tests, examples and documentation counts as a
false alarm. `--show` lists these, so that each can be looked at.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from core.secrets.made_up import LINES, lines_with_secrets
from foreword.core.documents.text import decode, printable
from foreword.core.exclusion import reason_for_content, reason_for_path
from foreword.core.secrets.detection import find_secrets

N_SEEDS = 5
FIXTURE = re.compile(
    r"(?i)(^|[/_.-])(t|tests?|testing|testdata|specs?|fixtures?|examples?|samples?|docs?|mocks?)([/_.-]|$)|_test\.|tests?\.\w+$"
)
Found = set[int]
Finder = Callable[[Path, str], Found]
"""The lines (from 1) of a file, which has this text, with a secret."""


def by_foreword(_: Path, text: str) -> Found:
    """As the product does."""
    return {text.count("\n", 0, one.start) + 1 for one in find_secrets(printable(text))}


def by_detect_secrets() -> Finder:
    """With all of its plugins and filters as they come."""
    scan: Any = importlib.import_module("detect_secrets.core.scan")
    settings: Any = importlib.import_module("detect_secrets.settings")

    def find(path: Path, _: str) -> Found:
        with settings.default_settings():
            return {secret.line_number for secret in scan.scan_file(str(path))}

    return find


def texts(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """The files that a model could be shown: path in the folder, path, text."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git"})
        for name in sorted(names):
            file = Path(place, name)
            path = file.relative_to(folder).as_posix()
            if file.is_symlink() or reason_for_path(path) is not None:
                continue
            data = file.read_bytes()
            if reason_for_content(path, data) is None:
                yield path, file, decode(data).content


def recall(find: Finder) -> tuple[int, int]:
    """How many of the made-up secrets are found, and of how many."""
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(N_SEEDS):
            for number, (line, _) in enumerate(lines_with_secrets(seed).values()):
                file = Path(folder, f"settings_{seed}_{number}.py")
                file.write_text(f"# settings\n{line}\n# end\n", encoding="utf-8")
                found += 2 in find(file, file.read_text(encoding="utf-8"))
    return found, N_SEEDS * len(LINES)


def alarms(find: Finder, folders: list[Path]) -> tuple[list[str], int, float, int]:
    """What is found outside of fixtures, in how many lines, in how many seconds, in how many characters."""
    told, n_lines, seconds, n_characters = list[str](), 0, 0.0, 0
    for folder in folders:
        for path, file, text in texts(folder):
            began = time.perf_counter()
            found = find(file, text)
            seconds += time.perf_counter() - began
            n_characters += len(text)
            if FIXTURE.search(path):
                continue
            lines = text.split("\n")
            n_lines += len(lines)
            told += [f"{folder.name}/{path}:{n}: {lines[n - 1].strip()[:140]}" for n in sorted(found)]
    return told, n_lines, seconds, n_characters


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    finders: dict[str, Finder] = {"Foreword": by_foreword}
    if importlib.util.find_spec("detect_secrets") is not None:
        finders["detect-secrets"] = by_detect_secrets()
    print("| | found of made-up ones | alarms outside fixtures | one in lines | precision | MB a second |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, find in finders.items():
        n_found, n_made = recall(find)
        told, n_lines, seconds, n_characters = alarms(find, given.folders)
        rate = f"{n_lines // len(told):,}" if told else "none"
        precision = n_found / (n_found + len(told)) if n_found else 0.0
        speed = n_characters / 1e6 / seconds if seconds else 0.0
        print(
            f"| {name} | {n_found} of {n_made} | {len(told)} | {rate} | {100 * precision:.1f} % | {speed:.1f} |",
            flush=True,
        )
        for line in told if given.show else ():
            print(line)
    print(f"{len(given.folders)} repositories")


if __name__ == "__main__":
    main()
