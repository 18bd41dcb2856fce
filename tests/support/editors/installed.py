"""Editors that are installed or not: which run, and what `foreword` and a user's place are to them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from foreword_cli import PATIENCE, Foreword, command


def tools_folder() -> Path:
    """The folder of what the tests installed for themselves."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "foreword-tests"


def program(name: str) -> str | None:
    """The path of a program: of PATH, or of those that `.ci/editors.sh` installed."""
    return shutil.which(name) or shutil.which(name, path=str(tools_folder() / "editors" / "bin"))


def version_of(path: str | Path, name: str) -> str:
    """The first line of what a program says of its version.

    Skips the test, with the reason, where it does not run.
    """
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except OSError as error:
        pytest.skip(f"{name} does not start: {error}")
    if done.returncode != 0:
        pytest.skip(f"{name} does not start: {done.stderr.strip()[:200]}")
    return done.stdout.partition("\n")[0]


def environ(user: Foreword, folder: Path) -> dict[str, str]:
    """What an editor of this user inherits; `foreword` is on its PATH, by a wrapper in `folder`."""
    wrapper = folder / "foreword"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(command())} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return {
        **user.environ(),
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "XDG_RUNTIME_DIR": str(folder),
    }
