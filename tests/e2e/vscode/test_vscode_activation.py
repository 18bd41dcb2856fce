"""When a real VS Code wakes the extension, and what that takes; with `-s`, the figures are printed."""

from __future__ import annotations

import json
from pathlib import Path

from foreword_cli import Foreword
from gitrepo import GitRepo
from vscode import SOURCE, vscode

NAME, BARE = "Foreword", "Bare"


def bare(folder: Path) -> Path:
    """An extension that wakes when ours does, and does nothing: what the editor itself takes for one."""
    folder.mkdir()
    events = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))["activationEvents"]
    manifest = {
        "name": "bare",
        "displayName": BARE,
        "publisher": "test",
        "version": "1.0.0",
        "engines": {"vscode": "^1.105.0"},
        "main": "./extension.js",
        "activationEvents": [*events, "onCommand:foreword.showOutput"],
    }
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "extension.js").write_text("exports.activate = () => undefined\n", encoding="utf-8")
    return folder


def test_the_server_sleeps_until_a_file_of_its_languages_is_open(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    shop.write("NOTES", "Nothing in a language.\n")
    with vscode(online, shop.path, tmp_path / "editor", others=(bare(tmp_path / "bare"),)) as editor:
        editor.open("NOTES")
        editor.command("Foreword: Show the Server's Output")
        assert NAME == editor.run("return editor.waitForStanding('Foreword')").strip()
        assert 1 == editor.run("return page.locator(`${editor.standingSelector} .codicon-book`).count()")
        # The user's trust is there before the editor is; a server would make its stores at once.
        assert ["trusted"] == [path.name for path in (online.data / "data").iterdir()]
        editor.open("shop/checkout.py")
        editor.run("await editor.waitForStanding('cold')")
        took = editor.run("return editor.activations(names)", names=[NAME, BARE])
        editor.shot("activation")
        for name, milliseconds in sorted(took.items(), key=lambda item: -(item[1] or 0)):
            print(f"{milliseconds:6} ms  {name}")
        assert {NAME, BARE} <= took.keys()
        assert [] == editor.problems
