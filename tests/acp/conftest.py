"""A small repository, the stand-in, and users with and without a key for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 4)


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


@pytest.fixture
def offline(tmp_path: Path) -> Foreword:
    return Foreword(tmp_path / "user")


@pytest.fixture
def online(tmp_path: Path, api: MessagesApi) -> Foreword:
    return Foreword(tmp_path / "user", url=api.url)
