"""What the editor asks and offers beside the chat's page, in a real VS Code: dialogs, the source control view, files from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from pictures import base64_of, png
from vscode_chat import Chat, chatting

MESSAGE = "Charge nothing for the bag"
FILE_DROP = """
await chat.evaluate(({ name, type, data }) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0))
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([bytes], name, { type }))
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}, { name, type, data })
"""


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor") as running:
        yield running


def listed(chat: Chat) -> list[str]:
    """The titles of the chats, as the list that is open has them."""
    chat.wait_for(".chat-list")
    return chat.all(".chat-list .chat-title")


def test_enter_in_the_dialog_of_the_status_bar_spends_nothing(chat: Chat, api: MessagesApi) -> None:
    api.script("Nineteen.")
    chat.answer("What is the rate?")
    n_sent = len([request for request in api.messages if request.body and request.body["max_tokens"] > 0])
    chat.editor.run("await page.locator(editor.standingSelector).click()")
    chat.editor.run("await page.locator('.monaco-dialog-box').waitFor()")
    buttons = "return page.locator('.monaco-dialog-box .monaco-button').allInnerTexts()"
    assert ["Report", "Limits", "Warm the Prefix", "Cancel"] == sorted(
        chat.editor.run(buttons), key=["Report", "Limits", "Warm the Prefix", "Cancel"].index
    )
    chat.editor.run("await page.keyboard.press('Enter')")
    chat.editor.run("await page.locator('.tab.active', { hasText: 'Foreword: Report' }).waitFor()")
    now = [request for request in api.messages if request.body and request.body["max_tokens"] > 0]
    assert n_sent == len(now)
    assert [] == chat.editor.run("return editor.messages()")


def test_the_button_of_the_source_control_view_writes_the_message_into_its_box(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    shop.write("shop/bag.py", "BAG_CENTS = 0\n")
    shop.git("add", "shop/bag.py")
    with chatting(online, shop, tmp_path / "editor", git_enabled=True) as chat:
        chat.editor.run("await page.locator('.activitybar [aria-label^=\"Source Control\"]').first().click()")
        button = ".sidebar [aria-label*='Write the Commit Message']"
        chat.editor.run("await page.locator('.sidebar .pane-header', { hasText: 'Changes' }).first().hover()")
        chat.editor.run("await page.locator(button).first().waitFor()", button=button)
        api.script(MESSAGE, MESSAGE)
        chat.editor.run("await page.locator(button).first().click()", button=button)
        chat.editor.run(
            "await page.locator('.scm-editor .view-line', { hasText: words }).waitFor()", words=MESSAGE
        )
        chat.editor.shot("commit-message")
        assert "BAG_CENTS = 0" in str([request.body for request in api.messages])
        assert "A  shop/bag.py" in shop.git("status", "--porcelain")


def test_chats_are_searched_renamed_exported_and_deleted_by_the_keys_of_the_editors_lists(
    chat: Chat, api: MessagesApi
) -> None:
    api.script("Nineteen.", "Cents.")
    chat.answer("What is the rate?")
    chat.click("[aria-label='New chat']")
    chat.wait_for(".welcome")
    chat.answer("In what unit are prices?")
    chat.click(".title")
    assert ["In what unit are prices?", "What is the rate?"] == listed(chat)
    chat.run("await chat.locator('.chat-search').fill('rate')")
    chat.run(
        "await chat.locator('.chat-list li:not([hidden])', { hasText: 'unit' }).waitFor({ state: 'detached' })"
    )
    chat.run("await chat.locator('.chat-open', { hasText: 'rate' }).press('F2')")
    chat.editor.run("await editor.fillInput('The rate')")
    chat.wait_for(".chat-list .chat-title", "The rate")
    chat.editor.shot("chats-renamed")
    chat.run(
        "await chat.locator('.chat-list li', { hasText: 'The rate' }).locator('[aria-label^=Export]').click()"
    )
    chat.editor.run("await editor.waitForText('Nineteen.')")
    chat.editor.run("await editor.waitForText('What is the rate?')")
    chat.editor.command("Foreword: Chats of This Workspace")
    chat.run("await chat.locator('.chat-open', { hasText: 'The rate' }).press('Delete')")
    question = chat.editor.run("return page.locator('.monaco-dialog-box').innerText()")
    assert 'Delete the chat "The rate"' in question
    chat.editor.run("await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Cancel' }).click()")
    chat.editor.command("Foreword: Chats of This Workspace")
    assert "The rate" in listed(chat)
    chat.run("await chat.locator('.chat-open', { hasText: 'The rate' }).press('Delete')")
    chat.editor.run("await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click()")
    chat.run("await chat.locator('.chat-title', { hasText: 'The rate' }).waitFor({ state: 'detached' })")
    assert ["In what unit are prices?"] == chat.all(".chat-list .chat-title")


CHOOSE_FILE = """
const dialog = editor.page.locator(".quick-input-widget:visible");
const input = dialog.locator("input").first();
await dialog.locator(".monaco-list-row").first().waitFor();
await input.fill(path);
await dialog.locator(".monaco-list-row", { hasText: name }).waitFor();
await editor.page.waitForFunction(
  (wanted) => [...document.querySelectorAll(".quick-input-widget input")].some((one) => one.value === wanted), path);
await input.press("Enter");
"""
"""The editor's own dialog reads the folder of a path before it takes it: before, it would go back to where it was."""


def test_pictures_are_dropped_from_outside_and_chosen_from_the_disk(
    chat: Chat, api: MessagesApi, tmp_path: Path
) -> None:
    dropped, chosen = png(300, 200), png(200, 100)
    chat.run(FILE_DROP, name="till.png", type="image/png", data=base64_of(dropped))
    chat.wait_for(".box .chip", "till.png")
    chat.run(FILE_DROP, name="sound.mp3", type="audio/mpeg", data=base64_of(b"ID3"))
    assert "sound.mp3 can't be attached: pictures" in chat.wait_for(".notice")
    path = tmp_path / "shelf.png"
    path.write_bytes(chosen)
    chat.click("button[aria-label='Attach']")
    chat.run("await chat.locator('.menu button', { hasText: 'Picture or PDF' }).click()")
    chat.editor.run(CHOOSE_FILE, path=str(path), name=path.name)
    chat.wait_for(".box .chip", "shelf.png")
    chat.editor.shot("pictures")
    api.script("A till and a shelf.")
    chat.answer("What are these?")
    sent = str([request.body for request in api.messages])
    assert (True, True) == (base64_of(dropped) in sent, base64_of(chosen) in sent)
    names = chat.all(".question .chip")
    assert ["till.png", "shelf.png"] == [name.split()[0] for name in names]
