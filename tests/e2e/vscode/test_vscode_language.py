"""The extension in a real VS Code that is in German: its own texts are, those of the server and the model are as they were."""

from __future__ import annotations

import json
from pathlib import Path

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from vscode import SOURCE, vscode
from vscode_chat import CHECKOUT, Chat

GERMAN = json.loads((SOURCE / "l10n" / "bundle.l10n.de.json").read_text(encoding="utf-8"))
MANIFEST = json.loads((SOURCE / "package.nls.de.json").read_text(encoding="utf-8"))


def test_commands_chat_and_status_bar_are_in_the_language_of_the_editor(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    with vscode(online, shop.path, tmp_path / "editor", language="de") as editor:
        # The editor looks for a pack of its own language.
        editor.run("editor.expect('No extension gallery service configured')")
        editor.open(CHECKOUT)
        editor.run("await editor.waitForStanding(cold)", cold=GERMAN["cold"])
        editor.command(f"Foreword: {MANIFEST['command.chat.new']}")
        chat = Chat(editor)
        assert GERMAN["Ask about this workspace"] == chat.wait_for(".welcome h2")
        assert "de" == chat.run("return chat.locator('html').getAttribute('lang')")
        placeholder = chat.run("return chat.locator('textarea').getAttribute('placeholder')")
        assert GERMAN["Ask, or type @ to attach"] == placeholder
        api.script("Nineteen.")
        assert "fresh: " in chat.answer("What is the rate?")
        chat.click(".receipt summary")
        assert GERMAN["Prices"] in chat.all(".receipt th")
        editor.run("await editor.waitForStanding('warm \\\\d+ min')")
        editor.command(f"Foreword: {MANIFEST['command.chat.list']}")
        chat.wait_for(".chat-list .chat-title", "What is the rate?")
        editor.shot("german")
        assert [] == editor.problems
