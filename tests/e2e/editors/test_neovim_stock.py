"""A stock Neovim with the lines of configuration that the README shows, and no plugin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Status
from neovim import Neovim, neovim
from shop_edits import CHECKOUT, NET, ROUNDED, script_edit

README = Path(__file__).parents[3] / "README.md"
ANSWERS = """
_G.asked = {}
vim.ui.select = function(items, options, choose)
  table.insert(_G.asked, options.prompt)
  choose(items[1], 1)
end
"""
"""A user who takes the first choice of every menu."""
OFFERED = """
vim.fn.cursor(1, 1)
vim.fn.search(symbol, 'c')
local where = vim.lsp.util.make_range_params(0, vim.lsp.get_clients()[1].offset_encoding)
where.context = { diagnostics = vim.lsp.diagnostic.from(vim.diagnostic.get(0)) }
local answer = vim.lsp.get_clients()[1]:request_sync('textDocument/codeAction', where)
return vim.iter(answer and answer.result or {}):any(function(action) return action.title:find(title, 1, true) end)
"""
"""Whether an action is offered: right after the start not all definitions are known."""
APPLY = """
local context = { diagnostics = vim.lsp.diagnostic.from(vim.diagnostic.get(0)) }
vim.lsp.buf.code_action({ apply = true, context = context, filter = function(action) return action.title:find(title, 1, true) end })
"""
"""By itself, this version of Neovim gives a server only the diagnostics that it sent itself."""
PAGE = """
local page = vim.iter(vim.api.nvim_list_bufs()):find(function(buffer)
  return vim.api.nvim_buf_get_name(buffer):find('/chat/', 1, true) ~= nil
end)
local text = page and table.concat(vim.api.nvim_buf_get_lines(page, 0, -1, false), '\\n') or ''
"""


def lines_of_the_readme() -> str:
    shown: list[str] = re.findall(r"```lua\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in shown if "vim.lsp.enable" in block)


@pytest.fixture
def editor(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Neovim]:
    init = tmp_path / "init.lua"
    init.write_text(lines_of_the_readme(), encoding="utf-8")
    with neovim(online, shop.path, "--clean", "-u", str(init)) as running:
        running.lua(ANSWERS)
        running.open(CHECKOUT)
        yield running


def choose(editor: Neovim, symbol: str, title: str) -> None:
    editor.until(OFFERED, symbol=symbol, title=title)
    editor.lua(APPLY, title=title)


def test_it_is_ten_lines() -> None:
    assert 10 == len(lines_of_the_readme().splitlines())


def test_a_code_action_changes_the_buffer_as_proposed_and_one_undo_takes_it_back(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    script_edit(api)
    choose(editor, "net_total", "Document `net_total`")
    editor.until("return vim.bo.modified")
    assert before.replace(NET, ROUNDED) == editor.text()
    assert ["Foreword: may text from shop be sent to the provider anthropic?"] == [
        prompt.partition("?")[0] + "?" for prompt in editor.lua("return _G.asked")
    ]
    editor.keys("u")
    editor.until("return not vim.bo.modified")
    assert before == editor.text()


def test_a_diagnostic_is_fixed(editor: Neovim, api: MessagesApi) -> None:
    before = editor.text()
    script_edit(api, "VAT_PERCENT = 19", "VAT_PERCENT = 20")
    editor.lua(
        "vim.diagnostic.set(vim.api.nvim_create_namespace('linter'), 0, "
        "{ { lnum = 4, col = 0, message = 'the rate is 20 since May', source = 'law' } })"
    )
    choose(editor, "VAT_PERCENT", "Fix")
    editor.until("return vim.bo.modified")
    assert before.replace("19", "20") == editor.text()
    assert "the rate is 20 since May (law)" in str(api.messages[0].body)


def test_an_answer_is_streamed_into_a_buffer(editor: Neovim, api: MessagesApi) -> None:
    code = editor.lua("return vim.api.nvim_get_current_buf()")
    api.script((Hold(after=4), "It is set in shop/checkout.py:5, as VAT_PERCENT, to nineteen percent."))
    editor.lua("vim.cmd.Ask('Where is the VAT rate?')")
    first = editor.until(PAGE + "return text:find('It') and text")
    assert first.startswith("# Where is the VAT rate?\n\nIt")
    assert "nineteen percent." not in first
    api.release()
    last = editor.until(PAGE + "return text:find('fresh:', 1, true) and text")
    assert "to nineteen percent.\n\n---\n\n" in last
    assert "markdown" == editor.lua(PAGE + "return vim.bo[page].filetype")
    assert "Error" not in editor.messages()
    assert "Workspace edit" not in editor.messages()
    editor.lua("vim.cmd.buffer(number)", number=code)
    assert not editor.lua("return vim.bo.modified")


def test_a_failure_is_one_clear_message_and_the_buffer_stays_as_it_is(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    api.fail(Status(400, "the prompt is odd"))
    choose(editor, "net_total", "Document `net_total`")
    told = editor.until("return vim.fn.execute('messages'):match('Foreword:[^\\n]*')")
    assert "the prompt is odd" in told
    assert "stack traceback" not in editor.messages()
    assert before == editor.text()
