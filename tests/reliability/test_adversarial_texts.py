from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reliability.adversarial_texts import READERS

ENDS_WITHIN_S = 120
"""A reader whose time grows with the square of the length takes hours."""
SCRIPT = Path(__file__).with_name("adversarial_texts.py")


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_comes_to_the_end_of_every_long_text(reader: str) -> None:
    command = [sys.executable, str(SCRIPT), reader]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN_S)
    assert (0, "") == (done.returncode, done.stderr[-400:])
