"""Git and Foreword as on a machine without any configuration, and a small repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample


@pytest.fixture(autouse=True)
def no_configuration(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All tests here run in a bare environment."""
    bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))


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
