from __future__ import annotations

import subprocess
import sys

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


def output_of(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
