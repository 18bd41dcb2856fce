"""The pages of the public Python API can be made without a warning, and show all of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import foreword

SCRIPT = Path(__file__).parent.parent / "server" / "docs" / "api_pages.py"


def test_the_pages_of_the_api_show_every_public_name_and_warn_of_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(SCRIPT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (0, "") == (done.returncode, done.stderr)
    page = (tmp_path / "foreword.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'<section id="(\w+)"', page))
    assert set(foreword.__all__) == {name for name in shown if name in foreword.__all__}
    assert not {name for name in shown if name.startswith("_")}
