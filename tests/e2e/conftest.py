from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample

NOBODY = 65_534
EDITORS = ("test_emacs", "test_helix", "test_neovim", "test_vscode")
"""How the files of tests begin that drive a real editor by its keys and look at its screen."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a person would do whose key an editor took for something else: try once more. The summary says RERUN."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.path.stem.startswith(EDITORS):
            item.add_marker(pytest.mark.flaky(reruns=1))


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


@pytest.fixture
def ordinary() -> Iterator[tuple[Foreword, Path]]:
    """A user who is not root, and a folder that they can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="foreword-test-"))
    folder.chmod(0o755)
    user = Foreword(folder / "home", uid=NOBODY if os.getuid() == 0 else None)
    try:
        probe = [sys.executable, "-c", "import foreword"]
        subprocess.run(probe, env=user.environ(), user=user.uid, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"another user can't run {sys.executable}")
    else:
        yield user, folder
    finally:
        shutil.rmtree(folder)
