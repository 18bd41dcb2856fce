"""`foreword chat` on a real terminal, in tmux: 80 columns, against the stand-in for the Messages API."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.secrets.made_up import after
from foreword_cli import PATIENCE, Foreword, command
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block, tool_use_block
from pictures import png
from prefix_money import prefix_texts
from tmux import Terminal, terminal

EDITOR = "str_replace_based_edit_tool"
STOCK = "".join(f"price_{n} = {n}\n" for n in range(199, 212))
SOLD = STOCK.replace("price_203 = 203\n", "price_203 = 1\n").replace("price_208 = 208\n", "price_208 = 2\n")
TOOLBAR = "claude-sonnet-4-6 · "
PROPOSAL = Reply(
    (
        tool_use_block(EDITOR, {"command": "create", "path": "stock.py", "file_text": SOLD}),
        tool_use_block(EDITOR, {"command": "create", "path": "docs/NEW.md", "file_text": "# Docs\n"}),
    )
)
WHOLE = "Apply this proposal? [y]es, [n]o, [h]unk by hunk, [l]ater:"


@pytest.fixture
def stock(shop: GitRepo) -> GitRepo:
    shop.write("stock.py", STOCK)
    shop.commit("Count the stock")
    return shop


@contextmanager
def chat(
    user: Foreword, shop: GitRepo, *flags: str, env: Sequence[str] = (), size: tuple[int, int] = (80, 40)
) -> Iterator[Terminal]:
    """A chat on a terminal, which is left with its exit code on the screen."""
    folder = Path(tempfile.mkdtemp(prefix="fw-", dir="/tmp"))
    words = " ".join([*env, *command("chat", "-w", str(shop.path), *flags)])
    line = ["sh", "-c", f'trap : INT; env {words}; echo "left with $?"; cat']
    try:
        with terminal(folder, line, shop.path, user.environ(), size) as screen:
            yield screen
    finally:
        shutil.rmtree(folder)


def trusted(user: Foreword, shop: GitRepo) -> None:
    assert 0 == user.run("trust", "-w", str(shop.path)).code


def say(screen: Terminal, words: str) -> None:
    """Type a message and send it; `-l`: the words are no names of keys."""
    screen.run("send-keys", "-l", words)
    screen.keys("Enter")


def statuses(user: Foreword) -> list[str]:
    with closing(sqlite3.connect(user.data / "data" / "ledger.sqlite")) as connection:
        return [status for (status,) in connection.execute("SELECT status FROM request ORDER BY at")]


def test_a_question_is_answered_with_folded_steps_a_receipt_and_the_cost_so_far(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    look = tool_use_block(EDITOR, {"command": "view", "path": "stock.py"})
    search = tool_use_block("search", {"query": "refund"})
    api.script(Reply((text_block("I look."), look, search)), "It has **thirteen** lines:\n\n- one\n- two\n")
    with chat(online, stock) as screen:
        assert "foreword chat: shop (claude-sonnet-4-6)" in screen.wait_for(TOOLBAR + "new chat")
        say(screen, "What is in @stock.py:2-3?")
        # Nothing is sent before the folder is trusted, and the question is put here.
        screen.wait_for("Trust shop, so that text of it may be sent to anthropic? [y/N]")
        assert [] == api.messages
        say(screen, "y")
        shown = screen.wait_for(" in this chat · What is in @stock.py:2-3?")
        screen.shot("terminal-chat")
        assert "I look.\n[2 steps] view stock.py, search refund\nIt has thirteen lines:\n" in shown
        assert "anthropic · claude-sonnet-4-6 · cache: cold" in shown
        say(screen, "/steps")
        assert "view stock.py\nsearch refund\n" in screen.wait_for("> /steps\nview stock.py\nsearch refund")
        screen.keys("C-d")
        screen.wait_for("left with 0")
    *_, turn = prefix_texts(api.messages[0])
    assert "What is in @stock.py:2-3?" in turn


def test_a_proposal_is_decided_hunk_by_hunk_and_taken_back(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script(PROPOSAL, "Sold two.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "Sell some")
        assert "-price_203 = 203\n+price_203 = 1\n" in screen.wait_for(WHOLE)
        assert STOCK == (stock.path / "stock.py").read_text()
        screen.shot("terminal-proposal")
        say(screen, "h")
        for number, answer in enumerate("yny", 1):
            screen.wait_for(f"[{number}] ")
            screen.wait_for("Apply this hunk? [y]es, [n]o, [l]ater, [q]uit:\n")
            say(screen, answer)
        screen.wait_for("2 of 2 files written")
        assert STOCK.replace("= 203\n", "= 1\n") == (stock.path / "stock.py").read_text()
        assert "# Docs\n" == (stock.path / "docs/NEW.md").read_text()
        say(screen, "/undo")
        screen.wait_for("undone: the files are as they were before")
    assert (STOCK, False) == ((stock.path / "stock.py").read_text(), (stock.path / "docs/NEW.md").exists())


def test_a_proposal_that_is_left_for_later_is_decided_by_the_next_chat(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script(PROPOSAL, "Sold two.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "Sell some")
        screen.wait_for(WHOLE)
        say(screen, "")
        screen.wait_for("kept: /proposals ")
        screen.keys("C-d")
        screen.wait_for("left with 0")
    (kept,) = online.json("proposals", stock.path)["proposals"]
    with chat(online, stock, "--resume") as screen:
        # The end of the chat is shown.
        assert "> Sell some\nSold two." in screen.wait_for("in this chat · Sell some")
        say(screen, f"/proposals {kept['proposalId'][:6]}")
        screen.wait_for(WHOLE)
        say(screen, "y")
        screen.wait_for("2 of 2 files written")
    assert SOLD == (stock.path / "stock.py").read_text()


def test_ctrl_c_stops_the_answer_and_not_the_chat(online: Foreword, api: MessagesApi, stock: GitRepo) -> None:
    trusted(online, stock)
    api.script((Hold(after=6), "The refund is made by the warehouse. " * 20), "A new answer.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "What is a refund?")
        screen.wait_for("The refund")
        screen.keys("C-c")
        screen.wait_for("(stopped)")
        assert api.messages[0].disconnected.wait(PATIENCE)
        # While a message is written, it throws that away.
        screen.run("send-keys", "-l", "half a message")
        screen.wait_for("> half a message")
        screen.keys("C-c")
        say(screen, "Again?")
        screen.wait_for("A new answer.")
        say(screen, "/quit")
        screen.wait_for("left with 0")
    assert ["cancelled", "done"] == statuses(online)
    first, second = api.messages
    # The repository is the same; the words of the turn differ.
    assert prefix_texts(first)[:2] == prefix_texts(second)[:2]


def test_what_is_typed_during_an_answer_is_the_next_message_and_confirms_nothing(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script((Hold(after=2), PROPOSAL), "Sold two.", "Another answer.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "Sell some")
        screen.wait_for("waiting for the model")
        say(screen, "y")
        api.release()
        screen.wait_for(WHOLE)
        assert STOCK == (stock.path / "stock.py").read_text()
        say(screen, "n")
        screen.wait_for("rejected")
        say(screen, "And now?")
        screen.wait_for("Another answer.")
    assert STOCK == (stock.path / "stock.py").read_text()


def test_who_does_not_trust_the_folder_sends_nothing(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "What is a refund?")
        screen.wait_for("[y/N]")
        say(screen, "")
        screen.wait_for("foreword: shop is not trusted, so nothing of it is sent to anthropic")
        screen.keys("C-d")
        screen.wait_for("left with 0")
    assert [] == api.messages


def test_a_limit_is_asked_about_here(online: Foreword, api: MessagesApi, stock: GitRepo) -> None:
    trusted(online, stock)
    api.script("For nothing.")
    with chat(online, stock, env=["FOREWORD_LIMITS_CONFIRM=0.001"]) as screen:
        screen.wait_for("new chat")
        say(screen, "What is a refund?")
        screen.wait_for("[y/N]")
        assert [] == api.messages
        say(screen, "y")
        screen.wait_for("For nothing.")


def test_a_secret_in_a_message_is_asked_about_here(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script("A placeholder.")
    token = after("ghp_", 36)(random.Random(1))
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, f"What is {token}?")
        screen.wait_for("send it as it is? [y/N]")
        say(screen, "n")
        screen.wait_for("A placeholder.")
    (sent,) = api.messages
    assert token not in str(sent.body)


@pytest.mark.parametrize("env", [["NO_COLOR=1"], ["TERM=dumb"]], ids=" ".join)
def test_it_works_without_colour_and_without_a_cursor(
    env: list[str], online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script(PROPOSAL, "Sold **two**.")
    with chat(online, stock, env=env) as screen:
        screen.wait_for("Ctrl-D ends.\n> ", "Ctrl-D ends.\n>\n")
        say(screen, "Sell some")
        screen.wait_for(WHOLE)
        say(screen, "y")
        screen.wait_for("2 of 2 files written")
        shown = screen.run("capture-pane", "-e", "-p")
        # Bold, dim and the terminal's own colours (39 and 49) are no colours.
        assert None is re.search(r"\x1b\[(?:\d+;)*(?:[349][0-7]|[34]8)\b", shown)
        screen.keys("C-d")
        screen.wait_for("left with 0")
    assert SOLD == (stock.path / "stock.py").read_text()


def test_what_others_wrote_is_shown_and_not_obeyed(
    online: Foreword, api: MessagesApi, stock: GitRepo
) -> None:
    trusted(online, stock)
    api.script("A title: \x1b]0;mine\x07 and \x1b[2Jnothing.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "What is a refund?")
        shown = screen.wait_for("in this chat")
        # The screen is not cleared, and the title not set.
        assert "> What is a refund?" in shown
        assert "mine" not in screen.run("display-message", "-p", "#{pane_title}")


def test_other_models_own_commands_and_wrong_ones(online: Foreword, api: MessagesApi, stock: GitRepo) -> None:
    trusted(online, stock)
    api.script("Of course.")
    with chat(online, stock, size=(100, 60)) as screen:
        screen.wait_for("new chat")
        say(screen, "/hlep")
        screen.wait_for("foreword: there is no command /hlep: did you mean /help?")
        say(screen, "/help")
        assert "/forecast ..." in screen.wait_for("/tests ...")
        say(screen, "/model claude-haiku-4-5")
        screen.wait_for("claude-haiku-4-5 answers from now on")
        say(screen, "/forecast how is it")
        screen.wait_for("cost     ")
        say(screen, "/explain the stock")
        screen.wait_for("in this chat · Explain the stock")
        say(screen, "/new")
        screen.wait_for("claude-haiku-4-5 · new chat")
        say(screen, "/resume")
        screen.wait_for("/resume ID goes on with one")
    (sent,) = api.messages
    assert sent.body is not None
    assert "claude-haiku-4-5" == sent.body["model"]
    assert "Explain the stock" in prefix_texts(sent)[-1]


def test_without_a_terminal_it_says_what_to_do(online: Foreword, stock: GitRepo) -> None:
    done = online.run("chat", "-w", str(stock.path))
    expected = "foreword: chat needs a terminal: ask one question with `foreword ask`, or many with `foreword batch`\n"
    assert (2, "", expected) == (done.code, done.out, done.err)


def test_chats_are_listed_without_a_terminal(online: Foreword, api: MessagesApi, stock: GitRepo) -> None:
    listed = online.run("chat", "--list", "-w", str(stock.path))
    assert (0, "foreword: there is no chat in this folder yet\n") == (listed.code, listed.err)
    trusted(online, stock)
    api.script("An answer.")
    with chat(online, stock) as screen:
        screen.wait_for("new chat")
        say(screen, "What is a refund?")
        screen.wait_for("in this chat")
    listed = online.run("chat", "--list", "-w", str(stock.path))
    assert "What is a refund?" in listed.out
    missing = online.run("chat", "zzz", "--list", "-w", str(stock.path))
    assert 0 == missing.code


def test_an_effort_stays_with_the_chat_and_a_picture_of_elsewhere_is_attached(
    online: Foreword, api: MessagesApi, stock: GitRepo, tmp_path: Path
) -> None:
    trusted(online, stock)
    shot = tmp_path / "my shot.png"
    shot.write_bytes(png(300, 200))
    api.script("A red square.")
    api.script("A small one.")
    with chat(online, stock) as screen:
        screen.wait_for("Enter sends")
        say(screen, "/effort")
        screen.wait_for("its own, high")
        say(screen, "/effort huge")
        screen.wait_for("takes no effort 'huge'")
        say(screen, "/effort low")
        screen.wait_for("answers with effort low from now on")
        say(screen, f'What is on @"{shot}"?')
        screen.wait_for("A red square.")
        screen.wait_for("effort low · my shot.png sent")
        say(screen, "/effort high")
        # What it costs to change now is told before the next message is sent.
        screen.wait_for("so the next message sends everything anew, for about $0.0")
        say(screen, "/effort low")
        screen.wait_for("effort low ·")
        say(screen, "/quit")
        screen.wait_for("left with 0")
    with chat(online, stock, "--resume") as screen:
        screen.wait_for("A red square.")
        say(screen, "How large?")
        screen.wait_for("A small one.")
    first, second = (recorded.body or {} for recorded in api.messages)
    assert ["low", "low"] == [one["output_config"]["effort"] for one in (first, second)]
    kinds = [block["type"] for block in second["messages"][0]["content"]]
    assert 1 == kinds.count("image")
