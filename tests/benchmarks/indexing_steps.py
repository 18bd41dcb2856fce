"""The steps of `indexing.py`, each in a process of its own; prints JSON.

python indexing_steps.py bare|look|first|saved|search|switch DIR [N]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time, time
from typing import Any

from tree_sitter import Parser

from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.indexing import Indexing
from foreword.assist.session.snapshot.workspace_snapshot import (
    WorkspaceSnapshot,
    refresh_snapshot,
    take_snapshot,
)
from foreword.cli.process import collect_rarely
from foreword.core.tree import FileTree, Source
from foreword.index.build.parse_workers import ParseJob, chunks_of, parse_files
from foreword.index.outline.definitions import extract
from foreword.index.outline.grammar import load
from foreword.index.outline.languages import TABLES
from foreword.index.search.search import search
from foreword.index.store.facts import Key
from foreword.index.text.terms import terms

N_SWITCHED = 2_000
N_LOOKS = 5
SOON_S = 2.0


def bare(session: Session) -> dict[str, Any]:
    """Parse some files and do nothing with them, below which no index can be; then study them; then the next ones.

    Files without a grammar are left out: a parser does nothing with them.
    """
    saved = take_snapshot(session)
    paths = {saved.index.rows[path].id: path for path in saved.index.paths}.values()
    language_of = {path: saved.index.language(path) for path in paths}
    wanted = [
        ParseJob(source_of(saved, path), Key(saved.tree.blobs[path], language_of[path], "")) for path in paths
    ]
    parsers = {name: Parser(load(name).language) for name in TABLES.keys() & set(language_of.values())}
    n_files, cpu, study_cpu = 0, 0.0, 0.0
    for chunk in chunks_of([one for one in wanted if one.key.language in parsers], 1):
        read = [
            (parsers[language_of[one.path]], data or b"")
            for one, data in saved.reader([w.source for w in chunk])
        ]
        started = user_cpu()
        for parser, data in read:
            parser.parse(data)
        studied = user_cpu()
        parse_files(saved.reader, extract, chunk)
        n_files += len(read)
        cpu += studied - started
        study_cpu += user_cpu() - studied
    return {"files": n_files, "cpu": cpu, "study_cpu": study_cpu}


def source_of(saved: WorkspaceSnapshot, path: str) -> Source:
    return Source(path, saved.tree.blobs[path], path in saved.tree.dirty)


def user_cpu() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def one_look(session: Session) -> dict[str, Any]:
    started = perf_counter()
    report = take_snapshot(session).report
    seconds = perf_counter() - started
    return {"files": report.files, "bytes": report.bytes, "parsed": report.parsed, "seconds": seconds}


def first(session: Session) -> dict[str, Any]:
    """What is read soon after a server begins, and what a question gets that is asked at once."""
    began, read = float(sys.argv[3]), [(0.0, 0)]
    session.indexing = Indexing(lambda done, _total: read.append((time() - began, done)))
    early = build_prefix(session, take_snapshot(session), keep=False)
    laid_s = time() - began
    if session.indexing.latest is not None:
        session.indexing.latest.future.result()
    whole_s = time() - began
    late = take_snapshot(session)
    rows = late.index.rows
    finished = build_prefix(session, late, keep=False).base.forms
    n_soon = max(done for after, done in read if after <= SOON_S)
    soon = sorted(late.index.paths, key=lambda path: rows[path].id)[:n_soon]
    return {
        "files": len(late.index.paths),
        "soon": len(soon),
        "soon_shown": len(finished.keys() & set(soon)) / len(finished),
        "laid_s": laid_s,
        "early": len(early.base.forms),
        "early_shown": len(finished.keys() & early.base.forms.keys()) / max(1, len(early.base.forms)),
        "whole_s": whole_s,
    }


def saves(session: Session) -> dict[str, Any]:
    """Files are written to, made and removed, one at a time; each time the change is looked for by search."""
    saved = take_snapshot(session)
    search(saved.index, "warm", saved.read_content)
    chosen = [path for path in saved.index.paths if saved.index.language(path) in TABLES]
    refresh_snapshot(session, chosen[:1])
    number = int(sys.argv[3])
    times: dict[str, list[float]] = {"look": [], "cpu": [], "written": [], "made": [], "removed": []}
    for n in range(number):
        path = chosen[n * len(chosen) // number]
        new = str(Path(path).with_name(f"{unheard_of(n)}{Path(path).suffix}"))
        write(session.root / path, unheard_of(n))
        before = process_time()
        times["look"].append(found_after(session, path, unheard_of(n), times["written"]))
        times["cpu"].append(1000 * (process_time() - before))
        write(session.root / new, f"{unheard_of(n)}made")
        found_after(session, new, f"{unheard_of(n)}made", times["made"])
        (session.root / new).unlink()
        found_after(session, new, f"{unheard_of(n)}made", times["removed"], is_there=False)
    files, whole, status = looked_at(session), [], []
    for _ in range(N_LOOKS):
        whole.append(in_ms(lambda: take_snapshot(session)))
        status.append(in_ms(lambda: git(session.root, "status", "--porcelain")))
    assert files is looked_at(session), "a look sees something else"
    return {"files": saved.report.files, "ms": times, "whole_ms": whole, "status_ms": status}


def found_after(
    session: Session, path: str, word: str, times: list[float], *, is_there: bool = True
) -> float:
    """How long it takes until a changed file is in the index; `times` gets how long until it is found by a word."""
    started = perf_counter()
    saved = refresh_snapshot(session, [path])
    looked = perf_counter() - started
    found = search(saved.index, word, saved.read_content, limit=3)
    times.append(1000 * (perf_counter() - started))
    assert is_there == (path in {excerpt.path for excerpt in found}), f"{path} with {word}: {is_there=}"
    return 1000 * looked


def looked_at(session: Session) -> FileTree:
    assert session.recall.files is not None, "nothing was looked at"
    return session.recall.files.tree


def write(path: Path, word: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{word}\n")


def in_ms(action: Callable[[], object]) -> float:
    started = perf_counter()
    action()
    return 1000 * (perf_counter() - started)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def searches(session: Session) -> dict[str, Any]:
    """Questions made of the names of definitions all over the repository, each asked once of a warm index."""
    saved = take_snapshot(session)
    named = [path for path in saved.index.paths if saved.index.outline(path).definitions]
    number = min(int(sys.argv[3]), len(named))
    names = [saved.index.outline(named[n * len(named) // number]).definitions[0].name for n in range(number)]
    history = saved.commit_messages
    search(saved.index, "warm", saved.read_content, commit_messages=history)
    times, cpu = [], []
    for name, other in zip(names, [*names[1:], *names[:1]], strict=True):
        question = f"Where does {name} use {' '.join(terms(other))}?"
        started, started_cpu = perf_counter(), process_time()
        search(saved.index, question, saved.read_content, commit_messages=history)
        times.append(1000 * (perf_counter() - started))
        cpu.append(1000 * (process_time() - started_cpu))
    return {"files": saved.report.files, "names": names, "ms": times, "cpu_ms": cpu}


def unheard_of(number: int) -> str:
    """A word that no file has."""
    return "qx" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "qxz"


def switch(session: Session) -> dict[str, Any]:
    subprocess.run(["git", "-C", str(session.root), "checkout", "-q", "-f", "."], check=False)
    saved = take_snapshot(session)
    chosen = saved.index.paths[:: max(1, len(saved.index.paths) // N_SWITCHED)][:N_SWITCHED]
    git = ["git", "-C", str(session.root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "checkout", "-q", "-B", "other"], check=True)
    for path in chosen:
        with (session.root / path).open("a", encoding="utf-8") as file:
            file.write("\nanother_line\n")
    subprocess.run([*git, "commit", "-q", "-a", "-m", "Change many files"], check=True)
    there = timed(session)
    subprocess.run([*git, "checkout", "-q", "-"], check=True)
    back = timed(session)
    return {
        "changed": len(chosen),
        "there_s": there[0],
        "there_parsed": there[1],
        "back_s": back[0],
        "back_parsed": back[1],
    }


def timed(session: Session) -> tuple[float, int]:
    started = perf_counter()
    report = take_snapshot(session).report
    return perf_counter() - started, report.parsed


def peak_mb() -> float:
    """This process's alone: `ru_maxrss` would begin with that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


STEPS: Mapping[str, Callable[[Session], dict[str, Any]]] = {
    "bare": bare,
    "look": one_look,
    "first": first,
    "saved": saves,
    "search": searches,
    "switch": switch,
}


def main() -> None:
    collect_rarely()  # as the command line does
    with open_session(sys.argv[2], {}) as session:
        found = STEPS[sys.argv[1]](session)
        print(json.dumps({**found, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
