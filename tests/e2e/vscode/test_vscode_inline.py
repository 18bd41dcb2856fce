"""Edits that are asked for, written and decided in the file itself, in a real VS Code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, Status
from shop_edits import replaced
from vscode import VSCode, vscode

CHECKOUT = "shop/checkout.py"
NET = "        return sum(self.basket)\n"
SUM = "        cents = sum(self.basket)\n        assert cents >= 0\n        return cents\n"
INPUT = ".review-widget .monaco-editor.focused"
ASK = f"""
await editor.again(async (timeout) => {{
  await page.keyboard.press('Control+Alt+K')
  await page.waitForSelector('{INPUT}', {{ timeout }})
}})
await page.keyboard.type(words)
await page.keyboard.press('Enter')
"""
BODIES = "[...document.querySelectorAll('.review-widget .comment-body')].map((body) => body.innerText.trim())"


@pytest.fixture
def editor(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[VSCode]:
    with vscode(online, shop.path, tmp_path / "editor") as running:
        running.open(CHECKOUT)
        yield running
        assert [] == running.problems


def threads(editor: VSCode, count: int) -> list[str]:
    """What would come, change by change, once there are so many."""
    editor.run(f"await page.waitForFunction((n) => {BODIES}.length === n, count)", count=count)
    found: list[str] = editor.run(f"return page.evaluate(() => {BODIES})")
    return [text.replace("\u00a0", " ") for text in found]


def test_an_edit_is_asked_for_written_and_decided_in_the_file(editor: VSCode, api: MessagesApi) -> None:
    before = (editor.workspace / CHECKOUT).read_text(encoding="utf-8")
    api.script(
        (Hold(9), Reply((replaced(NET, SUM), replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20")))), "Done."
    )
    editor.run("await editor.goTo(16)")
    editor.run(ASK, words="Say what it is")
    editor.run("await page.locator('.review-widget .comment-body', { hasText: 'assert cents' }).waitFor()")
    editor.shot("inline-writing")
    api.release()
    assert ["Accept", "Reject", "Accept All 2", "Reject All"] == editor.run("return editor.lenses(6)")[:4]
    editor.shot("inline-changes")
    come = threads(editor, 2)
    assert [True, True] == [
        any(part in text for text in come) for part in ("VAT_PERCENT = 20", "assert cents")
    ]
    assert not editor.run("return page.locator('.tab.dirty').count()")
    editor.run("await editor.lens('Accept', 2)")
    editor.run("await editor.waitForText('cents = sum(self.basket)')")
    editor.run("await editor.lenses(2)")
    editor.run("await editor.lens('Reject', 0)")
    threads(editor, 0)
    editor.run("await page.locator('.tab.active').click(); await page.keyboard.press('Control+Z')")
    editor.run("await page.waitForFunction(() => !document.querySelector('.tab.dirty'))")
    assert before == (editor.workspace / CHECKOUT).read_text(encoding="utf-8")


def test_an_input_that_failed_keeps_its_words_and_one_that_is_closed_leaves_nothing(
    editor: VSCode, api: MessagesApi
) -> None:
    api.fail(Status(400, "this model is asleep"))
    editor.run("await editor.goTo(16)")
    editor.run(ASK, words="Say what it is")
    editor.run(
        "await page.locator('.review-widget .comment-body', { hasText: 'this model is asleep' }).waitFor()"
    )
    editor.run("await page.locator('.review-widget .view-line', { hasText: 'Say what it is' }).waitFor()")
    editor.shot("inline-failed")
    api.script(Reply((replaced(NET, SUM), replaced("# Shop", "# Till", "README.md"))), "Done.")
    editor.run(f"await page.waitForSelector('{INPUT}'); await page.keyboard.press('Enter')")
    # More than one file: that is no edit in the file itself.
    editor.run("await page.waitForSelector('.monaco-diff-editor .codelens-decoration')")
    assert not editor.run("return page.locator('.review-widget:visible').count()")
    editor.run(
        f"await page.locator('.tab[data-resource-name=\"{CHECKOUT.rsplit('/', maxsplit=1)[-1]}\"]').first().click()"
    )
    editor.run("await editor.goTo(3)")
    editor.run(ASK.rpartition("await")[0], words="Never mind")
    editor.run(
        "await page.keyboard.press('Escape'); await page.waitForSelector('.review-widget', { state: 'hidden' })"
    )
