"""Files for clients that show files only."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from foreword.core.errors import StoreError
from foreword.lsp.output.scratch import KEPT_DAYS, write_scratch


def test_old_files_go_when_a_new_one_comes(tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    for name, age_days in (("old.md", KEPT_DAYS + 1), ("new.md", KEPT_DAYS - 1)):
        write_scratch(folder / name, name)
        at = time.time() - age_days * 86_400
        os.utime(folder / name, (at, at))
    write_scratch(folder / "now.md", "caf\u00e9 \ud83d\n")

    assert ["new.md", "now.md"] == sorted(file.name for file in folder.iterdir())
    assert b"caf\xc3\xa9 \\ud83d\n" == (folder / "now.md").read_bytes()


def test_a_folder_that_can_not_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "chat").write_text("a file")
    with pytest.raises(StoreError, match="set FOREWORD_HOME"):
        write_scratch(tmp_path / "chat" / "a.md", "text")
