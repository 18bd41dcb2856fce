"""A window with several folders, in a real VS Code: each is shown, asked about and counted by itself."""

from __future__ import annotations

import json
from pathlib import Path

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from sample_repo import make_sample
from vscode import vscode
from vscode_chat import CHECKOUT, VIEW, Chat

OPEN = """
const payload = JSON.stringify([['openFile', `vscode-remote://${address}${file}`]])
await page.goto(`http://${address}/?workspace=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(payload)}`)
await page.waitForSelector('.monaco-editor .view-lines .view-line')
"""


def test_each_folder_of_a_window_has_its_own_context_and_a_chat_stays_with_its_folder(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    kiosk = make_sample(tmp_path / "kiosk", 1)
    kiosk.write("magazines.py", "MAGAZINES = 3\n")
    kiosk.commit("Count the magazines")
    assert online.json("trust", kiosk.path)["trusted"]
    both = tmp_path / "both.code-workspace"
    both.write_text(json.dumps({"folders": [{"path": str(shop.path)}, {"path": str(kiosk.path)}]}))
    with vscode(online, shop.path, tmp_path / "editor") as editor:
        editor.run(OPEN, address=editor.address, workspace=str(both), file=str(kiosk.path / CHECKOUT))
        editor.command("Foreword: Focus on Context View")
        editor.run("await editor.waitForRow('shop')")
        editor.run("await editor.waitForRow('kiosk')")
        editor.shot("folders")
        editor.command(VIEW)
        chat = Chat(editor)
        about = "return chat.locator('textarea').getAttribute('placeholder')"
        chat.run(
            "await chat.waitForFunction(() => document.querySelector('textarea').placeholder.includes('kiosk'))"
        )
        assert "Ask about kiosk" in chat.run(about)
        api.script("A kiosk.", "Still a kiosk.")
        chat.answer("What is this?")
        assert "MAGAZINES = 3" in str(api.messages[-1].body)
        editor.run(OPEN, address=editor.address, workspace=str(both), file=str(shop.path / CHECKOUT))
        editor.command(VIEW)
        chat.wait_for(".answer", "A kiosk.")
        first = api.messages[-1].body
        chat.answer("And now?")
        second = api.messages[-1].body
        assert first is not None
        assert second is not None
        # The prefix of the folder that the chat was begun in, whatever file is open now.
        assert first["messages"][0]["content"][0] == second["messages"][0]["content"][0]
        # A chat is about another folder than that of the open file, where the user says so.
        chat.click("[aria-label='New chat']")
        chat.wait_for("button.folder", "shop")
        chat.click("button.folder")
        editor.run("await editor.pick('kiosk', 'kiosk')")
        chat.wait_for("button.folder", "kiosk")
        editor.shot("folder-picked")
        api.script("A kiosk, by choice.", "A kiosk, by choice.")
        chat.answer("What is that?")
        third = next(one.body for one in reversed(api.messages) if one.body and one.body["max_tokens"] > 0)
        assert "MAGAZINES = 3" in str(third)
        assert not chat.run("return chat.locator('button.folder').isVisible()")
        assert [] == editor.problems
