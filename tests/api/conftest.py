"""Git and Foreword as on a machine without any configuration, and a small repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keeps the developer's own configuration away from the code under test."""
    for name in os.environ:
        if name.startswith(("GIT_", "FOREWORD_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("FOREWORD_HOME", str(tmp_path / "home"))


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 4)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesApi]:
    """The stand-in for the Messages API, and a key for it."""
    with MessagesApi() as stand_in:
        given = {
            "ANTHROPIC_API_KEY": "any",
            "ANTHROPIC_BASE_URL": stand_in.url,
            "FOREWORD_MODEL": "claude-sonnet-4-6",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield stand_in
