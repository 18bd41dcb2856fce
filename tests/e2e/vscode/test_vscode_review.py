"""Proposals in the review by hunk of a real VS Code: neighbours, files whose names are alike, and proposals that were left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block
from vscode import VSCode, vscode

STOCK = "shop/stock.py"
LINES = "".join(f"price_{n} = {n}\n" for n in range(199, 212))
SOLD = LINES.replace("price_203 = 203\n", "").replace(
    "price_205 = 205\nprice_206 = 206\n", "prices = 205, 206\n"
)
CLOSED = "await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))"


@pytest.fixture
def editor(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[VSCode]:
    shop.write(STOCK, LINES)
    shop.write("docs/README.md", "# The papers\n")
    shop.commit("Count the stock")
    with vscode(online, shop.path, tmp_path / "editor") as running:
        running.open(STOCK)
        yield running
        assert [] == running.problems


def propose(editor: VSCode, api: MessagesApi, **files: str) -> None:
    """The model writes these files anew, and the review is open."""
    calls = ({"command": "create", "path": path, "file_text": text} for path, text in files.items())
    api.script(Reply(tuple(tool_use_block("str_replace_based_edit_tool", call) for call in calls)), "Done.")
    editor.command("Foreword: Edit with an Instruction...")
    editor.run(
        "await editor.fillInput('Sell'); await page.waitForSelector('.monaco-diff-editor .codelens-decoration')"
    )


def saved(editor: VSCode, path: str) -> str:
    name = path.rpartition("/")[2]
    editor.run("await page.locator(`.tab.dirty[data-resource-name='${name}']`).last().click()", name=name)
    editor.run("await editor.save()")
    return (editor.workspace / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("first", [0, 1])
def test_accepting_a_hunk_leaves_the_one_beside_it_to_be_decided(
    first: int, editor: VSCode, api: MessagesApi
) -> None:
    propose(editor, api, **{STOCK: SOLD})
    assert ["Accept", "Reject", "Accept", "Reject"] == editor.run("return editor.lenses(4)")
    editor.run("await editor.lens('Accept', first)", first=first)
    assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
    editor.shot(f"review-neighbour-{first}")
    editor.run("await editor.lens('Accept', 0)")
    editor.run(CLOSED)
    assert SOLD == saved(editor, STOCK)


def test_files_whose_names_are_alike_are_reviewed_each_for_itself(editor: VSCode, api: MessagesApi) -> None:
    root = (editor.workspace / "README.md").read_text(encoding="utf-8")
    propose(editor, api, **{"docs/README.md": "# Papers\n", "README.md": f"# The shop\n{root}"})
    editor.run("await editor.waitForText('# Papers')")
    editor.run("await editor.lenses(2)")
    editor.run("await editor.lens('Accept', 0)")
    editor.run("await editor.waitForText('# The shop')")
    editor.run("await editor.lenses(2)")
    editor.run("await editor.lens('Accept', 0)")
    editor.run(CLOSED)
    editor.run("await page.waitForFunction(() => document.querySelectorAll('.tab.dirty').length === 2)")
    editor.command("File: Save All Files")
    editor.run("await page.waitForFunction(() => !document.querySelector('.tab.dirty'))")
    docs, readme = (
        (editor.workspace / path).read_text(encoding="utf-8") for path in ("docs/README.md", "README.md")
    )
    assert ("# Papers\n", f"# The shop\n{root}") == (docs, readme)


def test_a_proposal_that_was_left_is_found_again_after_a_reload(editor: VSCode, api: MessagesApi) -> None:
    propose(editor, api, **{STOCK: SOLD})
    editor.run("await editor.lens('Accept', 0)")
    assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
    editor.run("await page.locator('.tab.dirty').last().click(); await editor.save()")
    editor.open(STOCK)
    editor.command("Foreword: Proposals to Review...")
    editor.run("await editor.pick('Sell', 'Sell')")
    editor.shot("review-again")
    assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
    editor.run("await editor.lens('Accept', 0)")
    editor.run(CLOSED)
    assert SOLD == saved(editor, STOCK)
    editor.command("Foreword: Proposals to Review...")
    editor.run("await editor.waitForMessage('every proposal is applied or rejected')")
