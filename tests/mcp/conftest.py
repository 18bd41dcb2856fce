"""A small repository, and Foreword's own data in a folder of the test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import GitRepo
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
