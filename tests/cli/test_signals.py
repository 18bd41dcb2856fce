from __future__ import annotations

import os
import signal
import threading

import pytest

from foreword.cli.process import SIGNALS, interruptible, run_cancellable

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
PATIENCE = 30.0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_work_that_blocks_the_loop(number: signal.Signals) -> None:
    ended = []

    def work() -> None:
        os.kill(os.getpid(), number)
        threading.Event().wait(PATIENCE)
        ended.append("by itself")

    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        run_cancellable(interruptible(work))
    assert [] == ended
    assert before == signal.getsignal(number)


def test_work_without_a_signal_gives_its_result() -> None:
    assert 7 == run_cancellable(interruptible(max, 3, 7))
