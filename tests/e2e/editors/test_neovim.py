"""The plugin of `editors/nvim` in a real Neovim, with a real server and the stand-in behind it: chats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, Status, text_block, tool_use_block
from neovim import Neovim
from neovim_plugin import BELOW, HAS, IN_CHAT, NET, RECEIPTS, SUM, TABS, TOLD, begin_chat, plugged, say
from pictures import base64_of, png
from shop_edits import CHECKOUT, replaced

PROMPT = "──── <CR> sends"


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


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


def test_the_next_answer_knows_of_a_change_and_the_status_turns_warm(
    editor: Neovim, api: MessagesApi
) -> None:
    editor.until("return require('foreword').status():find('foreword: cold', 1, true)")
    begin_chat(editor)
    api.script("One.", "Two.")
    say(editor, "One?")
    (first,) = editor.until(RECEIPTS, n=1)
    assert "fresh: no file changed since the base" in first
    assert editor.until("return require('foreword').status():match('warm %d min')")
    path = editor.folder / CHECKOUT
    path.write_text(path.read_text(encoding="utf-8").replace("19", "21"), encoding="utf-8")
    say(editor, "Two?")
    second = editor.until(RECEIPTS, n=2)[1]
    assert "fresh: with 1 changed file" in second
    editor.keys("K")
    editor.until(BELOW + "return vim.iter(found):find('  changed: shop/checkout.py')")


def test_nulls_are_left_out_whichever_way_neovim_hands_them_on(editor: Neovim) -> None:
    told = """
        local value = { told = { text = "One", note = vim.NIL, list = { { at = vim.NIL }, { at = 2 } } }, more = false }
        return require("foreword.json_null").without(value)
    """
    assert {"told": {"text": "One", "list": [{}, {"at": 2}]}, "more": False} == _plain(editor.lua(told))
    editor.until("return require('foreword').status():find('foreword: cold', 1, true)")
    standing = """
        local client = vim.lsp.get_clients()[1]
        local folder, index = vim.uri_from_fname(client.root_dir), { done = 1, total = 1 }
        local told = { workspace = folder, index = index, warmUntil = vim.NIL, hitRatio = vim.NIL, spentToday = 7 }
        client.handlers["foreword/status"](nil, told, { client_id = client.id })
        return require("foreword").status()
    """
    assert "foreword: cold · $7.00 today" == editor.lua(standing)


def _plain(value: Any) -> Any:  # noqa: ANN401  # as json.loads is typed
    """JSON of Lua, where an empty table is a list."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) or {} for inner in value] if isinstance(value, list) else value


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


def test_the_edits_of_a_chat_are_shown_and_applied(editor: Neovim, api: MessagesApi) -> None:
    editor.lua("vim.cmd('14,16Foreword chat')")
    editor.until(IN_CHAT)
    with_lines = (
        "return vim.iter(found):any(function(line) return line:find('with checkout.py:14-16,', 1, true) end)"
    )
    editor.until(BELOW + with_lines)
    api.script(Reply((text_block("I change it."), replaced(NET, SUM))), "Done.")
    say(editor, "Say what it is.")
    assert '<attached path="shop/checkout.py" lines="14-16">' in str(api.wait_for_request().body)
    shown_with = (
        BELOW
        + "return vim.tbl_count(vim.tbl_filter(function(line) return line == 'with checkout.py:14-16' end, found)) == 1"
    )
    editor.until(shown_with)
    editor.until(BELOW + f"return vim.iter(found):find('edits {CHECKOUT}: gp shows them')")
    editor.keys(":e<CR>")
    editor.until(RECEIPTS, n=1)
    editor.until(shown_with)
    editor.keys("gp")
    editor.until(TABS, n=2)
    editor.keys("<CR>")
    editor.until(TABS, n=1)
    assert SUM in editor.lua(
        "return table.concat(vim.fn.getbufline(vim.fn.bufnr(name), 1, '$'), '\\n')", name=f"{CHECKOUT}$"
    )


def asked(api: MessagesApi) -> dict[str, Any]:
    """The last request that wants an answer: others keep the prefix warm."""
    bodies = [request.body for request in api.messages if request.body]
    return next(body for body in reversed(bodies) if body["max_tokens"] > 0)


PICKS = """
vim.ui.select = function(items, options, choose)
  for _, item in ipairs(items) do
    local words = (options.format_item or tostring)(item)
    seen = (seen or '') .. words .. '\\n'
    for _, wanted in ipairs(picks) do
      if words:find(wanted, 1, true) then return choose(item) end
    end
  end
end
"""


def test_a_chat_has_a_model_of_its_own_whose_cost_is_said_before(editor: Neovim, api: MessagesApi) -> None:
    begin_chat(editor)
    api.script("Nineteen.", "Nineteen, still.")
    say(editor, "What is the rate?")
    editor.until(RECEIPTS, n=1)
    editor.lua(PICKS + "vim.cmd.Foreword('model')", picks=["claude-haiku-4-5 ", "low "])
    editor.until(
        BELOW + "return #vim.tbl_filter(function(l) return l:find('haiku', 1, true) end, found) == 1"
    )
    assert "(cold: the next question writes " in editor.lua("return seen")
    assert "as in the settings" in editor.lua("return seen")
    assert any(f"{PROMPT} to claude-haiku-4-5 · low, " in line for line in editor.lua(BELOW + "return found"))
    say(editor, "And now?")
    editor.until(RECEIPTS, n=2)
    assert "claude-haiku-4-5" == asked(api)["model"]
    editor.lua("vim.cmd.edit()")
    editor.until(RECEIPTS, n=2)
    editor.until(BELOW + "return #vim.tbl_filter(function(l) return l:find('haiku', 1, true) end, found) > 0")


def test_a_picture_and_a_file_go_with_the_next_question(editor: Neovim, api: MessagesApi) -> None:
    shot = editor.folder.parent / "till.png"
    shot.write_bytes(png(300, 200))
    editor.lua("vim.cmd.Foreword('attach README.md')")
    editor.until(TOLD, words="use this in a chat")
    begin_chat(editor)
    editor.lua("vim.cmd.Foreword('attach /nowhere.png')")
    editor.until(TOLD, words="/nowhere.png is no file")
    editor.lua("vim.cmd.Foreword('attach ' .. path)", path=str(shot))
    editor.lua("vim.cmd.Foreword('attach README.md')")
    assert any("with till.png, README.md" in line for line in editor.lua(BELOW + "return found"))
    api.script("A till.")
    say(editor, "What is this?")
    editor.until(RECEIPTS, n=1)
    body = str(asked(api))
    assert (True, True) == (base64_of(png(300, 200)) in body, 'path="README.md"' in body)
    editor.keys("?What is this.$<CR>")
    # One for what may be sent meanwhile to keep the prefix warm.
    api.script("A till, still.", "A till, still.")
    editor.lua("vim.cmd.Foreword('retry')")
    editor.until(HAS, words="A till, still.")
    sent = [str(request.body) for request in api.messages]
    assert 2 == len([body for body in sent if base64_of(png(300, 200)) in body])
    # Another session has its name, and not its data.
    editor.lua("vim.cmd.edit()")
    editor.until(
        BELOW + "return #vim.tbl_filter(function(l) return l:find('till.png', 1, true) end, found) > 0"
    )
