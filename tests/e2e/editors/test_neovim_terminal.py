"""The plugin of `editors/nvim` as a person sees it: on a terminal, with keys.

With `FOREWORD_TEST_SHOTS` naming a folder, the pictures of the README come from here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from installed import environ
from messages_api import Hold, MessagesApi, Reply, Status, text_block, tool_use_block
from neovim import binary
from neovim_plugin import PLUGIN
from shop_edits import CHECKOUT, replaced
from tmux import Terminal, terminal

INIT = """
vim.lsp.enable("foreword")
vim.o.termguicolors = true
vim.o.laststatus = 3
vim.o.statusline = " %{&buftype == '' ? expand('%:.') : ''} %m%=%{v:lua.require'foreword'.status()} "
vim.api.nvim_create_autocmd("FileType", { pattern = "python", callback = function() vim.bo.syntax = "python" end })
vim.diagnostic.config({ virtual_text = true })
"""
RATE = f"""The rate is `VAT_PERCENT` in {CHECKOUT}:5. `Checkout.gross_total` uses it:

```python
return (self.net_total() * (100 + VAT_PERCENT) + 50) // 100
```

It rounds half up, to whole cents.
"""
LINTER = """:lua vim.diagnostic.set(vim.api.nvim_create_namespace("linter"), 0, \
{ { lnum = 4, col = 0, message = "the rate is 20 since May", source = "law" } })"""


@pytest.fixture
def screen(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Terminal]:
    init = tmp_path / "init.lua"
    init.write_text(INIT, encoding="utf-8")
    flags = ["--clean", "-n", "--cmd", f"set runtimepath^={PLUGIN}", "-u", str(init), CHECKOUT]
    with tempfile.TemporaryDirectory(prefix="fw-") as place:
        env = environ(online, Path(place))
        with terminal(Path(place), [str(binary()), *flags], shop.path, env) as running:
            running.wait_for("foreword: cold")
            yield running


def trust(screen: Terminal) -> None:
    screen.wait_for("may text from shop be sent to the provider anthropic?")
    screen.keys("1", "Enter")


def test_a_chat_with_trust_steps_a_stop_and_edits(screen: Terminal, api: MessagesApi) -> None:
    screen.keys(":Foreword chat", "Enter")
    screen.wait_for("──── <CR> sends, <C-c> stops ──")
    looked = Reply(
        (
            text_block("I look it up."),
            tool_use_block("search", {"query": "VAT"}),
            tool_use_block("symbols", {"name": "Checkout"}),
        )
    )
    api.script(looked, RATE)
    screen.keys("iWhere is the VAT rate?", "Escape", "Enter")
    trust(screen)
    answered = screen.wait_for("cache: cold")
    assert "# Where is the VAT rate?" in screen.wait_for("# Where")
    assert "→ 2 steps: search VAT, look up Checkout" in answered
    assert f"in {CHECKOUT}:5." in answered
    screen.wait_for("foreword: warm 5 min")
    screen.shot("neovim-chat")
    api.script((Hold(after=4), "A long answer that nobody needs."))
    screen.keys("GiMore?", "Escape", "Enter")
    screen.wait_for("… answering")
    screen.keys("C-c")
    assert "nobody needs" not in screen.wait_for("*stopped*")
    api.release()
    change = replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"), replaced("half up", "half down")
    api.script(Reply(change), "Both are done.")
    screen.keys("GiChange it.", "Escape", "Enter")
    screen.wait_for("gp shows them")
    screen.keys("gp")
    screen.wait_for("✓ to be applied")
    screen.keys("x")
    screen.wait_for("✗ rejected")
    screen.shot("neovim-edits")
    screen.keys("Enter")
    applied = screen.wait_for("applied: u takes it back")
    assert "VAT_PERCENT = 19" in applied
    assert "half down" in applied


def test_a_quick_fix_freshness_the_context_and_a_fault(
    screen: Terminal, api: MessagesApi, shop: GitRepo
) -> None:
    screen.keys(LINTER, "Enter")
    screen.wait_for("■ the rate is 20 since May")
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")
    choose(screen, "Fix: the rate is 20 since May")
    trust(screen)
    screen.wait_for("VAT_PERCENT = 20")
    screen.keys("u")
    screen.wait_for("VAT_PERCENT = 19")
    screen.wait_for("foreword: warm 5 min")
    shop.write("README.md", "# Market\n")
    api.script("It is the market's.")
    screen.keys(":Foreword ask Whose is it?", "Enter")
    assert "fresh: with 1 changed file" in screen.wait_for("fresh: ")
    screen.keys("q", ":Foreword context", "Enter")
    shown = screen.wait_for("│| delta")
    assert "warm 5 min |" in shown
    assert f"- {CHECKOUT}  " in shown
    screen.shot("neovim-context")
    screen.keys("q")
    api.fail(Status(400, "the prompt is odd"))
    screen.keys(":Foreword ask Odd?", "Enter")
    told = screen.wait_for("the prompt is odd")
    assert 1 == told.count("Foreword: ")
    assert "traceback" not in told


def choose(screen: Terminal, title: str) -> None:
    """Open the menu of what can be done on line 5 until it has this title, and take that."""
    screen.keys("5G", "gra")
    shown = screen.wait_for("Code actions:")
    number = next(line.split(":")[0].strip() for line in shown.splitlines() if title in line)
    screen.keys(number, "Enter")


def test_an_explanation_floats_above_the_code(screen: Terminal, api: MessagesApi) -> None:
    api.script((Hold(after=4), f"It adds the prices up, see {CHECKOUT}:15."))
    screen.keys("14G", ":Foreword explain", "Enter")
    trust(screen)
    assert "╭ explain net_total ──" in screen.wait_for("It")
    assert "q stops ╯" in screen.screen()
    api.release()
    shown = screen.wait_for("cache: cold")
    assert f"│It adds the prices up, see {CHECKOUT}:15." in shown
    assert "q closes · gf opens a place ╯" in shown
    assert "Where money changes hands" in shown
    screen.keys("q")
    screen.keys(":Foreword nonsense", "Enter")
    screen.wait_for("there is no :Foreword nonsense")
