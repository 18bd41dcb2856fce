"""A real Helix on a terminal: where it is, and how a test starts it."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreword_cli import Foreword
from installed import environ, program, version_of
from tmux import Terminal, terminal

WHERE = "FOREWORD_TEST_HELIX"
"""A variable with the path of an `hx` that is not on PATH."""


@functools.cache
def binary() -> str:
    """The path of Helix; skips the test, with the reason, where there is none that runs."""
    found = os.environ.get(WHERE) or program("hx")
    if found is None:
        pytest.skip(f"no Helix: run .ci/editors.sh, put hx on PATH, or its path into {WHERE}")
    version_of(found, "Helix")
    return found


@contextmanager
def helix(user: Foreword, folder: Path, languages: str, *flags: str) -> Iterator[Terminal]:
    """Helix in a folder, with this `languages.toml`."""
    line = [binary(), *flags]
    with tempfile.TemporaryDirectory(prefix="fw-") as place:
        settings = Path(place) / "helix"
        settings.mkdir()
        (settings / "languages.toml").write_text(languages, encoding="utf-8")
        env = {**environ(user, Path(place)), "XDG_CONFIG_HOME": place}
        with terminal(Path(place), line, folder, env) as running:
            yield running
