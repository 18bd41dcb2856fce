from __future__ import annotations

import os
import subprocess
import sys

import pytest

GROWING = """\
import gc
from foreword.cli.process import MANY, put_survivors_aside

put_survivors_aside()
few = [[n] for n in range(MANY // 10)]
gc.collect()
print(gc.get_freeze_count())
kept = [[n] for n in range(2 * MANY)]
gc.collect()
print(gc.get_freeze_count() > 2 * MANY, len(gc.get_objects(2)) < MANY)
"""

BESIDE_A_THREAD = """\
import gc, sys, threading
from foreword.cli.process import MANY, put_survivors_aside

sys.setswitchinterval(1e-5)
put_survivors_aside()
collected = threading.Event()
failures = []

def fill_tuples():
    try:
        while not collected.is_set():
            tuple(n for n in range(2000))
    except SystemError as error:
        failures.append(error)

threads = [threading.Thread(target=fill_tuples) for _ in range(3)]
for thread in threads:
    thread.start()
kept = []
for _ in range(40):
    kept.append([[n] for n in range(2 * MANY)])
    gc.collect()
    del kept[5:]
collected.set()
for thread in threads:
    thread.join()
print(failures)
"""


ARENAS = """\
import sys, threading
from pathlib import Path
from foreword.cli.process import share_arenas

if sys.argv[1] == "share":
    share_arenas()

def reserved():
    # Each arena of a thread reserves 64 MB.
    lines = Path("/proc/self/maps").read_text().splitlines()
    ends = [[int(end, 16) for end in line.split()[0].split("-")] for line in lines if " ---p " in line]
    return sum(last - first > 40 << 20 for first, last in ends)

def fill():
    kept.append([bytearray(10_000) for _ in range(100)])
    filled.wait()

before, kept, filled = reserved(), [], threading.Barrier(5)
threads = [threading.Thread(target=fill) for _ in range(4)]
for thread in threads:
    thread.start()
filled.wait()
print(reserved() - before)
for thread in threads:
    thread.join()
"""

SHORT = """\
import gc, weakref
from foreword.cli.process import RARELY, collect_rarely

class Node:
    pass

def cycle():
    node = Node()
    node.itself = node
    return weakref.ref(node)

collect_rarely()
early = [cycle() for _ in range(10_000)]
print(any(ref() is None for ref in early[:1000]))
late = [cycle() for _ in range(3 * RARELY[0])]
print(all(ref() is None for ref in early[:1000]))
"""


def test_a_process_that_soon_ends_collects_its_garbage_rarely_but_does() -> None:
    assert ["False", "True"] == output_of(SHORT).splitlines()


def test_what_survives_a_full_collection_in_great_number_is_not_looked_at_again() -> None:
    assert ["0", "True True"] == output_of(GROWING).splitlines()


def test_a_thread_that_fills_a_tuple_meanwhile_does_not_notice() -> None:
    assert "[]\n" == output_of(BESIDE_A_THREAD)


@pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", ()), reason="no glibc")
def test_the_threads_of_a_server_share_what_they_free() -> None:
    assert "0\n" == output_of(ARENAS, "share")
    assert int(output_of(ARENAS, "apart")) > 1


def output_of(program: str, *argv: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *argv], capture_output=True, text=True, check=True
    ).stdout
