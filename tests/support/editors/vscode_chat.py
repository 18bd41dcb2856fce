"""The chat view in a real VS Code (`vscode.py`), as its user sees it.

with chatting(user, repo, folder) as chat:
    chat.ask("Where is the total made?")
    assert "fresh" in chat.wait_for(".receipt summary")
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

from foreword_cli import Foreword
from gitrepo import GitRepo
from vscode import PATIENCE, VSCode, vscode

VIEW = "Foreword: Focus on Chat View"
CHECKOUT = "shop/checkout.py"
PAUSE = 0.05


class Chat:
    """The page of the chat view; `page` in the code is its frame."""

    def __init__(self, editor: VSCode) -> None:
        self.editor = editor

    def run(self, code: str, **values: object) -> Any:  # noqa: ANN401  # as json.loads is typed
        frame = "const chat = await editor.frameWith('.composer textarea');"
        return self.editor.run(frame + code, **values)

    def ask(self, text: str) -> None:
        self.run(
            """
            await chat.locator('textarea').fill(text)
            await chat.locator('textarea').press('Enter')
            """,
            text=text,
        )

    def wait_for(self, selector: str, words: str = "") -> str:
        """The text of the last such element, once its words are there."""
        code = """
        const found = chat.locator(selector).filter({ hasText: words }).last()
        await found.waitFor()
        return found.innerText()
        """
        found: str = self.run(code, selector=selector, words=words)
        return found

    def click(self, selector: str) -> None:
        self.run("await chat.locator(selector).last().click()", selector=selector)

    def all(self, selector: str) -> list[str]:
        found: list[str] = self.run("return chat.locator(selector).allInnerTexts()", selector=selector)
        return found

    def drop(self, uri: str) -> None:
        """Let a file fall on the page, as from the list of files."""
        code = """
        await chat.evaluate((uri) => {
          const dataTransfer = new DataTransfer()
          dataTransfer.setData('text/uri-list', uri)
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
        }, uri)
        """
        self.run(code, uri=uri)

    def answer(self, text: str) -> str:
        """Ask, and wait for the receipt of the answer, which it gives."""
        n_before = len(self.all(".receipt"))
        self.ask(text)
        self.run(
            "await chat.waitForFunction((n) => document.querySelectorAll('.receipt').length > n, n)",
            n=n_before,
        )
        return self.all(".receipt summary")[-1]


@contextmanager
def chatting(
    user: Foreword, shop: GitRepo, folder: Path, *, keeps_trust: bool = False, **settings: object
) -> Iterator[Chat]:
    """The shop in an editor whose chat is open; whatever the test does, nothing may go wrong unseen."""
    named = {key.replace("_", "."): value for key, value in settings.items()}
    with vscode(user, shop.path, folder, named, keeps_trust=keeps_trust) as editor:
        editor.open(CHECKOUT)
        editor.command(VIEW)
        yield Chat(editor)
        assert [] == editor.problems, editor.problems


def servers_of(user: Foreword) -> list[int]:
    """The processes of `foreword serve` that run for a user, without those that they started to read files."""
    found: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environ = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended meanwhile
            continue
        words = command.split(b"\0")
        is_server = b"serve" in words and b"foreword" in words
        if is_server and f"FOREWORD_HOME={user.data}\0".encode() in environ:
            found[int(folder.name)] = int(parent)
    return [number for number, parent in found.items() if parent not in found]


def kill_server(user: Foreword) -> None:
    (server,) = servers_of(user)
    os.kill(server, signal.SIGKILL)


def restart_server(chat: Chat, user: Foreword) -> None:
    """Ask for another server, and wait until it is there and the one before it has ended."""
    before = servers_of(user)
    chat.editor.command("Foreword: Restart the Server")
    for _ in range(int(PATIENCE / PAUSE)):
        now = servers_of(user)
        if len(now) == 1 and now != before:
            return
        select([], [], [], PAUSE)
    raise AssertionError(f"no other server: {before} before, {servers_of(user)} now")
