from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from foreword.assist.session.write_journal import clear_away, noted
from foreword.core.exclusion import BEING_WRITTEN, reason_for_path
from foreword.storage.directories import Directories, find_places

KILLED_WHILE_IT_WRITES = """
import os, signal, sys
from pathlib import Path
from foreword.assist.session import write_journal
from foreword.storage.directories import find_places
from foreword.workspace.files import atomic_write

def killed(*_):
    print("now", flush=True)
    signal.pause()

root, home, path = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
atomic_write.os.fsync = killed
with write_journal.noted(find_places({"FOREWORD_HOME": home}), root, [path]):
    expected = (root / path).read_bytes() if (root / path).exists() else None
    atomic_write.replace_file(root, path, expected, b"new\\n" * 1000)
"""


@pytest.fixture
def places(tmp_path: Path) -> Directories:
    return find_places({"FOREWORD_HOME": str(tmp_path / "home")})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells for sure that a process has ended")
@pytest.mark.parametrize("path", ["a.py", "new/b.py"])
def test_who_is_killed_while_it_writes_leaves_nothing_behind(
    path: str, tmp_path: Path, places: Directories
) -> None:
    root = tmp_path / "root"
    (root / "new").mkdir(parents=True)
    (root / "a.py").write_text("old\n")
    command = [sys.executable, "-c", KILLED_WHILE_IT_WRITES, str(root), str(tmp_path / "home"), path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"now\n" == process.stdout.readline()
        clear_away(places)
        left = [file for file in root.rglob("*") if file.name.startswith(".foreword-")]
        assert 1 == len(left)
        assert BEING_WRITTEN == reason_for_path(str(left[0].relative_to(root)))
        os.kill(process.pid, signal.SIGKILL)
    clear_away(places)
    assert ["a.py", "new"] == sorted(str(file.relative_to(root)) for file in root.rglob("*"))
    assert "old\n" == (root / "a.py").read_text()
    assert [] == list((places.data / "journal").iterdir())


def test_a_note_is_gone_when_all_is_written_and_odd_notes_harm_nobody(
    tmp_path: Path, places: Directories
) -> None:
    with noted(places, tmp_path, ["a.py"]):
        (note,) = (places.data / "journal").iterdir()
    assert not note.exists()
    for text in (b"", b"{}", b"[]", b'{"process": 1, "folders": 2}', b"\xff"):
        note.write_bytes(text)
        clear_away(places)
