"""Several chats, windows, folders and servers in one Neovim: each answer ends where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi
from neovim import Neovim
from neovim_plugin import HAS, IN_CHAT, RECEIPTS, begin_chat, plugged, say
from sample_repo import make_sample
from shop_edits import CHECKOUT

NEW = "vim.cmd.Foreword('chat new')"
BUFFER = "return vim.api.nvim_get_current_buf()"
TEXT_OF = "return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\\n')"


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


def another_chat(editor: Neovim, before: int) -> int:
    editor.lua(NEW)
    editor.until(
        f"return vim.api.nvim_get_current_buf() ~= before and (function() {IN_CHAT} end)()", before=before
    )
    return int(editor.lua(BUFFER))


def test_two_chats_stream_at_once_and_a_stop_ends_one(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    first = editor.lua(BUFFER)
    api.script((Hold(after=4), "The first answer."), (Hold(after=4), "The second answer."))
    say(editor, "First?")
    editor.until(HAS, words="The ")
    second = another_chat(editor, first)
    say(editor, "Second?")
    editor.until(HAS, words="The ")
    editor.lua("vim.api.nvim_feedkeys(vim.keycode('<C-c>'), 'm', false)")
    editor.until(HAS, words="*stopped*")
    api.release(2)
    editor.until(TEXT_OF + ":find('The first answer.', 1, true)", buffer=first)
    assert "stopped" not in editor.lua(TEXT_OF, buffer=first)
    assert "second answer" not in editor.lua(TEXT_OF, buffer=second)


def test_a_stream_survives_being_read_anew_and_moved_about(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script((Hold(after=6), "It is set in one place, and used in another."))
    say(editor, "Where?")
    editor.until(HAS, words="It")
    editor.keys(":e<CR>")
    editor.keys("<C-w>T:vsplit<CR>")
    editor.until("return #vim.fn.win_findbuf(vim.api.nvim_get_current_buf()) == 2")
    editor.keys(":bdelete<CR>")
    editor.until("return vim.bo.buftype == ''")
    editor.lua("vim.ui.select = function(items, _, choose) choose(items[2]) end\nvim.cmd.Foreword('chat')")
    editor.until(IN_CHAT)
    api.release()
    editor.until(RECEIPTS, n=1)
    assert editor.text().count("## Foreword") == 1
    assert "\nIt is set in one place, and used in another.\n" in editor.text()


def test_a_file_in_the_window_of_a_chat_looks_as_files_do(editor: Neovim) -> None:
    editor.lua("vim.o.number = true")
    begin_chat(editor)
    assert [False, "expr"] == editor.lua("return { vim.wo.number, vim.wo.foldmethod }")
    editor.lua("vim.cmd.edit('README.md')")
    assert [True, "manual"] == editor.lua("return { vim.wo.number, vim.wo.foldmethod }")


def test_a_chat_belongs_to_the_folder_that_it_was_begun_in(
    editor: Neovim, api: MessagesApi, tmp_path: Path
) -> None:
    other = make_sample(tmp_path / "market", 2)
    (other.path / CHECKOUT).write_text("STALLS = 40\n", encoding="utf-8")
    begin_chat(editor)
    chat = editor.lua("return vim.api.nvim_get_current_win()")
    editor.lua("vim.cmd.wincmd('p')\nvim.cmd.edit(name)", name=str(other.path / CHECKOUT))
    editor.until("return #vim.lsp.get_clients({ name = 'foreword' }) == 2")
    editor.until("return vim.lsp.get_clients({ bufnr = 0 })[1].initialized")
    api.script("Forty.", "Nineteen.", "Still nineteen.")
    editor.lua("vim.cmd.Foreword('ask How many stalls?')")
    editor.until(HAS, words="Forty.")
    editor.keys("q")
    editor.until("return vim.bo.buftype == ''")
    editor.lua("vim.api.nvim_set_current_win(chat)", chat=chat)
    say(editor, "What is the rate?")
    editor.until(HAS, words="Nineteen.")
    editor.until(RECEIPTS, n=1)
    assert "STALLS" in str(api.messages[0].body)
    assert "STALLS" not in str(api.messages[1].body)
    editor.lua("vim.cmd.Foreword('ask Sure?')")
    editor.until(HAS, words="Still nineteen.")
    assert "STALLS" not in str(api.messages[2].body)


def test_a_server_that_ends_ends_its_answers_and_another_goes_on(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script((Hold(after=4), "A long answer."))
    say(editor, "First?")
    editor.until(HAS, words="A ")
    editor.lua(
        "for _, id in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(id, 'sigkill') end"
    )
    editor.until(HAS, words="*the server ended before it answered")
    assert "" == editor.until("return { require('foreword').status() }")[0]
    api.release()
    editor.lua("vim.cmd.Foreword('restart')")
    editor.until("return (vim.lsp.get_clients({ name = 'foreword' })[1] or {}).initialized")
    api.script("Back again.")
    say(editor, "Second?")
    editor.until(HAS, words="Back again.")
