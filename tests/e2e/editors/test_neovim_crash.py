"""The server is killed at odd moments: it is started again, what was typed and proposed is there, and one message says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply
from neovim import Neovim
from neovim_plugin import HAS, MARKED, NET, PROPOSED, RECEIPTS, SUM, TABS, TOLD, begin_chat, plugged, say
from shop_edits import replaced

KILL = "for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(pid, 9) end"
ENDED = "the server ended before it answered"
BACK = """
local found = vim.lsp.get_clients({ name = 'foreword' })
return #found == 1 and found[1].id > before and found[1].initialized == true
"""


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


def newest(editor: Neovim) -> int:
    return int(
        editor.lua(
            "return math.max(0, unpack(vim.tbl_map(function(c) return c.id end, vim.lsp.get_clients())))"
        )
    )


def killed(editor: Neovim) -> None:
    """Kill the server, and wait for the next one. The user does not lose its patience with it over the whole test."""
    before = newest(editor)
    editor.lua(KILL)
    editor.until(BACK, before=before)
    editor.lua("require('foreword.supervisor').forgive()")


def own_messages(editor: Neovim) -> list[str]:
    return [line for line in editor.messages().splitlines() if "Foreword:" in line]


def test_an_idle_server_and_one_that_just_started_are_started_again_without_a_word(
    editor: Neovim, api: MessagesApi
) -> None:
    killed(editor)
    before = newest(editor)
    editor.lua("vim.cmd.Foreword('restart')")
    editor.until("return #vim.lsp.get_clients({ name = 'foreword' }) == 1")
    editor.lua(KILL)
    editor.until(BACK, before=before)
    assert [] == own_messages(editor)
    api.script("Nineteen.")
    editor.lua("vim.cmd.Foreword('ask What is the rate?')")
    editor.until(HAS, words="Nineteen.")
    editor.until(RECEIPTS, n=1)


def test_a_command_waits_for_the_server_that_has_just_died(editor: Neovim, api: MessagesApi) -> None:
    api.script("Nineteen.")
    editor.lua(KILL)
    editor.until("return #vim.lsp.get_clients({ name = 'foreword' }) == 0")
    editor.lua("vim.cmd.Foreword('ask What is the rate?')")
    editor.until(HAS, words="Nineteen.")
    assert [] == own_messages(editor)


def test_a_float_and_an_edit_under_way_end_with_one_message(editor: Neovim, api: MessagesApi) -> None:
    api.script((Hold(after=4), "Nineteen percent of it."))
    editor.lua("vim.cmd.Foreword('ask What is the rate?')")
    editor.until(HAS, words="N")
    killed(editor)
    editor.until(TOLD, words=ENDED)
    assert 1 == len(own_messages(editor))
    # Not released yet: whoever was killed may be past its hold, and the next answer would not be held.
    api.script((Hold(after=1), "Nothing."))
    editor.lua("vim.cmd.messages('clear')\nvim.cmd.Foreword('edit Raise the rate')")
    api.wait_for_request(2)
    killed(editor)
    editor.until(TOLD, words=ENDED)
    assert 1 == editor.messages().count(ENDED)
    api.release(2)


@pytest.mark.parametrize("streams", [True, False])
def test_a_question_of_a_chat_stays_and_is_asked_again_by_one_word(
    editor: Neovim, api: MessagesApi, *, streams: bool
) -> None:
    begin_chat(editor)
    api.script("First answer.", (Hold(after=4 if streams else 0), "A long answer."), "Second answer.")
    say(editor, "First?")
    editor.until(RECEIPTS, n=1)
    say(editor, "Second?")
    if streams:
        editor.until(HAS, words="A")
    else:
        api.wait_for_request(2)
    editor.keys("Gia draft")
    killed(editor)
    editor.keys("<Esc>")
    editor.until(HAS, words=f"*{ENDED}")
    assert "a draft" in editor.text()
    assert [] == own_messages(editor)
    api.release()
    editor.keys("?Second.$<CR>")
    retried = "vim.cmd.messages('clear')\nvim.cmd.Foreword('retry')\nreturn vim.fn.execute('messages') == ''"
    editor.until(retried)  # as soon as the server has said that it has kept the question
    editor.until(HAS, words="Second answer.")
    assert "First answer." in editor.text()


def proposed(editor: Neovim, api: MessagesApi) -> None:
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"), replaced(NET, SUM))), "Done.")
    editor.lua("vim.cmd.Foreword('edit Raise the rate and say what the total is')")
    editor.until(TABS, n=2)


def test_a_review_goes_on_and_what_was_applied_can_be_taken_back(editor: Neovim, api: MessagesApi) -> None:
    before = editor.text()
    proposed(editor, api)
    editor.keys("x")
    killed(editor)
    editor.keys("<CR>")
    editor.until(TABS, n=1)
    editor.until("return vim.bo.modified")
    assert before.replace(NET, SUM) == editor.text()
    killed(editor)
    editor.lua("vim.cmd.Foreword('undo')")
    editor.until(TOLD, words="taken back in all files")
    assert before == editor.text()


def test_a_proposal_whose_server_dies_while_it_is_applied_is_there_to_be_applied_again(
    editor: Neovim, api: MessagesApi
) -> None:
    before = editor.text()
    proposed(editor, api)
    previous = newest(editor)
    editor.lua(
        "local handle = vim.lsp.handlers['workspace/applyEdit']\n"
        "vim.lsp.handlers['workspace/applyEdit'] = function(...)\n"
        f"  vim.lsp.handlers['workspace/applyEdit'] = handle\n  {KILL}\n"
        "  return { applied = false }\nend"
    )
    editor.keys("<CR>")
    editor.until(BACK, before=previous)
    editor.until(TOLD, words=ENDED)
    assert 1 == editor.messages().count(ENDED)
    assert 2 == editor.lua("return vim.fn.tabpagenr('$')")
    editor.keys("<CR>")
    editor.until(TABS, n=1)
    editor.until("return vim.bo.modified")
    assert before.replace(NET, SUM).replace("19", "20") == editor.text()


def test_an_edit_that_was_being_written_in_the_file_leaves_no_marks(editor: Neovim, api: MessagesApi) -> None:
    before = editor.text()
    long = "".join(f"        # step {n}\n" for n in range(30)) + NET
    api.script((Hold(6), Reply((replaced(NET, long),))))
    editor.lua("vim.api.nvim_win_set_cursor(0, { 15, 0 })\nvim.cmd.Foreword('inline Explain it')")
    editor.until(MARKED, wanted=True)
    editor.lua("vim.cmd.messages('clear')")
    killed(editor)
    editor.until(TOLD, words=ENDED)
    editor.until(MARKED, wanted=False)
    assert (before, 1) == (editor.text(), len(own_messages(editor)))
    api.release()
    api.script(Reply((replaced(NET, SUM),)), "Done.")
    editor.lua("vim.cmd.Foreword('inline Explain it')")
    editor.until(PROPOSED, wanted=True)
    editor.lua("vim.cmd.Foreword('accept all')")
    editor.until("return vim.bo.modified")
    assert before.replace(NET, SUM) == editor.text()


def test_a_server_that_was_reading_the_repository_reads_on(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    for number in range(600):
        shop.write(f"shop/rates/rate_{number}.py", f"RATE_{number} = {number}\n" * 40)
    with plugged(online, shop.path) as editor:
        killed(editor)
        assert [] == own_messages(editor)
        api.script("Nineteen.")
        editor.lua("vim.cmd.Foreword('ask What is the rate?')")
        editor.until(HAS, words="Nineteen.")


def test_a_server_that_dies_again_and_again_is_left_alone_until_the_user_says_so(editor: Neovim) -> None:
    for _ in range(4):
        before = newest(editor)
        editor.lua(KILL)
        editor.until(BACK, before=before)
    editor.lua(KILL)
    editor.until("return #vim.lsp.get_clients({ name = 'foreword' }) == 0")
    editor.lua("vim.cmd.Foreword('usage')")
    editor.until(TOLD, words="`:Foreword restart` starts it anew")
    editor.lua("vim.cmd.Foreword('restart')")
    editor.until("return #vim.lsp.get_clients({ name = 'foreword' }) == 1")
