"""One-shot answers in the Neovim plugin: a float above the code, which can be stopped, read and put aside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Status
from neovim import Neovim
from neovim_plugin import FLOATS, HAS, RECEIPTS, TOLD, plugged
from shop_edits import CHECKOUT

LONG = "\n".join(f"- step {number}, see {CHECKOUT}:15" for number in range(1, 80))


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


def test_an_answer_is_read_from_its_top_while_it_grows_and_ends_with_its_receipt(
    editor: Neovim, api: MessagesApi
) -> None:
    api.script((Hold(after=40), LONG))
    editor.lua("vim.cmd('15Foreword explain')")
    editor.until(HAS, words="step 1,")
    assert editor.lua(FLOATS, wanted=True)
    api.release()
    editor.until(RECEIPTS, n=1)
    assert [1, 1] == editor.lua("return { vim.fn.line('.'), vim.fn.line('w0') }")
    assert f"{LONG}\n\n" == editor.text()
    editor.keys("G")
    editor.until("return vim.fn.line('.') == vim.fn.line('$')")
    receipt_row = editor.lua("return vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, {})[1][2]")
    assert editor.lua("return vim.fn.line('$')") == receipt_row + 2, (
        "it stands above the last line, as none is shown below"
    )


def test_a_cited_place_is_opened_with_the_answer_beside_it(editor: Neovim, api: MessagesApi) -> None:
    code = editor.lua("return vim.api.nvim_get_current_win()")
    editor.lua("vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'not saved' })")
    api.script(f"It adds the prices up, see `{CHECKOUT}:15-16`.")
    editor.lua("vim.cmd.Foreword('ask How is the total made?')")
    editor.until(RECEIPTS, n=1)
    answer = editor.lua("return vim.api.nvim_get_current_win()")
    editor.keys("/checkout.py<CR>gf")
    editor.until("return vim.fn.expand('%:t') == 'checkout.py'")
    assert [code, 15] == editor.lua("return { vim.api.nvim_get_current_win(), vim.fn.line('.') }")
    assert "" == editor.lua("return vim.api.nvim_win_get_config(answer).relative", answer=answer)
    assert [code, answer] == editor.lua("return vim.api.nvim_tabpage_list_wins(0)")
    editor.lua("vim.api.nvim_set_current_win(answer)", answer=answer)
    editor.keys("q")
    editor.until("return #vim.api.nvim_tabpage_list_wins(0) == 1")


@pytest.mark.parametrize("keys", ["q", "<Esc>", ":Foreword stop<CR>"])
def test_an_answer_is_stopped_with_its_float(editor: Neovim, api: MessagesApi, keys: str) -> None:
    api.script((Hold(after=4), "A long answer that nobody needs."))
    editor.lua("vim.cmd.Foreword('ask Tell me everything')")
    editor.until(HAS, words="A")
    editor.keys(keys)
    editor.until(FLOATS, wanted=False)
    assert api.wait_for_request().disconnected.wait(PATIENCE)
    api.release()


def test_a_fault_is_one_message_and_no_float_stays(editor: Neovim, api: MessagesApi) -> None:
    api.fail(Status(400, "the prompt is odd"))
    editor.lua("vim.cmd.Foreword('ask Odd?')")
    editor.until(TOLD, words="the prompt is odd")
    editor.until(FLOATS, wanted=False)
    assert 1 == editor.messages().count("the prompt is odd")


def test_lines_of_a_range_are_asked_about(editor: Neovim, api: MessagesApi) -> None:
    api.script("It is a sum.")
    editor.lua("vim.cmd('14,16Foreword ask What is this?')")
    editor.until(RECEIPTS, n=1)
    body = str(api.messages[0].body)
    assert f'path="{CHECKOUT}" lines="14-16"' in body
    assert "What is this?" in body
