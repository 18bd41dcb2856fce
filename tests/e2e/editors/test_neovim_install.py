"""The plugin as people install it: the repository by name, with the recipes of its README."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from installed import program, version_of
from neovim import WHERE, Neovim, binary, neovim
from neovim_plugin import HAS, PLUGIN
from shop_edits import CHECKOUT

NAMES = "return vim.fn.getcompletion('Foreword re', 'cmdline')"
ROCKSPEC = PLUGIN / "foreword.nvim-scm-1.rockspec"


def recipe(words: str) -> str:
    """The recipe of the README that has these words."""
    blocks = re.findall(r"```lua\n(.*?)```", (PLUGIN / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if words in block)
    return str(found)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as a manager clones it: what is committed, or about to be."""
    folder = tmp_path_factory.mktemp("repository") / "foreword"
    shutil.copytree(PLUGIN, folder / "editors" / "nvim")
    for line in (["init", "-q"], ["add", "--all", "--force"]):
        subprocess.run(["git", *line], cwd=folder, check=True)
    somebody = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    subprocess.run(["git", *somebody, "commit", "-q", "-m", "Begin"], cwd=folder, check=True)
    return folder


@contextmanager
def started(user: Foreword, shop: GitRepo, place: Path, init: str) -> Iterator[Neovim]:
    """An editor whose `init.lua` is this, with the help of the plugin and its server."""
    file = place / "init.lua"
    file.write_text(init, encoding="utf-8")
    with neovim(user, shop.path, "-u", str(file)) as running:
        running.until("return vim.v.vim_did_enter == 1")  # it listens while a manager still installs
        running.open(CHECKOUT)
        assert "restart" in running.lua(NAMES)
        running.lua("vim.cmd.help('foreword-chat')")
        running.until(HAS, words="A chat is a buffer")
        yield running


def test_the_folder_on_the_runtimepath_is_enough(
    online: Foreword, shop: GitRepo, clone: Path, tmp_path: Path
) -> None:
    init = recipe("REPOSITORY/editors").replace("REPOSITORY", str(clone))
    with started(online, shop, tmp_path, init):
        pass


def test_a_manager_that_clones_and_adds_a_package_gets_the_plugin(
    online: Foreword, shop: GitRepo, clone: Path, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "pack" / "deps" / "opt" / "foreword"
    subprocess.run(["git", "clone", "-q", str(clone), str(package)], check=True)
    mini = (
        f"vim.opt.packpath:prepend('{tmp_path}/site')\n"
        "MiniDeps = { add = function(spec) vim.cmd.packadd(spec.name) end }\n"
    )
    with started(online, shop, tmp_path, mini + recipe("MiniDeps.add")):
        pass


def test_a_manager_that_calls_its_configuration_at_the_end_gets_it_too(
    online: Foreword, shop: GitRepo, clone: Path, tmp_path: Path
) -> None:
    lazy = (
        f"local spec = (function()\n{recipe('lazy = false')}end)()\n"
        f"vim.opt.runtimepath:prepend('{clone}')\nspec.config()\n"
    )
    with started(online, shop, tmp_path, lazy):
        pass


def test_vim_pack_installs_it(
    online: Foreword, shop: GitRepo, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = program("nvim-next")
    if newer is None or "v0.12" not in version_of(newer, "Neovim"):
        pytest.skip("no Neovim 0.12, whose vim.pack this is about: run .ci/editors.sh")
    monkeypatch.setenv(WHERE, newer)
    binary.cache_clear()
    init = (
        recipe("vim.pack.add")
        .replace('"REPOSITORY"', f'"file://{clone}"')
        .replace('name = "foreword" } }', 'name = "foreword" } }, { confirm = false }')
    )
    try:
        with started(online, shop, tmp_path, init):
            pass
    finally:
        binary.cache_clear()


def test_the_tags_of_the_help_are_those_of_the_help(online: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    copy = shutil.copytree(PLUGIN / "doc", tmp_path / "doc", ignore=shutil.ignore_patterns("tags"))
    with neovim(online, shop.path, "--clean") as running:
        running.lua("vim.cmd.helptags(folder)", folder=str(copy))
    assert (copy / "tags").read_text(encoding="utf-8") == (PLUGIN / "doc" / "tags").read_text(
        encoding="utf-8"
    )


def test_the_rockspec_names_folders_that_exist() -> None:
    named = re.search(r"copy_directories = \{(.*?)\}", ROCKSPEC.read_text(encoding="utf-8"))
    assert named is not None
    folders = re.findall(r'"(\w+)"', named[1])
    assert sorted(folders) == sorted(
        path.name for path in PLUGIN.iterdir() if path.is_dir() and path.name != "lua"
    )
