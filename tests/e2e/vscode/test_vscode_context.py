"""The context view of a real VS Code: pins; and every view that is not the chat, in the themes of high contrast."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block
from vscode import VSCode, vscode

CHECKOUT = "shop/checkout.py"
THEMES = {"contrast-dark": "Default High Contrast", "contrast-light": "Default High Contrast Light"}


def show_context(editor: VSCode) -> None:
    """The tree with its base unfolded, in the whole height of the side bar."""
    editor.command("Foreword: Focus on Context View")
    editor.run("await page.locator('.pane-header[aria-label=\"Chat Section\"]').click()")
    editor.run("await editor.expand('Base')")


def pins(editor: VSCode) -> list[str]:
    """As the project's settings file has them."""
    told = tomllib.loads((editor.workspace / ".foreword.toml").read_text(encoding="utf-8"))
    found: list[str] = told["context"]["pins"]
    return found


def test_a_file_is_pinned_and_unpinned_by_the_buttons_of_its_row(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    with vscode(online, shop.path, tmp_path / "editor") as editor:
        editor.open(CHECKOUT)
        show_context(editor)
        editor.run("await editor.waitForRow('checkout.py', 'full')")
        editor.run("await editor.rowAction('checkout.py', /^Pin/)")
        editor.run("await editor.waitForRow('checkout.py', 'pinned')")
        assert "is pinned" in editor.run("return editor.waitForMessage('checkout.py is pinned')")[0]
        assert [CHECKOUT] == pins(editor)
        editor.shot("context-pinned")
        editor.run("await editor.rowAction('checkout.py', /^Unpin/)")
        editor.run("await editor.waitForMessage('checkout.py is unpinned')")
        assert [] == pins(editor)
        assert [] == editor.problems


@pytest.mark.parametrize("theme", THEMES)
def test_the_context_the_review_and_the_report_can_be_read_in_high_contrast(
    theme: str, online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    (shop.path / ".env").write_text("TOKEN=hush\n", encoding="utf-8")
    change = {"command": "str_replace", "path": CHECKOUT, "old_str": "= 19", "new_str": "= 20"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", change),)), "Done.")
    settings = {"workbench.colorTheme": THEMES[theme]}
    with vscode(online, shop.path, tmp_path / "editor", settings) as editor:
        editor.open(CHECKOUT)
        show_context(editor)
        editor.run("await editor.expand('Left Out')")
        editor.command("Foreword: Edit with an Instruction...")
        editor.run("await editor.fillInput('Raise the rate')")
        assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
        editor.shot(f"context-and-review-{theme}")
        editor.command("Foreword: Report on Use and Prefix")
        editor.run("await editor.frameText('The prefix of this workspace')")
        editor.shot(f"report-{theme}")
        assert [] == editor.run("return editor.faintTexts('section')")
        assert [] == editor.problems
