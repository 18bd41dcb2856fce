"""Edits in the Neovim plugin: shown as a diff, taken or refused hunk by hunk, undone by one key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, Status, text_block
from neovim import Neovim
from neovim_plugin import BELOW, FLOATS, HAS, NET, SUM, TABS, TOLD, begin_chat, plugged, say
from shop_edits import CHECKOUT, replaced

CODE = "return table.concat(vim.fn.getbufline(1, 1, '$'), '\\n') .. '\\n'"
MARKS = """
local found = {}
for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
  for _, piece in ipairs(mark[4].virt_text or {}) do table.insert(found, piece[1]) end
end
return found
"""


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


def test_hunks_are_rejected_and_accepted_and_one_undo_takes_them_back(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"), replaced(NET, SUM))), "Done.")
    editor.lua("vim.cmd.Foreword('edit Raise the rate and say what the total is')")
    editor.until(TABS, n=2)
    assert "-VAT_PERCENT = 19\n+VAT_PERCENT = 20\n" in editor.text()
    assert before == editor.lua(CODE)
    assert ["✓ to be applied", "✓ to be applied"] == editor.lua(MARKS)
    assert "Comment" == editor.lua("return vim.api.nvim_get_hl(0, { name = 'ForewordRejected' }).link")
    editor.keys("xx]cx[c")
    assert ["✓ to be applied", "✗ rejected"] == editor.until(MARKS)
    editor.keys("x]cx<CR>")
    editor.until(TABS, n=1)
    editor.until("return vim.bo.modified")
    assert before.replace(NET, SUM) == editor.text()
    editor.keys("u")
    editor.until("return not vim.bo.modified")
    assert before == editor.text()


def test_one_undo_in_each_file_takes_a_proposal_back(editor: Neovim, api: MessagesApi, shop: GitRepo) -> None:
    readme = (shop.path / "README.md").read_text(encoding="utf-8")
    changes = replaced("19", "20"), replaced("# Shop", "# Store", "README.md")
    api.script(Reply(changes), "Done.")
    before = editor.text()
    editor.lua("vim.cmd.Foreword('edit Raise the rate, and rename the shop')")
    editor.until(TABS, n=2)
    editor.keys("<CR>")
    editor.until(TABS, n=1)
    editor.until("return vim.bo.modified")
    assert before.replace("19", "20") == editor.text()
    editor.lua("vim.cmd.edit('README.md')")
    assert readme.replace("# Shop", "# Store") == editor.text()
    assert readme == (shop.path / "README.md").read_text(encoding="utf-8")
    editor.lua("vim.cmd.undo()")
    assert readme == editor.text()


def test_what_runs_on_this_machine_is_changed_only_where_it_is_accepted(
    editor: Neovim, api: MessagesApi, shop: GitRepo
) -> None:
    shop.write("bin/deploy", "echo one\n")
    (shop.path / "bin/deploy").chmod(0o755)
    shop.commit("Deploy")
    api.script(Reply((replaced("19", "20"), replaced("one", "two", "bin/deploy"))), "Done.")
    editor.lua("vim.cmd.Foreword('edit Raise the rate, and deploy twice')")
    editor.until(TABS, n=2)
    why = " (it changes what runs on this machine)"
    assert ["✓ to be applied", "✗ rejected", why] == editor.lua(MARKS)
    editor.keys("]cx<CR>")
    editor.until(TABS, n=1)
    editor.lua("vim.cmd.edit('bin/deploy')")
    editor.until("return vim.fn.getline(1) == 'echo two'")


def test_a_place_for_an_edit_is_a_range(editor: Neovim, api: MessagesApi) -> None:
    api.script(Reply((replaced(NET, SUM),)), "Done.")
    editor.lua("vim.cmd('14,16Foreword edit Say what the total is')")
    editor.until(TABS, n=2)
    body = str(api.messages[0].body)
    assert f'path="{CHECKOUT}" lines="14-16"' in body
    assert "Say what the total is" in body


def test_a_proposal_is_shown_once_and_its_place_opened(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script(Reply((text_block("I change it."), replaced(NET, SUM))), "Done.")
    say(editor, "Say what it is.")
    editor.until(BELOW + f"return vim.iter(found):find('edits {CHECKOUT}: gp shows them')")
    editor.keys("gp")
    editor.until(TABS, n=2)
    editor.lua("vim.cmd.tabprevious()")
    editor.keys("gp")
    editor.until("return vim.fn.tabpagenr() == 2")
    assert 2 == editor.lua("return vim.fn.tabpagenr('$')")
    editor.keys("gf")
    editor.until("return vim.fn.expand('%:t') == 'checkout.py'")
    assert 12 == editor.lua("return vim.fn.line('.')")


def test_a_hunk_whose_text_has_moved_is_refused_and_stays_to_be_seen(
    editor: Neovim, api: MessagesApi
) -> None:
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")
    editor.lua("vim.cmd.Foreword('edit Raise the rate')")
    editor.until(TABS, n=2)
    editor.lua("vim.api.nvim_buf_set_lines(1, 4, 5, false, { 'VAT_PERCENT = 7' })")
    before = editor.lua(CODE)
    editor.keys("<CR>")
    editor.until(TOLD, words="was not applied: the file has changed there")
    assert 2 == editor.lua("return vim.fn.tabpagenr('$')")
    assert before == editor.lua(CODE)
    editor.lua("vim.cmd.tabclose()")


def test_words_instead_of_an_edit_are_shown_and_a_fault_is_one_message(
    editor: Neovim, api: MessagesApi
) -> None:
    api.script("Nothing is to be done: the rate has been what it should be\nsince May, as the law has it.")
    editor.lua("vim.cmd.Foreword('edit Correct the rate')")
    editor.until(HAS, words="since May")
    assert editor.lua(FLOATS, wanted=True)
    editor.keys("q")
    editor.until(FLOATS, wanted=False)
    api.fail(Status(400, "the prompt is odd"))
    editor.lua("vim.cmd.Foreword('edit Correct the rate')")
    editor.until(TOLD, words="the prompt is odd")
    assert 1 == editor.messages().count("the prompt is odd")
    assert 1 == editor.lua("return vim.fn.tabpagenr('$')")


def test_the_diagnostic_under_the_cursor_is_fixed(editor: Neovim, api: MessagesApi) -> None:
    before = editor.text()
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")
    editor.lua(
        "vim.diagnostic.set(vim.api.nvim_create_namespace('linter'), 0, "
        "{ { lnum = 4, col = 0, message = 'the rate is 20 since May', source = 'law' } })\n"
        "vim.api.nvim_win_set_cursor(0, { 5, 0 })\nvim.cmd.Foreword('fix')"
    )
    editor.until(TABS, n=2)
    assert "the rate is 20 since May (law)" in str(api.messages[0].body)
    editor.keys("<CR>")
    editor.until("return vim.bo.modified")
    assert before.replace("19", "20") == editor.text()
