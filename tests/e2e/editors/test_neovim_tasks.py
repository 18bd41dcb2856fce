"""Tasks of the user's own, and commit messages, in a real Neovim."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply
from neovim import Neovim
from neovim_plugin import HAS, RECEIPTS, TABS, TOLD, plugged
from shop_edits import CHECKOUT, replaced


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    shop.write(".foreword/tasks/rate.md", "---\nkind: edit\n---\nRaise the rate.\n")
    shop.write(".foreword/tasks/why.md", "---\ndescription: Why\n---\nWhy is it so?\n")
    with plugged(online, shop.path) as running:
        yield running


def test_a_task_is_chosen_completed_and_run_about_the_lines(editor: Neovim, api: MessagesApi) -> None:
    editor.until("return vim.deep_equal({ 'rate' }, vim.fn.getcompletion('Foreword run r', 'cmdline'))")
    editor.lua("vim.cmd.Foreword('trust')")
    editor.until(TOLD, words="shop is trusted")
    api.script("It is so.")
    editor.lua("vim.cmd('14,16Foreword run why In one line.')")
    editor.until(HAS, words="It is so.")
    editor.until(RECEIPTS, n=1)
    sent = str(api.messages[0].body)
    assert "Why is it so?\\n\\nIn one line." in sent
    assert f'path="{CHECKOUT}" lines="14-16"' in sent
    editor.keys("q")
    editor.until("return vim.bo.buftype == ''")
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")
    editor.lua("vim.cmd.Foreword('run')")  # the user takes the first choice of the menu
    editor.until(TABS, n=2)
    assert "+VAT_PERCENT = 20" in editor.text()
    editor.keys("q")
    editor.until(TABS, n=1)
    editor.lua("vim.cmd.Foreword('proposals')")
    editor.until(TOLD, words="no proposal is undecided")


def test_a_commit_message_goes_into_the_buffer_of_git_or_a_register(
    editor: Neovim, api: MessagesApi, shop: GitRepo
) -> None:
    editor.lua("vim.cmd.Foreword('commit')")
    editor.until(TOLD, words="nothing is staged")
    text = (shop.path / CHECKOUT).read_text(encoding="utf-8").replace("19", "20")
    shop.write(CHECKOUT, text)
    subprocess.run(["git", "add", CHECKOUT], cwd=shop.path, check=True)
    api.script("Raise the rate\n\nThe law says so.", "Raise the rate again")
    editor.lua("vim.cmd.Foreword('commit')")
    editor.until(HAS, words="The law says so.")
    assert "Raise the rate\n\nThe law says so.\n" == editor.lua("return vim.fn.getreg('\"')")
    editor.keys("q")
    editor.until("return vim.bo.buftype == ''")
    message = shop.path / ".git" / "COMMIT_EDITMSG"
    message.write_text("\n# Please enter the commit message\n", encoding="utf-8")
    editor.lua("vim.cmd.edit(name)\nvim.bo.filetype = 'gitcommit'", name=str(message))
    editor.lua("vim.cmd.Foreword('commit')")
    editor.until(HAS, words="Raise the rate again\n# Please")
