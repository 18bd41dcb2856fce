"""Reading and parsing files in worker processes.

py-tree-sitter never releases the interpreter lock, so files are parsed in processes, in chunks. A worker that
crashes or exceeds the time limit costs one chunk, whose files are then tried one by one, and at last as plain text:
only the file at fault loses its outline. Workers ignore SIGINT, and end when their parent is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing.connection import wait as wait_for_any

from pebble import ProcessPool

from foreword.core.language import language_of
from foreword.core.leftout import UNREADABLE, reason_for_content
from foreword.core.outline import Outline
from foreword.core.source import Reader, Source
from foreword.core.tree import blob_id
from foreword.index.facts import Facts, Key, Read, make_facts, read_of

Extractor = Callable[[str, bytes], Outline]
"""Outline of some bytes in a language; crosses into workers, so it must be picklable."""

MAX_CHUNK = 96
CHUNKS_A_WORKER = 8
"""At least so many chunks for each worker, so that none is idle for long at the end."""
STEP_S = 0.2
FIRST_LINE_BYTES = 200
SHA1_HEX = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """One blob that the store does not know, under one of its paths; `failed` says why it is not to be parsed."""

    source: Source
    key: Key
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Studied:
    """What became of some wanted files: facts, and the paths that could not be read with the reason."""

    facts: tuple[Facts, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


def study(read: Reader, extract: Extractor, wanted: Sequence[Wanted]) -> Studied:
    """Read and parse files in this process."""
    by_source = {one.source: one for one in wanted}
    facts: list[Facts] = []
    readable: list[Read] = []
    unreadable: list[tuple[str, str]] = []
    for source, data in read(tuple(by_source)):
        if data is None:
            unreadable.append((source.path, UNREADABLE))
        elif source.dirty and not _is_still(source, data):
            unreadable.append((source.path, "changed while it was read"))
        else:
            match _read(by_source[source], data, extract):
                case Read() as one:
                    readable.append(one)
                case Facts() as one:
                    facts.append(one)
    return Studied((*facts, *make_facts(readable)), tuple(unreadable))


def study_here(read: Reader, extract: Extractor, wanted: Sequence[Wanted]) -> Studied | None:
    """The same, or None if it failed: then let a pool find the file at fault."""
    with ThreadPoolExecutor(1) as one_thread:
        future = one_thread.submit(study, read, extract, wanted)
        return future.result() if future.exception() is None else None


def study_in_pool(
    read: Reader, extract: Extractor, wanted: Sequence[Wanted], *, n_workers: int, time_limit_s: float
) -> Iterator[tuple[int, Studied]]:
    """Read and parse files in worker processes; yields how many files are done with what came of them.

    `time_limit_s` bounds one chunk, and then each of its files alone. While nothing comes it yields that nothing is
    done, several times a second, so that the caller can stop.
    """
    pool = ProcessPool(n_workers, initializer=_end_with_parent, context=_context(read, extract))
    try:
        yield from _drain(pool, (read, extract), _chunks(wanted, n_workers), n_workers, time_limit_s)
        pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it without annotations
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]  # as above
        raise
    finally:
        pool.join()


def _drain(
    pool: ProcessPool,
    ports: tuple[Reader, Extractor],
    chunks: Iterable[Sequence[Wanted]],
    n_workers: int,
    time_limit_s: float,
) -> Iterator[tuple[int, Studied]]:
    """Keep every worker busy without holding more results than needed; failed chunks come back in pieces."""
    waiting = list(reversed(list(chunks)))
    running: dict[Future[Studied], Sequence[Wanted]] = {}
    while waiting or running:
        while waiting and len(running) < 2 * n_workers:
            chunk = waiting.pop()
            running[pool.schedule(study, args=(*ports, chunk), timeout=time_limit_s)] = chunk
        done = wait(running, timeout=STEP_S, return_when=FIRST_COMPLETED).done
        if not done:
            yield 0, Studied()
        for future in done:
            chunk = running.pop(future)
            error = future.exception()
            if error is None:
                yield len(chunk), future.result()
            elif len(chunk) > 1:
                waiting.extend([one] for one in reversed(chunk))
            elif chunk[0].failed is None:
                waiting.append([replace(chunk[0], failed=_failure(error))])
            else:
                yield 1, Studied(unreadable=((chunk[0].source.path, f"{UNREADABLE}: {_failure(error)}"),))


def _failure(error: BaseException) -> str:
    return "time limit" if isinstance(error, TimeoutError) else "crash"


def _is_still(source: Source, data: bytes) -> bool:
    """Whether `data` are the contents that the blob id was made of; an id of an unknown kind is believed."""
    return len(source.blob) != SHA1_HEX or blob_id(data) == source.blob


def _read(one: Wanted, data: bytes, extract: Extractor) -> Read | Facts:
    path = one.source.path
    spoken = one.key.language or language_of(path, _first_line(data)) or ""
    reason = reason_for_content(path, data)
    if reason is not None:
        return Facts(one.key, spoken, len(data), reason=reason)
    if one.failed is not None:
        return read_of(one.key, spoken, data, Outline(failed=one.failed))
    return read_of(one.key, spoken, data, extract(spoken, data))


def _first_line(data: bytes) -> str:
    return (
        data[:FIRST_LINE_BYTES].partition(b"\n")[0].decode("utf-8", "replace")
        if data.startswith(b"#!")
        else ""
    )


def _chunks(wanted: Sequence[Wanted], n_workers: int) -> Iterator[Sequence[Wanted]]:
    size = min(MAX_CHUNK, max(1, len(wanted) // (n_workers * CHUNKS_A_WORKER)))
    return (wanted[start : start + size] for start in range(0, len(wanted), size))


def _context(*ports: Reader | Extractor) -> multiprocessing.context.BaseContext:
    """Never fork: the parent has threads. What the workers need is imported once, by the server that they fork from."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        modules = (getattr(port, "func", port).__module__ for port in ports)
        context.set_forkserver_preload([__name__, *(name for name in modules if name != "__main__")])
    return context


def _end_with_parent() -> None:
    """In a worker: leave when the parent was killed, whatever the worker is doing."""
    threading.Thread(target=_leave_when_orphaned, daemon=True).start()


def _leave_when_orphaned() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_any([parent.sentinel])
        os._exit(1)
