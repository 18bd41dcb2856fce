"""Reading and parsing files in worker processes.

A new process of `multiprocessing` runs the main module of its parent again, so that it can unpickle what stands there.
Nothing of ours does, and the script of somebody who uses Foreword as a library may have no `if __name__ == "__main__"`:
it would run once more in each worker. And a new interpreter imports from the working directory first: from the
workspace, whose `types.py` would break it and whose `multiprocessing.py` would run.

py-tree-sitter never releases the interpreter lock, so files are parsed in processes, in chunks. A worker that
crashes or exceeds the time limit costs one chunk, whose files are then tried one by one, and at last as plain text:
only the file at fault loses its outline. Workers ignore SIGINT, and end when their parent is gone.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_any
from multiprocessing.context import BaseContext
from time import sleep
from types import ModuleType
from typing import NamedTuple, Protocol

from pebble import ProcessPool

from foreword.core.documents.text import as_utf8
from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import UNREADABLE, is_build, reason_for_content
from foreword.core.language import language_of
from foreword.core.outline import Outline
from foreword.core.secrets.redaction import without_outputs
from foreword.core.tree import Reader, Source, blob_id
from foreword.index.outline.bounded_parse import LIMIT_S
from foreword.index.store.facts import ENCODED, INCLUDED, Facts, Key, ParsedBlob, make_facts

SAFE_PATH = "PYTHONSAFEPATH"
START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
"""Never fork: the parent has threads."""

_BASE = multiprocessing.get_context(START)
# The table of modules and the environment are those of the whole process: of two starts at once the second
# would take the substitutes of the first for the real ones, and put them back.
_STARTING = threading.Lock()


class WorkerProcess(_BASE.Process):  # type: ignore[name-defined,misc]  # it depends on the platform
    """A process that knows nothing of the program that it works for."""

    def start(self) -> None:
        """Start it."""
        with apart_from_main():
            super().start()


class WorkerContext(type(_BASE)):  # type: ignore[misc]  # as above
    """`multiprocessing` with such processes."""

    Process = WorkerProcess


def worker_context(modules: list[str]) -> BaseContext:
    """The context for workers whose work stands in these modules, imported once by the server that they fork from."""
    # What stands in the main module can be found there only: then a worker has to run it.
    if "__main__" in modules:
        context: BaseContext = multiprocessing.get_context(START)
    else:
        context = WorkerContext()
    if START == "forkserver":
        context.set_forkserver_preload([name for name in modules if name != "__main__"])
    return context


@contextmanager
def apart_from_main() -> Iterator[None]:
    """For the start of a process: there seems to be no main module, and no import from the working directory."""
    with _STARTING:
        main, safe = sys.modules["__main__"], os.environ.get(SAFE_PATH)
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if safe is None:
                del os.environ[SAFE_PATH]
            else:
                os.environ[SAFE_PATH] = safe


FIRST_CHUNK = 8
CHUNK_BYTES = 1_500_000
MAX_CHUNK = 768
"""What is in a chunk is there only when all of it is; but each chunk costs a message and a transaction."""
TYPICAL_BYTES = 15_000
"""A file, before any was read."""
CHUNKS_A_WORKER = 8
"""At least so many chunks for each worker, so that none is idle for long at the end."""
HELD_BYTES = 500_000
"""The words of about so many bytes are counted at once: more would not fit into a processor's own memory."""
STEP_S = 0.2
LOST = "the processes that parse files were killed, perhaps for want of memory: run it again, what is done is kept"
FIRST_LINE_BYTES = 200
RARELY = (100_000, 50, 50)
"""How many new objects start a collection in a worker, and how many of these a larger one."""
SHA1_HEX = 40


class Extractor(Protocol):
    """Gives the outline of some bytes in a language; crosses into workers, so it must be picklable."""

    def __call__(self, language: str, data: bytes, limit_s: float | None = None) -> Outline:
        """It may fail if that takes longer than `limit_s` seconds."""


class ParseJob(NamedTuple):
    """One blob that the store does not know, under one of its paths; `failed` says why it is not to be parsed."""

    source: Source
    key: Key
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What became of some wanted files: facts, and the paths that could not be read with the reason."""

    facts: tuple[Facts, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


def parse_files(
    read: Reader, extract: Extractor, wanted: Sequence[ParseJob], limit_s: float | None = None
) -> ParseResult:
    """Read and parse files in this process; `limit_s` bounds what a file may take, in seconds."""
    by_source = {one.source: one for one in wanted}
    facts: list[Facts] = []
    held: list[ParsedBlob] = []
    n_held = 0
    unreadable: list[tuple[str, str]] = []
    for source, data in read(tuple(by_source)):
        if data is None:
            unreadable.append((source.path, UNREADABLE))
        # What is as committed was hashed when it was read.
        elif source.dirty and not _is_still(source, data):
            unreadable.append((source.path, "changed while it was read"))
        else:
            match _read(by_source[source], data, extract, limit_s):
                case ParsedBlob() as one:
                    held.append(one)
                    n_held += len(data)
                case Facts() as one:
                    facts.append(one)
        if n_held > HELD_BYTES:
            facts += make_facts(held)
            held, n_held = [], 0
    return ParseResult((*facts, *make_facts(held)), tuple(unreadable))


def study_here(read: Reader, extract: Extractor, wanted: Sequence[ParseJob]) -> ParseResult | None:
    """The same, or None if it failed or took long: then let a pool find the file at fault."""
    with ThreadPoolExecutor(1) as one_thread:
        future = one_thread.submit(parse_files, read, extract, wanted, LIMIT_S)
        return future.result() if future.exception() is None else None


def prepare_workers(read: Reader, extract: Extractor) -> None:
    """Let the server that workers fork from begin, where there is one; it imports what they need while we go on."""
    if _context(read, extract).get_start_method() == "forkserver":
        from multiprocessing import forkserver  # noqa: PLC0415 - Windows has none

        with apart_from_main():
            forkserver.ensure_running()


def study_in_pool(
    read: Reader,
    extract: Extractor,
    chunks: Iterable[Sequence[ParseJob]],
    *,
    n_workers: int,
    time_limit_s: float,
) -> Generator[tuple[int, ParseResult], None, None]:
    """Read and parse files in worker processes; yields how many files are done with what came of them.

    A chunk is taken when a worker is about to be free; an empty one says that there is none yet. `time_limit_s` bounds
    one chunk, and then each of its files alone. While nothing comes it yields that nothing is done, several times a
    second, so that the caller can stop.
    """
    pool = ProcessPool(n_workers, initializer=_begin, context=_context(read, extract))
    # They end from right to left: a pool that failed is stopped first, and only then waited for.
    with ExitStack() as at_end, ExitStack() as on_failure:
        at_end.callback(pool.join)
        on_failure.callback(pool.stop)
        yield from _drain(pool, (read, extract), iter(chunks), n_workers, time_limit_s)
        pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it without annotations
        on_failure.pop_all()


def _drain(
    pool: ProcessPool,
    ports: tuple[Reader, Extractor],
    chunks: Iterator[Sequence[ParseJob]],
    n_workers: int,
    time_limit_s: float,
) -> Generator[tuple[int, ParseResult], None, None]:
    """Keep every worker busy without holding more results than needed; failed chunks come back in pieces.

    What is done at the same time comes in the order in which it was begun: the important files are stored first.
    """
    waiting: list[Sequence[ParseJob]] = []
    running: dict[Future[bytes], Sequence[ParseJob]] = {}
    upcoming: Sequence[ParseJob] | None = ()
    while running or waiting or upcoming is not None:
        # One more a worker than it can do, so that none waits for its next message.
        while len(running) < 2 * n_workers and (upcoming := _next(waiting, chunks)):
            running[_scheduled(pool, (*ports, upcoming), time_limit_s)] = upcoming
        # All that is left is claimed by other processes: there is nothing to wait for but time.
        if not running and upcoming is not None:
            sleep(STEP_S)
        done = wait(running, timeout=STEP_S, return_when=FIRST_COMPLETED).done
        if not pool.active:
            raise WorkspaceError(LOST)
        if not done:
            yield 0, ParseResult()
        for future in [one for one in running if one in done]:
            chunk = running.pop(future)
            error = future.exception()
            if error is None:
                yield len(chunk), _studied(future.result())
            elif len(chunk) > 1:
                # `_next` takes from the end: the files keep their order.
                waiting.extend([one] for one in reversed(chunk))
            elif chunk[0].failed is None:
                # Alone it failed as well, so its grammar is at fault: the file is kept as plain text.
                waiting.append([chunk[0]._replace(failed=_failure(error))])
            else:
                yield 1, ParseResult(unreadable=((chunk[0].source.path, f"{UNREADABLE}: {_failure(error)}"),))


def _scheduled(
    pool: ProcessPool, work: tuple[Reader, Extractor, Sequence[ParseJob]], time_limit_s: float
) -> Future[bytes]:
    read, extract, chunk = work
    # Flat tuples in one message: pickling our values one by one costs as much as a tenth of their parse.
    message = marshal.dumps([(*one.source, *one.key, one.failed) for one in chunk])
    try:
        return pool.schedule(_study_message, args=(read, extract, message), timeout=time_limit_s)
    except RuntimeError as error:  # what pebble raises when its processes are gone
        raise WorkspaceError(LOST) from error


def _study_message(read: Reader, extract: Extractor, message: bytes) -> bytes:
    """`parse_files` between processes: pickling the values themselves, one by one, costs ten times as much."""
    wanted = [
        ParseJob(Source(path, blob, dirty), Key(*key), failed)
        for path, blob, dirty, *key, failed in marshal.loads(message)  # noqa: S302 - from our own parent process
    ]
    studied = parse_files(read, extract, wanted)
    return marshal.dumps(([(*one.key, *one[1:]) for one in studied.facts], studied.unreadable))


def _studied(message: bytes) -> ParseResult:
    rows, unreadable = marshal.loads(message)  # noqa: S302 - from our own worker process
    return ParseResult(tuple(Facts(Key(*row[:3]), *row[3:]) for row in rows), unreadable)


def _next(
    waiting: list[Sequence[ParseJob]], chunks: Iterator[Sequence[ParseJob]]
) -> Sequence[ParseJob] | None:
    """What to do next; empty if there is nothing yet, None if there is nothing more."""
    return waiting.pop() if waiting else next(chunks, None)


def _failure(error: BaseException) -> str:
    return "time limit" if isinstance(error, TimeoutError) else "crash"


def _is_still(source: Source, data: bytes) -> bool:
    """Whether `data` are the contents that the blob id was made of; an id of an unknown kind is believed."""
    # Only SHA-1 is computed here: the ids of a repository with SHA-256 are longer, and believed.
    return len(source.blob) != SHA1_HEX or blob_id(data) == source.blob


def _read(one: ParseJob, raw: bytes, extract: Extractor, limit_s: float | None) -> ParsedBlob | Facts:
    path, data = one.source.path, _readable(as_utf8(raw, _expected(one.key.grammar)))
    spoken = one.key.language or language_of(path, _first_line(data)) or ""
    reason = reason_for_content(path, raw, included=one.key.grammar.endswith(INCLUDED))
    if reason is not None:
        return Facts(one.key, spoken, len(data), reason=reason)
    if one.failed is not None:
        return ParsedBlob(one.key, spoken, data, failed=one.failed)
    outline = extract(spoken, data, limit_s)
    return ParsedBlob(
        one.key, spoken, data, outline.definitions, unread=outline.unread, is_built=is_build(path, data)
    )


def _readable(data: bytes) -> bytes:
    """The contents without pictures and most outputs of a notebook: nobody looks for the words of those."""
    if b'"cell_type"' not in data and b";base64," not in data:
        return data
    return without_outputs(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _expected(grammar: str) -> str | None:
    """The encoding that the version of a grammar, as a part of a key, names."""
    return grammar.removesuffix(INCLUDED).partition(ENCODED)[2] or None


def _first_line(data: bytes) -> str:
    first = data[:FIRST_LINE_BYTES].partition(b"\n")[0]
    says_something = (
        first.startswith((b"#!", b"<?php")) or b"-*-" in first or b"vim:" in first or b"vi:" in first
    )
    return first.decode("utf-8", "replace") if says_something else ""


def chunks_of(
    wanted: Sequence[ParseJob], n_workers: int, mean_bytes: Callable[[], float] = lambda: TYPICAL_BYTES
) -> Iterator[Sequence[ParseJob]]:
    """Files in chunks for some workers, in their order; small ones first, so that something is there soon.

    `mean_bytes` says how large a file is so far: of small ones there are more in a chunk.
    """
    fair = max(1, len(wanted) // (n_workers * CHUNKS_A_WORKER))
    start, size = 0, min(FIRST_CHUNK, fair)
    while start < len(wanted):
        for _ in range(n_workers):
            yield wanted[start : start + size]
            start += size
            if start >= len(wanted):
                return
        size = min(2 * size, fair, MAX_CHUNK, max(FIRST_CHUNK, int(CHUNK_BYTES / max(1.0, mean_bytes()))))


def _context(*ports: Reader | Extractor) -> BaseContext:
    # A port may be a `functools.partial`, whose own module is functools.
    return worker_context([__name__, *(getattr(port, "func", port).__module__ for port in ports)])


def _begin() -> None:
    """In a worker: leave when the parent was killed, whatever the worker is doing, and seldom look for garbage.

    What a file leaves behind is freed by its reference counts. Nothing in a worker refers to itself but what was
    imported, and to look through that again and again took a twentieth of the time.
    """
    threading.Thread(target=_leave_when_orphaned, daemon=True).start()
    gc.freeze()
    gc.set_threshold(*RARELY)


def _leave_when_orphaned() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_any([parent.sentinel])
        # `sys.exit` would end this thread alone.
        os._exit(1)
