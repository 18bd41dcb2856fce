"""What a command may import: a look at the index in a warm workspace costs little more than its imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepo import GitRepo, make_repo

SLOW = frozenset(
    {
        "anthropic",
        "asyncio",
        "difflib",
        "email",
        "httpx",
        "importlib.metadata",
        "lsprotocol",
        "markdown_it",
        "mcp",
        "multiprocessing",
        "numpy",
        "opentelemetry",
        "pathspec",
        "pebble",
        "prompt_toolkit",
        "pydantic",
        "pygls",
        "rich",
        "rustworkx",
        "tomlkit",
        "tree_sitter",
        "foreword.assist.answering",
        "foreword.assist.context",
        "foreword.assist.edits",
        "foreword.assist.spending",
        "foreword.core.secrets.detection",
        "foreword.index.build.build",
        "foreword.index.outline.languages",
        "foreword.index.search",
        "foreword.index.text.terms",
        "foreword.lsp",
    }
)
"""What takes long to import, by itself or by what it brings along."""

PROGRAM = (
    "import json, sys\n"
    "from foreword.cli.main import main\n"
    "code = main(sys.argv[1:])\n"
    "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))\n"
)

MAY_IMPORT: dict[str, tuple[list[str], frozenset[str]]] = {
    "symbols": (["symbols", "total"], frozenset()),
    "symbols --json": (["symbols", "total", "--json"], frozenset()),
    "index --json": (["index", "--json"], frozenset()),
    "search": (
        ["search", "total price"],
        frozenset({"numpy", "difflib", "multiprocessing", "foreword.core.secrets.detection"})
        | frozenset({"foreword.index.search", "foreword.index.text.terms", "foreword.assist.answering"}),
    ),
}
"""Commands that are called by the hundred, each with what it may import all the same."""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    made = make_repo(tmp_path_factory.mktemp("imports") / "shop")
    made.write("shop/price.py", "def total(cart):\n    return sum(cart)\n")
    made.commit("Begin")
    return made


def imported(repo: GitRepo, home: Path, argv: list[str]) -> frozenset[str]:
    """The modules of a process that ran a command."""
    environ = {**os.environ, "FOREWORD_HOME": str(home), "FOREWORD_PROVIDER": "offline"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv],
        cwd=repo.path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    _code, modules = json.loads(done.stderr.splitlines()[-1])
    return frozenset(modules)


@pytest.mark.parametrize("command", MAY_IMPORT)
def test_a_look_in_a_warm_workspace_imports_nothing_that_it_does_not_need(
    command: str, repo: GitRepo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "home-of-imports"
    argv, allowed = MAY_IMPORT[command]
    imported(repo, home, ["symbols", "total"])  # the first look parses
    found = imported(repo, home, argv)
    assert set() == {name for name in SLOW - allowed if name in found}
