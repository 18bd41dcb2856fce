"""Runs the `foreword` command as a user's shell does: a process with an environment of its own, every wait bounded.

foreword = Foreword(tmp_path / "home", url=api.url)
done = foreword.ask(repo.path, "What does checkout do?")
assert 0 == done.code
assert "read" in done.answer["receipt"]["tokens"]
"""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foreword_output import Done

PATIENCE = 90.0
"""Seconds that a command may take on a loaded machine before a test calls it stuck."""

KEY = "sk-any"
MODEL = "claude-sonnet-4-6"


@dataclass(frozen=True)
class Foreword:
    """One user: `home` holds what is theirs, `url` is where the Messages API answers (None: no key, offline).

    `more` are further environment variables; `uid` is who runs the command, where it is not us.
    """

    home: Path
    url: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    uid: int | None = None

    @property
    def data(self) -> Path:
        """`FOREWORD_HOME`."""
        return self.home / "foreword"

    def environ(self) -> dict[str, str]:
        """All that the command inherits."""
        self.home.mkdir(parents=True, exist_ok=True)
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": _absolute(os.environ.get("PYTHONPATH", "")),
            "PYTHONWARNINGS": "default::ResourceWarning",
            "GIT_CONFIG_NOSYSTEM": "1",
            "FOREWORD_HOME": str(self.data),
        }
        if self.url is not None:
            given |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": self.url, "FOREWORD_MODEL": MODEL}
        return given | dict(self.more)

    def run(
        self, *arguments: str, cwd: Path | None = None, stdin: str | bytes = b"", seconds: float = PATIENCE
    ) -> Done:
        """Run one command to its end."""
        with self.started(*arguments, cwd=cwd) as process:
            given = stdin.encode() if isinstance(stdin, str) else stdin
            out, err = process.communicate(given, timeout=seconds)
        return Done(process.returncode, out.decode(), err.decode())

    def ask(self, workspace: Path, question: str, *flags: str, seconds: float = PATIENCE) -> Done:
        """`foreword ask --json`."""
        return self.run("ask", question, "--json", "--workspace", str(workspace), *flags, seconds=seconds)

    def batch(self, workspace: Path, lines: Sequence[object], *flags: str) -> Done:
        """`foreword batch` over lines that are JSON values, or texts as they are."""
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        return self.run("batch", "--workspace", str(workspace), *flags, stdin="\n".join(texts) + "\n")

    def json(self, command: str, workspace: Path, *arguments: str) -> Any:  # noqa: ANN401  # as json.loads is typed
        """What a command says of a workspace with `--json`; it must succeed."""
        return self.json_of(command, *arguments, "--workspace", str(workspace))

    def json_of(self, command: str, *arguments: str) -> Any:  # noqa: ANN401  # as json.loads is typed
        """What a command says with `--json`; it must succeed."""
        done = self.run(command, *arguments, "--json")
        assert done.code == 0, done
        return json.loads(done.out)

    @contextmanager
    def started(self, *arguments: str, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A command that is under way; it is killed if it still runs at the end of the block."""
        process = subprocess.Popen(
            command(*arguments),
            cwd=cwd,
            env=self.environ(),
            user=self.uid,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def on_terminal(
        self, *arguments: str, columns: int = 100, seconds: float = PATIENCE, typed: str = ""
    ) -> Done:
        """Run one command on a terminal of its own, where `typed` waits to be read: `out` is all that it got."""
        ours, theirs = pty.openpty()
        os.write(ours, typed.encode())
        variables = {**self.environ(), "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "50"}
        process = subprocess.Popen(
            command(*arguments),
            env=variables,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        with process:
            try:
                os.close(theirs)
                shown = _read_terminal(ours, time.monotonic() + seconds)
                process.wait(seconds)
            finally:
                os.close(ours)
                if process.poll() is None:
                    process.kill()
        return Done(process.returncode, shown.decode("utf-8", "replace"), "")


def command(*arguments: str) -> list[str]:
    """The command line of a command."""
    return [sys.executable, "-m", "foreword", *arguments]


def _read_terminal(terminal: int, until: float) -> bytes:
    """Everything up to the end of the process on the other side, which Linux reports as an I/O error."""
    shown = bytearray()
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            piece = os.read(terminal, 65_536)
        except OSError:
            return bytes(shown)
        if not piece:
            return bytes(shown)
        shown += piece
    raise TimeoutError("the command did not end in time")


def _absolute(search_path: str) -> str:
    """`PYTHONPATH` for a process in another directory."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in search_path.split(os.pathsep) if entry)
