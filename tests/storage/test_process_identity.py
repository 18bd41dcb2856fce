from __future__ import annotations

import os
import subprocess
import sys

import pytest

from foreword.storage.process_identity import PROC, has_ended, name_of_this_process

pytestmark = pytest.mark.skipif(
    not (PROC / "self/ns/pid").exists(), reason="only Linux says so much of a process"
)

TELL = "from foreword.storage.process_identity import name_of_this_process as name; print(name(), flush=True); input()"


def test_a_process_is_known_until_it_ends_and_while_nobody_has_waited_for_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert name != name_of_this_process() != ""
        assert (False, False) == (has_ended(name), has_ended(name_of_this_process()))
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(name)
    assert has_ended(name)


def test_an_id_that_was_given_again_is_another_process() -> None:
    place, pid, start = name_of_this_process().split(" ")
    assert has_ended(f"{place} {pid} {int(start) - 1}")


@pytest.mark.parametrize("name", ["", "elsewhere/pid:[1] 1 1", "elsewhere"])
def test_what_another_machine_or_container_does_is_unknown(name: str) -> None:
    assert not has_ended(name)
