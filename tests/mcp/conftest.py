"""A small repository, and Foreword's own data in a folder of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitrepo import GitRepo
from sample_repo import make_sample


@pytest.fixture(autouse=True)
def no_configuration(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All tests here run in a bare environment."""
    bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 4)
