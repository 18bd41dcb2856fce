"""The plugin of `editors/nvim` in a real Neovim, with a real server and the stand-in behind it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, Status, text_block, tool_use_block
from neovim import Neovim, neovim

PLUGIN = Path(__file__).parent.parent.parent / "editors" / "nvim"
CHECKOUT = "shop/checkout.py"
EDITOR = "str_replace_based_edit_tool"
NET = '        """Cents without tax."""\n'
SUM = '        """The sum of the basket, in cents and without tax."""\n'
PROMPT = "──── <CR> sends"
BELOW = """
local found = {}
for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
  for _, line in ipairs(mark[4].virt_lines or {}) do table.insert(found, line[1][1]) end
end
"""
"""The lines that are shown and are no text."""
IN_CHAT = "return vim.api.nvim_buf_get_name(0):find('foreword://chat/', 1, true) and vim.fn.line('$') > 2"
HAS = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'):find(words, 1, true)"
RECEIPTS = BELOW + (
    "found = vim.tbl_filter(function(line) return line:find('fresh: ', 1, true) end, found)\n"
    "return #found >= n and found"
)
TABS = "return #vim.api.nvim_list_tabpages() == n"


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    flags = ("--clean", "--cmd", f"set runtimepath^={PLUGIN}", "-c", "lua vim.lsp.enable('foreword')")
    with neovim(online, shop.path, *flags) as running:
        running.lua("vim.ui.select = function(items, options, choose) choose(items[1], 1) end")
        running.open(CHECKOUT)
        yield running
        assert not re.search(r"\bE\d+:|stack traceback", running.messages())


def begin_chat(editor: Neovim) -> None:
    editor.lua("vim.cmd.Foreword('chat')")
    editor.until(IN_CHAT)


def say(editor: Neovim, words: str) -> None:
    editor.keys(f"Gi{words}<Esc><CR>")


def replaced(old: str, new: str) -> dict[str, object]:
    return tool_use_block(
        EDITOR, {"command": "str_replace", "path": CHECKOUT, "old_str": old, "new_str": new}
    )


def help_of(folder: Path) -> Path:
    """A copy of the help: its tags are written beside it."""
    shutil.copytree(PLUGIN / "doc", folder / "help" / "doc")
    return folder / "help"


def test_an_answer_is_streamed_into_the_chat_while_the_cursor_stays(editor: Neovim, api: MessagesApi) -> None:
    code = editor.lua("return vim.api.nvim_get_current_win()")
    begin_chat(editor)
    looked = Reply(
        (tool_use_block("search", {"query": "VAT"}), tool_use_block("symbols", {"name": "Checkout"}))
    )
    api.script(looked, (Hold(after=5), f"The rate is set in {CHECKOUT}:5,\nas a plain\nnumber, for all."))
    say(editor, "Where is the rate?")
    editor.until(HAS, words="The")
    assert "for all" not in editor.text()
    editor.lua("vim.api.nvim_win_set_cursor(0, { 1, 0 })")
    api.release()
    editor.until(RECEIPTS, n=1)
    assert 1 == editor.lua("return vim.fn.line('.')")
    assert (
        "\n## You\n\nWhere is the rate?\n\n## Foreword\n\n→ search VAT\n→ look up Checkout\n\n"
        f"The rate is set in {CHECKOUT}:5,\nas a plain\nnumber, for all.\n\n"
    ) in editor.text()
    assert 9 == editor.lua("return vim.fn.foldclosed(10)")
    assert "→ 2 steps: search VAT, look up Checkout" == editor.lua("return vim.fn.foldtextresult(9)")
    assert any(line.startswith(PROMPT) for line in editor.lua(BELOW + "return found"))
    editor.keys("/checkout.py<CR>gf")
    editor.until("return vim.fn.expand('%:t') == 'checkout.py'")
    assert [code, 5] == editor.lua("return { vim.api.nvim_get_current_win(), vim.fn.line('.') }")


def test_the_file_that_is_shown_is_pinned_and_unpinned(editor: Neovim, shop: GitRepo) -> None:
    editor.lua("vim.cmd.Foreword('pin')")
    editor.until("return vim.fn.execute('messages'):find('pinned: shop/checkout.py; the base', 1, true)")
    assert f'[context]\npins = [\n    "{CHECKOUT}",\n]\n' == (shop.path / ".foreword.toml").read_text()
    editor.lua("vim.cmd.Foreword('context')")
    editor.until(HAS, words="- shop/checkout.py  ")
    assert re.search(r"- shop/checkout.py  \d+, full, pinned\n", editor.text())
    editor.lua("vim.cmd.close()")
    editor.lua("vim.cmd.Foreword('unpin shop/checkout.py')")
    editor.until("return vim.fn.execute('messages'):find('unpinned: shop/checkout.py; ', 1, true)")
    editor.lua("vim.cmd.Foreword('pin gone.py')")
    editor.until("return vim.fn.execute('messages'):find('gone.py can\\'t be pinned', 1, true)")
    assert ["shop/checkout.py"] == editor.lua(
        "return vim.fn.getcompletion('Foreword pin shop/ch', 'cmdline')"
    )


def test_a_cursor_at_the_end_follows_the_answer(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script((Hold(after=4), "One two three four five six seven\n\neight."))
    say(editor, "Count.")
    editor.until(HAS, words="One")
    editor.lua("vim.fn.search('^One')")
    api.release()
    editor.until(RECEIPTS, n=1)
    assert "eight." == editor.lua("return vim.fn.getline('.')")


def test_an_answer_is_stopped_and_the_chat_goes_on(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script((Hold(after=4), "A long answer that nobody needs."), "A short one.")
    say(editor, "Tell me everything.")
    editor.until(HAS, words="A")
    editor.lua("vim.api.nvim_feedkeys(vim.keycode('<C-c>'), 'm', false)")
    editor.until(HAS, words="*stopped*")
    say(editor, "In short?")
    editor.until(HAS, words="A short one.")
    editor.until(RECEIPTS, n=2)
    assert "nobody needs" not in editor.text()


def test_chats_survive_being_read_anew_and_questions_are_revised(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script("First answer.", "Second answer.", "Other answer.", "Again.")
    say(editor, "First?")
    editor.until(RECEIPTS, n=1)
    say(editor, "Second?")
    editor.until(RECEIPTS, n=2)
    before = editor.text()
    editor.keys("Giwhat I was about to say<Esc>:e<CR>")
    editor.until(HAS, words="what I was about to say")
    assert before.splitlines()[2:] == [*editor.text().splitlines()[2:-1], ""]
    editor.keys("?Second.$<CR>")
    editor.lua("vim.cmd.Foreword('revise')")
    editor.until("return vim.fn.getline('$') == 'Second?'")
    assert "Second answer." not in editor.text()
    editor.keys("Gccother<Esc><CR>")
    editor.until(HAS, words="Other answer.")
    editor.until(RECEIPTS, n=2)
    editor.lua("vim.cmd.Foreword('retry')")
    editor.until(HAS, words="Again.")
    editor.until(RECEIPTS, n=2)
    assert "Other answer." not in editor.text()
    editor.keys(":bwipeout<CR>")
    editor.until("return vim.bo.buftype == ''")
    editor.lua("vim.ui.select = function(items, _, choose) choose(items[2]) end\nvim.cmd.Foreword('chat')")
    editor.until(HAS, words="Again.")
    assert editor.text().startswith("# First?\n")


def test_hunks_are_rejected_and_accepted_and_one_undo_takes_them_back(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"), replaced(NET, SUM))), "Done.")
    editor.lua("vim.cmd.Foreword('edit Raise the rate and say what the total is')")
    editor.until(TABS, n=2)
    assert "-VAT_PERCENT = 19\n+VAT_PERCENT = 20\n" in editor.text()
    assert before == editor.lua("return table.concat(vim.fn.getbufline(1, 1, '$'), '\\n') .. '\\n'")
    editor.keys("x<CR>")
    editor.until(TABS, n=1)
    editor.until("return vim.bo.modified")
    assert before.replace(NET, SUM) == editor.text()
    editor.keys("u")
    editor.until("return not vim.bo.modified")
    assert before == editor.text()


def test_the_symbol_under_the_cursor_is_fixed_and_explained(editor: Neovim, api: MessagesApi) -> None:
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
    api.script((Hold(after=4), "It adds the prices up."))
    editor.lua("vim.cmd('15Foreword explain')")
    editor.until(HAS, words="It")
    assert "" != editor.lua("return vim.api.nvim_win_get_config(0).relative")
    api.release()
    editor.until(RECEIPTS, n=1)
    assert "It adds the prices up.\n" == editor.text()
    editor.keys("q")
    editor.until("return vim.bo.buftype == ''")


def test_the_next_answer_knows_of_a_change_and_the_status_turns_warm(
    editor: Neovim, api: MessagesApi
) -> None:
    editor.until("return require('foreword').status():find('foreword: cold', 1, true)")
    begin_chat(editor)
    api.script("One.", "Two.")
    say(editor, "One?")
    (first,) = editor.until(RECEIPTS, n=1)
    assert "fresh: as at the anchor" in first
    assert editor.until("return require('foreword').status():match('warm %d min')")
    path = editor.folder / CHECKOUT
    path.write_text(path.read_text(encoding="utf-8").replace("19", "21"), encoding="utf-8")
    say(editor, "Two?")
    second = editor.until(RECEIPTS, n=2)[1]
    assert "fresh: knows of 1 changed file" in second
    editor.keys("K")
    editor.until(BELOW + "return vim.iter(found):find('  changed: shop/checkout.py')")


def test_a_fault_of_the_api_is_one_clear_message_and_the_chat_goes_on(
    editor: Neovim, api: MessagesApi
) -> None:
    begin_chat(editor)
    api.fail(Status(400, "the prompt is odd"))
    say(editor, "Odd?")
    editor.until(HAS, words="the prompt is odd")
    (told,) = [line for line in editor.text().splitlines() if "odd" in line and line.startswith("*")]
    assert "rejects the request" in told
    assert "" == editor.messages().strip()
    api.script("Even.")
    say(editor, "Even?")
    editor.until(HAS, words="Even.")


def test_the_edits_of_a_chat_are_shown_and_the_context_is_listed(editor: Neovim, api: MessagesApi) -> None:
    editor.lua("vim.cmd('14,16Foreword chat')")
    editor.until(IN_CHAT)
    with_lines = (
        "return vim.iter(found):any(function(line) return line:find('with checkout.py:14-16,', 1, true) end)"
    )
    editor.until(BELOW + with_lines)
    api.script(Reply((text_block("I change it."), replaced(NET, SUM))), "Done.")
    say(editor, "Say what it is.")
    assert '<attached path="shop/checkout.py" lines="14-16">' in str(api.wait_for_request().body)
    editor.until(BELOW + f"return vim.iter(found):find('edits {CHECKOUT}: gp shows them')")
    editor.keys("gp")
    editor.until(TABS, n=2)
    editor.keys("<CR>")
    editor.until(TABS, n=1)
    assert SUM in editor.lua(
        "return table.concat(vim.fn.getbufline(vim.fn.bufnr(name), 1, '$'), '\\n')", name=f"{CHECKOUT}$"
    )
    for report, words in {
        "context": f"- {CHECKOUT}",
        "usage": "requests",
        "why": "chat",
        "trust": "trusted",
    }.items():
        editor.lua("vim.cmd.Foreword(report)", report=report)
        editor.until(HAS, words=words)
        editor.keys("q")
        editor.until("return vim.api.nvim_win_get_config(0).relative == ''")


def test_nothing_is_loaded_before_it_is_used_and_the_health_is_good(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    with neovim(online, shop.path, "--clean", "--cmd", f"set runtimepath^={PLUGIN}") as running:
        loaded = (
            "return vim.iter(package.loaded):any(function(name) return name:find('^foreword') ~= nil end)"
        )
        assert not running.lua(loaded)
        assert ["receipt", "restart", "retry", "review", "revise", "rewrite"] == running.lua(
            "return vim.fn.getcompletion('Foreword re', 'cmdline')"
        )
        running.lua(
            "require('foreword').setup({ trusted = true, settings = { model = 'claude-haiku-4-5' } })"
        )
        running.open(CHECKOUT)
        running.lua("vim.cmd.checkhealth('foreword')")
        running.until(HAS, words="runs in")
        assert "ERROR" not in running.text()
        assert "WARNING" not in running.text()
        running.keys(":bwipeout<CR>")
        before = running.lua("return vim.lsp.get_clients()[1].id")
        running.lua("vim.cmd.Foreword('restart')")
        running.until("return (vim.lsp.get_clients()[1] or { id = before }).id ~= before", before=before)
        running.lua("vim.cmd.helptags(vim.fn.fnameescape(folder .. '/doc'))", folder=str(help_of(tmp_path)))
