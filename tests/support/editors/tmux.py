"""A program on a terminal of its own, in tmux: what is typed, and what the screen shows. Every wait is bounded."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from foreword_cli import PATIENCE
from terminal_picture import svg_of

PAUSE = 0.05
"""Seconds between two looks at the screen."""
SHOTS = "FOREWORD_TEST_SHOTS"
"""A variable with the folder for pictures."""


@functools.cache
def binary() -> str:
    """The path of tmux; skips the test, with the reason, where it is missing."""
    found = shutil.which("tmux")
    if found is None:
        pytest.skip("no tmux: install it with the system's package manager")
    return found


@dataclass(frozen=True)
class Terminal:
    """A terminal; `socket` is where its tmux listens."""

    socket: Path

    def keys(self, *keys: str) -> None:
        """Type, in the words of tmux: `Enter`, `Escape`, `C-c`, or texts."""
        self.run("send-keys", *keys)

    def screen(self) -> str:
        """What is to be seen, line by line."""
        return self.run("capture-pane", "-p")

    def shot(self, name: str) -> None:
        """Keep a picture, where `FOREWORD_TEST_SHOTS` names a folder for them."""
        if folder := os.environ.get(SHOTS):
            Path(folder).mkdir(parents=True, exist_ok=True)
            picture = svg_of(self.run("capture-pane", "-e", "-N", "-p"))
            Path(folder, f"{name}.svg").write_text(picture, encoding="utf-8")

    def wait_for(self, *words: str) -> str:
        """The screen, as soon as it shows one of these texts.

        Raises:
            TimeoutError: it never did; with the screen.
        """
        end = time.monotonic() + PATIENCE
        while not any(text in (shown := self.screen()) for text in words):
            if time.monotonic() > end:
                raise TimeoutError(f"{words} did not come:\n{shown}")
            time.sleep(PAUSE)
        return shown

    def run(self, *arguments: str) -> str:
        """A command of tmux."""
        line = [binary(), "-S", str(self.socket), "-f", "/dev/null", *arguments]
        done = subprocess.run(line, capture_output=True, timeout=PATIENCE, check=True)
        return done.stdout.decode("utf-8", "replace")


@contextmanager
def terminal(
    folder: Path, line: Sequence[str], cwd: Path, env: Mapping[str, str], size: tuple[int, int] = (120, 32)
) -> Iterator[Terminal]:
    """A program on a terminal of so many columns and lines; `folder` has a short path, for the socket."""
    running = Terminal(folder / "tmux.sock")
    columns, lines = map(str, size)
    start = [
        binary(),
        "-S",
        str(running.socket),
        "-f",
        "/dev/null",
        "new-session",
        "-d",
        "-x",
        columns,
        "-y",
        lines,
    ]
    subprocess.run(
        [*start, *line], cwd=cwd, env={**env, "TERM": "xterm-256color"}, timeout=PATIENCE, check=True
    )
    try:
        yield running
    finally:
        running.run("kill-server")
