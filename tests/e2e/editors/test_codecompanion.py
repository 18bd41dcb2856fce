"""CodeCompanion, a chat plugin that speaks ACP, in a real Neovim against `foreword acp`.

It runs where FOREWORD_TEST_CODECOMPANION names a folder with clones of `codecompanion.nvim` and `plenary.nvim`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreword_cli import Foreword, command
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi
from neovim import Neovim, neovim
from shop_edits import CHECKOUT, script_edit

WHERE = "FOREWORD_TEST_CODECOMPANION"
PLUGINS = Path(os.environ.get(WHERE, ""))

pytestmark = pytest.mark.skipif(
    not os.environ.get(WHERE), reason=f"no plugin: {WHERE} names the folder with its clone"
)

SETUP = """\
vim.opt.rtp:append(plugins .. "/plenary.nvim")
vim.opt.rtp:append(plugins .. "/codecompanion.nvim")
require("codecompanion").setup({
  adapters = {
    acp = {
      foreword = function()
        local helpers = require("codecompanion.adapters.acp.helpers")
        return {
          name = "foreword",
          formatted_name = "Foreword",
          type = "acp",
          roles = { llm = "assistant", user = "user" },
          opts = {},
          commands = { default = command },
          defaults = { mcpServers = {}, timeout = 60000 },
          parameters = {
            protocolVersion = 1,
            clientCapabilities = { fs = { readTextFile = true, writeTextFile = true } },
            clientInfo = { name = "CodeCompanion.nvim", version = "1.0.0" },
          },
          handlers = {
            setup = function() return true end,
            form_messages = function(self, messages, capabilities)
              return helpers.form_messages(self, messages, capabilities)
            end,
            on_exit = function() end,
          },
        }
      end,
    },
  },
  interactions = { chat = { adapter = "foreword" } },
})
require("codecompanion").chat()
"""
CHAT = "local chat = require('codecompanion').last_chat()\n"
TEXT = CHAT + "return table.concat(vim.api.nvim_buf_get_lines(chat.bufnr, 0, -1, false), '\\n')"


@contextmanager
def chatting(user: Foreword, repo: GitRepo) -> Iterator[Neovim]:
    with neovim(user, repo.path, "--clean") as editor:
        editor.lua(SETUP, plugins=str(PLUGINS), command=list(command("acp")))
        editor.until(CHAT + "return chat ~= nil")
        # The plugin begins a session by itself, beside what its user does: a prompt or another session in between would
        # end in one that it does not look at.
        editor.until(CHAT + "local acp = chat.acp_connection\nreturn acp ~= nil and acp.session_id ~= nil")
        yield editor


def ask(editor: Neovim, text: str) -> None:
    editor.lua(
        CHAT + "chat:add_buf_message({ role = 'user', content = text })\nchat:submit()",
        text=text,
    )


def until_shown(editor: Neovim, text: str) -> None:
    editor.until(
        f"{TEXT.replace('return ', 'local shown = ')}\nreturn shown:find(text, 1, true) ~= nil", text=text
    )


def press(editor: Neovim, label: str) -> None:
    """Press the key that the chat shows for a choice."""
    editor.lua(
        CHAT
        + """
        local lines = vim.api.nvim_buf_get_lines(chat.bufnr, 0, -1, false)
        for n = #lines, 1, -1 do
          local key = lines[n]:match("^%- `(.-)` %- " .. vim.pesc(label) .. "$")
          if key then
            return vim.api.nvim_buf_call(chat.bufnr, function()
              vim.fn.maparg(key, "n", false, true).callback()
            end)
          end
        end
        error("there is no choice " .. label)
        """,
        label=label,
    )


def test_a_chat_streams_an_answer_and_shows_its_receipt(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    api.script("A refund gives the money back.")
    with chatting(online, shop) as editor:
        ask(editor, "What is a refund?")
        until_shown(editor, "May text from shop be sent")
        press(editor, "Always accept")
        until_shown(editor, "A refund gives the money back.")
        until_shown(editor, "cache: cold")


def test_an_allowed_edit_is_in_the_file_and_a_refused_one_is_not(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    script_edit(api, "VAT_PERCENT = 19", "VAT_PERCENT = 20")
    script_edit(api, "VAT_PERCENT = 20", "VAT_PERCENT = 21")
    with chatting(online, shop) as editor:
        ask(editor, "Raise the VAT to 20 percent")
        until_shown(editor, "May text from shop be sent")
        press(editor, "Always accept")
        until_shown(editor, f"Proposed edits for `{CHECKOUT}`")
        press(editor, "Accept")
        editor.until("return table.concat(vim.fn.readfile(path)):find('PERCENT = 20') ~= nil", path=CHECKOUT)
        editor.until(CHAT + "return chat.current_request == nil")
        ask(editor, "Raise it to 21 percent")
        editor.until(
            f"{TEXT.replace('return ', 'local shown = ')}\n"
            "local _, n = shown:gsub('Proposed edits for', '')\nreturn n == 2"
        )
        press(editor, "Reject")
        editor.until(CHAT + "return chat.current_request == nil")
    assert "VAT_PERCENT = 20" in (shop.path / CHECKOUT).read_text(encoding="utf-8")


def test_an_answer_is_stopped(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    api.script((Hold(after=2), "It takes a while to say what this is about."))
    with chatting(online, shop) as editor:
        ask(editor, "What is a refund?")
        until_shown(editor, "May text from shop be sent")
        press(editor, "Always accept")
        until_shown(editor, "It takes")
        editor.lua(CHAT + "chat:stop()")
        assert api.messages[0].disconnected.wait(60)


def test_a_chat_of_before_is_resumed_with_what_was_said(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    api.script("A refund gives the money back.")
    with chatting(online, shop) as editor:
        ask(editor, "What is a refund?")
        until_shown(editor, "May text from shop be sent")
        press(editor, "Always accept")
        until_shown(editor, "cache: cold")
    with chatting(online, shop) as editor:
        editor.lua(
            CHAT
            + """
            vim.ui.select = function(items, _, choose) choose(items[1], 1) end
            local resume = require("codecompanion.interactions.chat.slash_commands.builtin.resume")
            resume.new({ Chat = chat, config = {}, context = {} }):execute()
            """
        )
        until_shown(editor, "What is a refund?")
        until_shown(editor, "A refund gives the money back.")
        ask(editor, "And a voucher?")
        editor.until(CHAT + "return chat.current_request == nil")
        assert 3 == len((api.wait_for_request(2, 60).body or {})["messages"])
