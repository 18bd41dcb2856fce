"""Stylua and luacheck have nothing to say about the plugin, where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent.parent.parent / "editors" / "nvim"
FILES = sorted(PLUGIN.rglob("*.lua"))
MAX_LINES = 300


@pytest.mark.parametrize("line", ["stylua --check .", "luacheck --quiet ."])
def test_the_linters_have_nothing_to_say(line: str) -> None:
    command = line.split()
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]}: npm has it as @johnnymorganz/stylua-bin, Debian has lua-check")
    done = subprocess.run(command, cwd=PLUGIN, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_no_file_is_long_and_each_says_what_it_is() -> None:
    assert 15 < len(FILES)
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("--"), path
        assert text.count("\n") <= MAX_LINES, path


def test_the_help_names_every_command() -> None:
    source = (PLUGIN / "lua" / "foreword" / "command.lua").read_text(encoding="utf-8")
    runs = source[source.index("local RUNS") : source.index("local WORDS")]
    names = set(re.findall(r"^  (\w+) = ", runs, re.MULTILINE))
    told = (PLUGIN / "doc" / "foreword.txt").read_text(encoding="utf-8")
    assert 20 < len(names)
    assert [] == [name for name in sorted(names) if not re.search(rf"Foreword(\|)? {name}\b", told)]
