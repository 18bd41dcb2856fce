from __future__ import annotations

import subprocess
import sys

PROGRAM = """\
import gc
from foreword.cli.garbage import MANY, put_survivors_aside

put_survivors_aside()
few = [[n] for n in range(MANY // 10)]
gc.collect()
print(gc.get_freeze_count())
kept = [[n] for n in range(2 * MANY)]
gc.collect()
print(gc.get_freeze_count() > 2 * MANY, len(gc.get_objects(2)) < MANY)
"""


def test_what_survives_a_full_collection_in_great_number_is_not_looked_at_again() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ["0", "True True"] == done.stdout.splitlines()
