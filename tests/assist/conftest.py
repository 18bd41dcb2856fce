"""Git and Foreword as on a machine without any configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture


@pytest.fixture(autouse=True)
def no_configuration(bare_environment: pytest.MonkeyPatch) -> None:
    """All tests here run in a bare environment."""


@pytest.fixture
def fixture(tmp_path: Path) -> WorkspaceFixture:
    return WorkspaceFixture(tmp_path / "home")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A small repository with two commits."""
    repository = make_repo(tmp_path / "repo")
    repository.write("README.md", "# Shop\n\nSells things.\n")
    repository.write(
        "shop/cart.py", "class Cart:\n    def add(self, item):\n        self.items.append(item)\n"
    )
    repository.commit("Begin")
    repository.write("shop/price.py", "def price_of(item):\n    return item.price\n")
    repository.commit("Add prices")
    return repository
