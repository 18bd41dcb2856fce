"""`:Foreword` in a real Neovim: its words, its reports, its health and its help."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from neovim import Neovim, neovim
from neovim_plugin import HAS, PLUGIN, RECEIPTS, TOLD, begin_chat, plugged, say
from shop_edits import CHECKOUT


@pytest.fixture
def editor(online: Foreword, shop: GitRepo) -> Iterator[Neovim]:
    with plugged(online, shop.path) as running:
        yield running


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


def test_the_reports_are_shown_in_a_float_or_in_a_line(editor: Neovim, api: MessagesApi) -> None:
    api.script("Nineteen.")
    editor.lua("vim.cmd.Foreword('ask What is the rate?')")
    editor.until(RECEIPTS, n=1)
    editor.keys("q")
    for report, words in {
        "context": f"- {CHECKOUT}  ",
        "usage": "| requests |",
        "why": "ask of ",
        "forecast How much?": "tokens of prompt",
        "doctor": "- endpoint: http://127.0.0.1",
    }.items():
        editor.lua("vim.cmd.Foreword(report)", report=report)
        editor.until(HAS, words=words)
        editor.keys("q")
        editor.until("return vim.api.nvim_win_get_config(0).relative == ''")
    for report, words in {
        "trust": "shop is trusted",
        "status": "Foreword: warm ",
        "trust revoke": "shop is not trusted",
        "stop": "nothing is under way",
        "receipt": "use this in a chat, on an answer",
        "edits": "no answer here",
        "revise": "no question here",
    }.items():
        editor.lua("vim.cmd.Foreword(report)", report=report)
        editor.until(TOLD, words=words)


def test_the_prefix_is_listed_by_layer_and_warm_after_a_question(editor: Neovim, api: MessagesApi) -> None:
    (editor.folder / ".env").write_text("KEY=hunter2\n", encoding="utf-8")
    api.script("Nineteen.")
    editor.lua("vim.cmd.Foreword('ask What is the rate?')")
    editor.until(RECEIPTS, n=1)
    editor.keys("q")
    editor.lua("vim.cmd.Foreword('context')")
    editor.until(HAS, words="## base")
    shown = editor.text()
    assert re.search(r"^\| base +\| +[\d,]+ \| +\d+ \| +5m \| +warm 5 min \|$", shown, re.MULTILINE)
    assert re.search(r"^\| delta +\| +0 \| +0 \| +- \| +- \|$", shown, re.MULTILINE)
    assert re.search(rf"^- {CHECKOUT}  \d+, full$", shown, re.MULTILINE)
    assert "- .env  secret\n" in shown
    editor.keys("/checkout.py<CR>gf")
    editor.until("return vim.fn.expand('%:t') == 'checkout.py'")


def test_a_menu_says_what_each_word_does_and_a_range_goes_where_it_can(
    editor: Neovim, api: MessagesApi
) -> None:
    script = """
        local menu
        vim.ui.select = function(items, options, choose)
          if not menu then
            menu = vim.tbl_map(options.format_item, items)
            choose(chosen)
          else
            choose(items[1])
          end
        end
        vim.cmd(command)
        return menu
    """
    shown = editor.lua(script, command="Foreword", chosen="status")
    assert "explain   what this does" in shown
    assert "why       what the cache did with the last request" in shown
    api.script("It adds up.")
    offered = editor.lua(script, command="14,16Foreword", chosen="explain")
    assert {line.split()[0] for line in offered} < {line.split()[0] for line in shown}
    assert [] == [line for line in offered if line.startswith("why")]
    editor.until(HAS, words="It adds up.")
    editor.until(RECEIPTS, n=1)
    assert 'lines="14-16"' in str(api.messages[0].body)
    editor.keys("q")
    editor.until("return vim.bo.buftype == ''")
    editor.keys(":15Foreword why<CR>")
    editor.until(TOLD, words="Foreword: :Foreword why takes no range")
    assert ["day"] == editor.lua("return vim.fn.getcompletion('Foreword usage d', 'cmdline')")


GREETING = "# \u043f\u0440\u0438\u0432\u0435\u0442, \u044d\u0442\u043e \u043f\u0440\u043e\u0432\u0435\u0440\u043a\u0430\nx = 1\n"


def test_text_in_an_older_encoding_is_read_as_the_editor_reads_it(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    shop.write("shop/cyrillic.py", GREETING.encode("iso8859-5"))
    shop.commit()
    set_option = "set fileencodings=ucs-bom,utf-8,iso-8859-5"
    with plugged(online, shop.path, "shop/cyrillic.py", set_option) as editor:
        assert GREETING.rstrip("\n") == editor.text().rstrip("\n")
        begin_chat(editor)
        say(editor, "What is shop/cyrillic.py about?")
        editor.until(RECEIPTS, n=1)
    sent = json.dumps(api.requests[-1].body, ensure_ascii=False)
    assert GREETING.partition("\n")[0] in sent
    assert "<unsaved path=" not in sent


def test_nothing_is_loaded_before_it_is_used_and_the_health_is_good(online: Foreword, shop: GitRepo) -> None:
    with neovim(online, shop.path, "--clean", "--cmd", f"set runtimepath^={PLUGIN}") as running:
        loaded = (
            "return vim.iter(package.loaded):any(function(name) return name:find('^foreword') ~= nil end)"
        )
        assert not running.lua(loaded)
        assert [
            "receipt",
            "reject",
            "rename",
            "restart",
            "retry",
            "review",
            "revise",
            "rewrite",
        ] == running.lua("return vim.fn.getcompletion('Foreword re', 'cmdline')")
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


def test_the_help_is_found_and_the_health_says_how(online: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    copy = shutil.copytree(PLUGIN, tmp_path / "nvim", ignore=shutil.ignore_patterns("tags"))
    with neovim(online, shop.path, "--clean", "--cmd", f"set runtimepath^={copy}") as running:
        running.lua("vim.cmd.checkhealth('foreword')")
        running.until(HAS, words="not enabled")
        assert f"`:helptags {copy}/doc`" in running.text()
        assert "no server runs" in running.text()
        running.lua("vim.cmd.helptags(folder)", folder=f"{copy}/doc")
        running.lua("vim.cmd.help('foreword-chat')")
        running.until(HAS, words="A chat is a buffer")
