"""Ways into the chat view of a real VS Code, and out of it: the light bulb, symbols, files that are dragged, code blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block, tool_use_block
from vscode_chat import CHECKOUT, Chat, chatting

CODE = "def net(basket):\n    return sum(basket)"
"""Two lines that an answer has in a block."""
IN_BLOCK = f"Like this:\n\n```python\n{CODE}\n```\n"
NET_TOTAL = 14
"""The line of `net_total`."""


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor", foreword_lsp_symbols="on") as running:
        yield running


def last_question(api: MessagesApi) -> str:
    """What the newest request says last."""
    asked = api.messages[-1].body
    assert asked is not None
    return str(asked["messages"][-1])


def put_cursor(chat: Chat, line: int) -> None:
    """Leave the chat for a line of the file beside it."""
    chat.editor.run("await page.locator('.monaco-editor .view-line').first().click()")
    chat.editor.run("await editor.goTo(line)", line=line)


def test_an_explanation_of_what_the_cursor_is_in_streams_into_a_chat_of_its_own(
    chat: Chat, api: MessagesApi
) -> None:
    api.script("Hello.", (Hold(2), Reply((text_block("It sums up the cents."),))))
    chat.answer("Hello?")
    put_cursor(chat, NET_TOTAL)
    chat.editor.command("Foreword: Explain This")
    chat.wait_for(".markdown", "It sums")
    assert ["Explain `net_total`"] == chat.all(".question-text")
    assert ["checkout.py:14-16"] == chat.all(".question .chip")
    chat.editor.shot("chat-explain")
    api.release()
    assert "fresh" in chat.wait_for(".receipt summary")
    assert f'path="{CHECKOUT}" lines="14-16"' in last_question(api)
    chat.click(".title")
    assert "Hello?" in chat.wait_for(".chat-list", "Hello?")


def test_a_question_of_the_menu_of_code_actions_asks_for_its_words_first(
    chat: Chat, api: MessagesApi
) -> None:
    put_cursor(chat, NET_TOTAL)
    chat.editor.run("await editor.sourceAction('Ask about `net_total`')")
    chat.editor.run("await editor.fillInput('Who calls it?')")
    chat.wait_for(".receipt summary", "fresh")
    assert ["Who calls it?"] == chat.all(".question-text")
    assert f'path="{CHECKOUT}" lines="14-16"' in last_question(api)


def test_a_symbol_is_picked_from_this_file_or_found_in_the_workspace(chat: Chat, api: MessagesApi) -> None:
    for typed, label, chip in (
        ("", "gross_total", "checkout.py:18-20"),
        ("make_basket", "basket_000", "basket_000.py"),
    ):
        chat.click("button[aria-label=Attach]")
        chat.run("await chat.locator('[role=menuitem]', { hasText: 'Symbol' }).click()")
        chat.editor.run("await editor.pick(typed, label)", typed=typed, label=label)
        chat.wait_for(".box .chip", chip)
    chat.editor.shot("chat-symbols")
    chat.answer("What are these?")
    assert f'path="{CHECKOUT}" lines="18-20"' in last_question(api)


def test_a_file_that_is_dragged_on_the_page_is_attached(chat: Chat) -> None:
    chat.editor.run("await editor.dragTabToWebview('.composer')")
    chat.wait_for(".box .chip", "checkout.py")


def test_code_of_an_answer_is_copied(chat: Chat, api: MessagesApi) -> None:
    api.script(IN_BLOCK)
    chat.answer("How?")
    chat.editor.run("await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])")
    chat.run("await chat.locator('.code').hover()")
    chat.click("[aria-label='Copy the code']")
    chat.run("await chat.locator('.code .icon-done').waitFor()")
    reads = "async (wanted) => wanted === (await navigator.clipboard.readText())"
    chat.editor.run(f"await page.waitForFunction({reads}, wanted)", wanted=CODE)


def test_code_of_an_answer_takes_the_place_of_the_selection(chat: Chat, api: MessagesApi) -> None:
    api.script(IN_BLOCK)
    chat.answer("How?")
    chat.editor.run("await page.locator('.monaco-editor .view-line').first().click()")
    chat.editor.run("await page.keyboard.press('Control+A')")
    chat.run("await chat.locator('.code').hover()")
    chat.click("[aria-label='Insert the code at the cursor']")
    chat.editor.run("await editor.waitForText('return sum(basket)')")
    chat.editor.run("await editor.save()")
    assert CODE == (chat.editor.workspace / CHECKOUT).read_text(encoding="utf-8")


def test_code_of_an_answer_is_applied_to_the_open_file_by_way_of_a_review(
    chat: Chat, api: MessagesApi
) -> None:
    before = (chat.editor.workspace / CHECKOUT).read_text(encoding="utf-8")
    change = {
        "command": "str_replace",
        "path": CHECKOUT,
        "old_str": "VAT_PERCENT = 19",
        "new_str": "VAT_PERCENT = 20",
    }
    api.script(IN_BLOCK, Reply((tool_use_block("str_replace_based_edit_tool", change),)), "Done.")
    chat.answer("How?")
    chat.run("await chat.locator('.code').hover()")
    chat.click("[aria-label^='Apply the code']")
    assert ["Accept", "Reject"] == chat.editor.run("return editor.lenses(2)")
    assert "def net(basket)" in str(api.messages[1].body)
    chat.editor.shot("chat-applied-code")
    assert before == (chat.editor.workspace / CHECKOUT).read_text(encoding="utf-8")
