"""A stock Helix, on a terminal, with the lines of configuration that `editors/README.md` shows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from helix import helix
from messages_api import MessagesApi, Reply, Status, tool_use_block
from shop_edits import CHECKOUT, NET, ROUNDED, script_edit
from tmux import Terminal

README = Path(__file__).parents[3] / "editors" / "README.md"
TITLES = re.compile(
    r"(?:Rewrite|Simplify|Document|Explain|Write tests for|Review|Ask about|Create) \S+?(?:, as proposed)?(?=\s|$)"
)


def lines_of_the_readme() -> str:
    (shown,) = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(shown)


@pytest.fixture
def screen(online: Foreword, shop: GitRepo) -> Iterator[Terminal]:
    assert 0 == online.run("trust", "--workspace", str(shop.path)).code
    with helix(online, shop.path, lines_of_the_readme(), f"{CHECKOUT}:16") as running:
        running.wait_for("return sum(self.basket)")
        yield running


def choose(screen: Terminal, title: str) -> None:
    """Open the menu of what can be done here until it has this title, and take that.

    Raises:
        TimeoutError: it never had it.
    """
    end = time.monotonic() + PATIENCE
    while title not in (titles := opened(screen)):
        if time.monotonic() > end:
            raise TimeoutError(f"{title} is not in {titles}:\n{screen.screen()}")
        if titles:
            screen.keys("C-c")
    screen.keys(*["Down"] * titles.index(title), "Enter")


def opened(screen: Terminal) -> list[str]:
    """What the menu has, empty if there is nothing yet. The help for the first key takes the place of all that was shown."""
    screen.keys("Space")
    screen.wait_for("Perform code action")
    screen.keys("a")
    shown = screen.wait_for("Write tests for ", "No code actions", "No configured")
    return TITLES.findall(shown)


def saved(screen: Terminal, shop: GitRepo, text: str) -> bool:
    screen.keys(":w", "Enter")
    screen.wait_for("written")
    return (shop.path / CHECKOUT).read_text(encoding="utf-8") == text


def test_a_code_action_changes_the_text_as_proposed_and_one_undo_takes_it_back(
    screen: Terminal, api: MessagesApi, shop: GitRepo
) -> None:
    before = (shop.path / CHECKOUT).read_text(encoding="utf-8")
    script_edit(api)
    choose(screen, "Document `net_total`")
    screen.wait_for("The sum of the")
    assert saved(screen, shop, before.replace(NET, ROUNDED))
    screen.keys("u")
    screen.wait_for("Cents without tax.")
    assert saved(screen, shop, before)


def test_a_failure_is_one_clear_message(screen: Terminal, api: MessagesApi) -> None:
    api.fail(Status(400, "the prompt is odd"))
    choose(screen, "Document `net_total`")
    screen.wait_for("the prompt is odd")
    assert "Cents without tax." in screen.screen()


def test_a_new_file_is_told_before_it_is_written_and_is_then_an_action_of_its_own(
    screen: Terminal, api: MessagesApi, shop: GitRepo
) -> None:
    new = shop.path / "tests" / "test_rate.py"
    created = {"command": "create", "path": "tests/test_rate.py", "file_text": "def test_rate():\n    pass\n"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", created),)), "Done.")
    choose(screen, "Write tests for `net_total`")
    screen.wait_for("the proposal would create tests/test_rate.py")
    assert not new.exists()
    choose(screen, "Create tests/test_rate.py, as proposed")
    end = time.monotonic() + PATIENCE
    while not new.exists():
        assert time.monotonic() < end, screen.screen()
