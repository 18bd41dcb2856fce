"""Commands run in this process, with data of their own and no API key."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitrepo import GitRepo, make_repo


@pytest.fixture(autouse=True)
def no_configuration(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """All tests here run in a bare environment, and give the signal handler back."""
    bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A small repository, with one file saved since its commit and one that is left out."""
    repository = make_repo(tmp_path / "repo")
    repository.write("README.md", "# Shop\n\nSells [bold]things[/bold].\n")
    repository.write(
        "shop/cart.py", "class Cart:\n    def add(self, item):\n        self.items.append(item)\n"
    )
    repository.write("shop/price.py", "def price_of(item):\n    return item.price\n")
    repository.commit("Begin")
    repository.write("shop/price.py", "def price_of(item):\n    return item.price * 2\n")
    repository.write(".env", "PASSWORD=hunter2\n")
    return repository
