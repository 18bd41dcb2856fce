"""The plugin of `editors/nvim` as a person sees it: on a terminal, with keys."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, tool_use_block
from neovim import binary, environ
from tmux import Terminal, terminal

PLUGIN = Path(__file__).parent.parent.parent / "editors" / "nvim"
CHECKOUT = "shop/checkout.py"
INIT = """
vim.lsp.enable("foreword")
vim.o.laststatus = 3
vim.o.statusline = "%f %m%=%{v:lua.require'foreword'.status()} "
"""


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


def replaced(old: str, new: str) -> dict[str, object]:
    given = {"command": "str_replace", "path": CHECKOUT, "old_str": old, "new_str": new}
    return tool_use_block("str_replace_based_edit_tool", given)


def test_a_chat_with_trust_steps_a_stop_and_edits(screen: Terminal, api: MessagesApi) -> None:
    screen.keys(":Foreword chat", "Enter")
    screen.wait_for("──── <CR> sends, <C-c> stops ──")
    looked = Reply(
        (tool_use_block("search", {"query": "VAT"}), tool_use_block("symbols", {"name": "Checkout"}))
    )
    api.script(looked, f"The rate is in {CHECKOUT}:5.")
    screen.keys("iWhere is the rate?", "Escape", "Enter")
    screen.wait_for("may text from shop be sent to the provider anthropic?")
    screen.keys("1", "Enter")
    answered = screen.wait_for("cache: cold")
    assert "# Where is the rate?" in screen.wait_for("# Where")
    assert "→ 2 steps: search VAT, look up Checkout" in answered
    assert f"The rate is in {CHECKOUT}:5." in answered
    screen.wait_for("foreword: warm 5 min")
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
    screen.keys("Enter")
    applied = screen.wait_for("applied: u takes it back")
    assert "VAT_PERCENT = 19" in applied
    assert "half down" in applied


def test_an_explanation_floats_above_the_code(screen: Terminal, api: MessagesApi) -> None:
    api.script((Hold(after=4), f"It adds the prices up, see {CHECKOUT}:15."))
    screen.keys("14G", ":Foreword explain", "Enter")
    screen.wait_for("may text from shop")
    screen.keys("1", "Enter")
    assert "╭ explain net_total ──" in screen.wait_for("It")
    api.release()
    shown = screen.wait_for("cache: cold")
    assert f"│It adds the prices up, see {CHECKOUT}:15." in shown
    assert "Where money changes hands" in shown
    screen.keys("q")
    screen.keys(":Foreword nonsense", "Enter")
    screen.wait_for("there is no :Foreword nonsense")
