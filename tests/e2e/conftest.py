from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


@pytest.fixture
def offline(tmp_path: Path) -> Foreword:
    """A user without a key."""
    return Foreword(tmp_path / "user")


@pytest.fixture
def online(tmp_path: Path, api: MessagesApi) -> Foreword:
    """A user with a key for the stand-in."""
    return Foreword(tmp_path / "user", url=api.url)


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    """A small repository that fits whole into the base."""
    return make_sample(tmp_path / "shop", 6)
