from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitrepo import GitRepo, make_repo
from messages_api import MessagesApi

SOURCE = '''\
"""A till."""


def total(prices: list[int]) -> int:
    """The sum of all prices."""
    return sum(prices)
'''


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A small committed project with a space and an accent in its path."""
    made = make_repo(tmp_path / "the café")
    made.write("till.py", SOURCE)
    made.write("README.md", "# Till\n\nAdds prices up.\n")
    made.write(".gitignore", "*.local\n")
    made.commit("Begin")
    return made


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Somebody without a key."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "FOREWORD_HOME": str(tmp_path / "home")}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    """The stand-in for the Messages API."""
    with MessagesApi() as server:
        yield server


@pytest.fixture
def online(environ: dict[str, str], api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody with a key for the stand-in; the SDK reads it from the process's own environment."""
    key = {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url}
    for name, value in key.items():
        monkeypatch.setenv(name, value)
    return environ | key | {"FOREWORD_MODEL": "claude-sonnet-4-6"}
