"""Stylua, luacheck and a checker of types have nothing to say about the plugin, where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from installed import program
from lua_types import findings
from neovim_plugin import PLUGIN

FILES = sorted(PLUGIN.rglob("*.lua"))
MAX_LINES = 400


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("stylua --check .", ".ci/editors.sh, or npm install --global @johnnymorganz/stylua-bin@2.5.2"),
        ("luacheck --quiet .", "apt-get install lua-check"),
    ],
)
def test_the_linters_have_nothing_to_say(line: str, source: str) -> None:
    name, *arguments = line.split()
    linter = program(name)
    if linter is None:
        pytest.skip(f"no {name}: {source}")
    done = subprocess.run([linter, *arguments], cwd=PLUGIN, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_types_are_those_that_are_annotated(tmp_path: Path) -> None:
    assert [] == findings(PLUGIN, tmp_path)


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    copy = shutil.copytree(PLUGIN, tmp_path / "nvim")
    broken = copy / "lua" / "foreword" / "broken.lua"
    broken.write_text(
        "---@type foreword.Standing\nlocal one = { workspace = 1 }\nreturn one.provider + 1",
        encoding="utf-8",
    )
    found = "\n".join(findings(copy, tmp_path))
    assert "lua/foreword/broken.lua:" in found
    assert "`integer` to `string`" in found


def test_no_file_is_long_and_each_says_what_it_is() -> None:
    assert 15 < len(FILES)
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("--"), path
        assert text.count("\n") <= MAX_LINES, path


def test_the_help_names_every_command() -> None:
    source = (PLUGIN / "lua" / "foreword" / "commands.lua").read_text(encoding="utf-8")
    names = set(re.findall(r"^  (\w+) = ", source[source.index("M.COMMANDS") :], re.MULTILINE))
    told = (PLUGIN / "doc" / "foreword.txt").read_text(encoding="utf-8")
    assert 20 < len(names)
    assert [] == [name for name in sorted(names) if not re.search(rf"Foreword(\|)? {name}\b", told)]
