"""The plugin of `editors/nvim` in a real Neovim: how a test starts it, and what it asks of its buffers.

with plugged(user, repo.path) as editor:
    begin_chat(editor)
    say(editor, "Where is the rate?")
    assert "fresh: " in editor.until(RECEIPTS, n=1)[0]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foreword_cli import Foreword
from neovim import Neovim, neovim
from shop_edits import CHECKOUT

PLUGIN = Path(__file__).parents[3] / "editors" / "nvim"
NET = '        """Cents without tax."""\n'
SUM = '        """The sum of the basket, in cents and without tax."""\n'
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
FLOATS = "return (vim.api.nvim_win_get_config(0).relative ~= '') == wanted"
TOLD = "return vim.fn.execute('messages'):find(words, 1, true)"
"""Whether the user was told this."""
MARKED = """
local gone, come = {}, {}
local all = vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })
for _, mark in ipairs(all) do
  local line = vim.api.nvim_buf_get_lines(0, mark[2], mark[2] + 1, false)[1]
  if mark[4].line_hl_group == 'DiffDelete' then table.insert(gone, line) end
  for _, piece in ipairs(mark[4].virt_lines or {}) do table.insert(come, piece[1][1]) end
end
return (#gone + #come > 0) == wanted and { gone = gone, come = come }
"""
"""The lines that are marked as going, and those that would come; whether there are any as `wanted`."""
PROPOSED = f"""
local drafts = vim.api.nvim_get_namespaces()['foreword.inline_drafts']
return #vim.api.nvim_buf_get_extmarks(0, drafts, 0, -1, {{}}) == 0 and (function() {MARKED} end)()
"""
"""The same marks once they are those of the whole proposal: while it is written they are there already."""
TABS = "return #vim.api.nvim_list_tabpages() == n"


@contextmanager
def plugged(
    user: Foreword, folder: Path, name: str = CHECKOUT, option: str = "set modeline&"
) -> Iterator[Neovim]:
    """An editor with a file of the folder, a server, and a user who takes the first choice of every menu and sets an `option`."""
    enabled = ("-c", option, "-c", "lua vim.lsp.enable('foreword')")
    flags = ("--clean", "--cmd", f"set runtimepath^={PLUGIN}", *enabled)
    with neovim(user, folder, *flags) as running:
        running.lua("vim.ui.select = function(items, options, choose) choose(items[1], 1) end")
        running.open(name)
        yield running
        told = running.messages()
        assert not re.search(r"\bE\d+:|stack traceback", told), told


def begin_chat(editor: Neovim) -> None:
    """A new chat, in the current window."""
    editor.lua("vim.cmd.Foreword('chat')")
    editor.until(IN_CHAT)


def say(editor: Neovim, words: str) -> None:
    """Ask in the chat of the current window."""
    editor.keys(f"Gi{words}<Esc><CR>")
