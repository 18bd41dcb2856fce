"""Who answers in a chat, and pictures that go with a question, in a real VS Code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from vscode_chat import VIEW, Chat, chatting

# A picture of one pixel, as a browser pastes it.
PASTE = """
await chat.locator('textarea').evaluate((area) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([bytes], 'till.png', { type: 'image/png' }))
  area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
})
"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor") as running:
        yield running


def choose(chat: Chat, model: str, effort: str) -> list[str]:
    """Choose them in the composer; gives what the second list had."""
    chat.click("button.model")
    chat.editor.run("await editor.pick(model, model)", model=model)
    row = "page.locator('.quick-input-list .monaco-list-row', { hasText: 'max' })"
    chat.editor.run(f"await {row}.first().waitFor()")
    costs: list[str] = chat.editor.run(
        "return page.locator('.quick-input-list .monaco-list-row').allInnerTexts()"
    )
    chat.editor.shot("model-picker")
    chat.editor.run("await editor.pick(effort, effort)", effort=effort)
    return costs


def test_a_chat_keeps_the_model_and_effort_that_were_chosen_after_their_cost_was_said(
    chat: Chat, api: MessagesApi
) -> None:
    api.script("First.", "Second.", "Third.")
    chat.answer("One?")
    usual = chat.wait_for("button.model")
    costs = choose(chat, "claude-haiku-4-5", "low")
    assert any("Cold: the next question writes" in row and "$" in row for row in costs)
    assert 1 == len(api.messages)
    chat.wait_for("button.model", "claude-haiku-4-5 · low")
    chat.answer("Two?")
    body = api.messages[-1].body
    assert body is not None
    assert "claude-haiku-4-5" == body["model"]
    chat.editor.open("shop/checkout.py")
    chat.editor.command(VIEW)
    chat.wait_for("button.model", "claude-haiku-4-5 · low")
    chat.click("[aria-label='New chat']")
    chat.wait_for("button.model", usual)
    chat.answer("Three?")
    body = api.messages[-1].body
    assert body is not None
    assert usual == body["model"]


def test_thinking_is_chosen_for_the_chats_that_follow(chat: Chat, api: MessagesApi) -> None:
    api.script("First.", "Second.")
    chat.answer("One?")
    chat.click("button.model")
    chat.editor.run("await editor.pick('Thinking', 'Thinking')")
    row = "page.locator('.quick-input-list .monaco-list-row', { hasText: 'as little as' }).first()"
    chat.editor.run(f"await {row}.waitFor()")
    assert "writes the prefix anew, for $" in chat.editor.run(f"return {row}.innerText()")
    chat.editor.run("await editor.pick('off', 'as little as')")
    chat.click("[aria-label='New chat']")
    chat.wait_for(".welcome")
    chat.answer("Two?")
    styles = [(request.body or {}).get("thinking", {}).get("type") for request in api.messages]
    # What keeps the prefix warm between them follows the setting too.
    assert ("adaptive", "disabled") == (styles[0], styles[-1])


def test_a_picture_that_is_pasted_goes_with_the_question_and_is_told_in_the_receipt(
    chat: Chat, api: MessagesApi
) -> None:
    api.script("It shows a till.", "Again.")
    chat.run(PASTE.replace("atob(data)", f"atob('{PIXEL}')"))
    chat.wait_for(".box .chip", "till.png (1 kB)")
    chat.editor.command("View: Show Explorer")
    chat.editor.command(VIEW)
    chat.wait_for(".box .chip", "till.png (1 kB)")
    chat.answer("What is on it?")
    chat.editor.shot("picture")
    body = str(api.messages[-1].body)
    assert ("image/png" in body, PIXEL in body) == (True, True)
    assert "till.png (1 kB)" in chat.wait_for(".question .chip")
    chat.editor.open("shop/checkout.py")
    chat.editor.command(VIEW)
    assert "till.png (1 kB)" in chat.wait_for(".question .chip")
