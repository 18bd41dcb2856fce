"""Edits that are shown in the file itself, in a real Neovim: accepted and rejected hunk by hunk, one undo each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply
from neovim import Neovim
from neovim_plugin import FLOATS, MARKED, NET, PROPOSED, SUM, TABS, TOLD, plugged
from shop_edits import replaced


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


def test_changes_are_marked_in_the_text_and_decided_one_by_one(editor: Neovim, api: MessagesApi) -> None:
    before = editor.text()
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"), replaced(NET, SUM))), "Done.")
    editor.lua("vim.cmd('14,16Foreword inline Say what it is')")
    marked = editor.until(PROPOSED, wanted=True)
    old, new = (text.splitlines()[0] for text in (NET, SUM))
    assert {"gone": ["VAT_PERCENT = 19", old], "come": ["VAT_PERCENT = 20", new]} == marked
    assert before == editor.text()
    editor.lua("vim.api.nvim_win_set_cursor(0, { 15, 0 })\nvim.cmd.Foreword('accept')")
    editor.until("return vim.bo.modified")
    editor.until(
        "local found = (function() " + MARKED + " end)()\nreturn found and #found.gone == 1", wanted=True
    )
    assert before.replace(NET, SUM) == editor.text()
    editor.lua("vim.cmd.Foreword('reject all')")
    editor.until(MARKED, wanted=False)
    editor.keys("u")
    editor.until("return not vim.bo.modified")
    assert before == editor.text()
    editor.lua("vim.cmd.Foreword('accept')")
    editor.until(TOLD, words="nothing is proposed in this buffer")


def test_a_key_opens_an_input_and_the_lines_are_seen_while_they_are_written(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    long = "".join(f"        # step {n}\n" for n in range(30)) + NET
    api.script((Hold(6), Reply((replaced(NET, long),))), "Done.")
    editor.lua("vim.api.nvim_win_set_cursor(0, { 15, 0 })")
    editor.keys("gre")
    editor.until(FLOATS, wanted=True)
    editor.keys("Explain it<CR>")
    editor.until(FLOATS, wanted=False)
    written = editor.until(MARKED, wanted=True)
    assert ([], "        # step 0", True) == (
        written["gone"][1:],
        written["come"][0],
        len(written["come"]) < 30,
    )
    assert "Explain it" in str(api.messages[-1].body)
    editor.lua("vim.cmd.Foreword('accept all')")
    editor.until(TOLD, words="still being written")
    api.release()
    told = "local found = (function() " + PROPOSED + " end)()\nreturn found and #found.gone == 0 and found"
    assert long.removesuffix(NET).splitlines() == editor.until(told, wanted=True)["come"]
    assert before == editor.text()
    editor.lua("vim.cmd.Foreword('accept all')")
    editor.until("return vim.bo.modified")
    assert before.replace(NET, long) == editor.text()
    editor.keys("u")
    editor.until("return not vim.bo.modified")
    assert before == editor.text()


def test_a_key_of_the_users_own_stays(editor: Neovim) -> None:
    mapped = "return vim.fn.maparg('gre', 'n', false, true).desc or ''"
    assert "Foreword" in editor.lua(mapped)
    editor.lua("vim.keymap.set('n', 'gre', 'yy', { desc = 'mine' })")
    editor.open("README.md")
    assert "mine" == editor.lua(mapped)


def test_a_proposal_of_more_than_the_file_or_over_a_changed_text_goes_into_a_tab(
    editor: Neovim, api: MessagesApi
) -> None:
    changes = replaced("19", "20"), replaced("# Shop", "# Store", "README.md")
    api.script(Reply(changes), "Done.")
    editor.lua("vim.cmd.Foreword('inline Raise the rate, and rename the shop')")
    editor.until(TABS, n=2)
