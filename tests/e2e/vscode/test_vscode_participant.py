"""`@foreword` in the editor's own chat, with a model beside it: without one, that chat sends nothing to participants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block, tool_use_block
from vscode import HERE, VSCode, vscode

CHECKOUT = "shop/checkout.py"


class OwnChat:
    """The editor's own chat, its input cleared by each question."""

    def __init__(self, editor: VSCode) -> None:
        self.editor = editor

    def ask(self, text: str) -> None:
        """`@foreword` stays in the input, once it was written there."""
        self.editor.run("await editor.askOwnChat(text)", text=text)

    def wait_for(self, words: str) -> str:
        """The text of the last answer, once these words are in it."""
        code = """
        const answer = page.locator('.interactive-session .interactive-response').last()
        await answer.filter({ hasText: words }).waitFor()
        return answer.innerText()
        """
        found: str = self.editor.run(code, words=words)
        return found


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[OwnChat]:
    settings = {"chat.disableAIFeatures": False}
    with vscode(online, shop.path, tmp_path / "editor", settings, (HERE / "model",)) as editor:
        editor.open(CHECKOUT)
        editor.run("await editor.waitForStanding('cold')")
        editor.command("Chat: Open Chat (Ask)")
        editor.run("await page.locator('.chat-input-container').getByText('Scripted').waitFor()")
        yield OwnChat(editor)
        assert [] == editor.problems


def test_an_answer_has_its_receipt_and_its_places_and_the_thread_goes_on(
    chat: OwnChat, api: MessagesApi
) -> None:
    api.script("The total is made in `shop/checkout.py:14`, in **two** steps.", "By the cent.")
    chat.ask("@foreword Where is the total made?")
    told = chat.wait_for("fresh")
    assert "in two steps" in told
    assert "$" in told
    chat.editor.run("await editor.unfoldSteps('Used 1 reference')")
    chat.editor.shot("participant")
    chat.ask("And how is it rounded?")
    assert "By the cent." in chat.wait_for("fresh")
    asked = api.messages[-1].body
    assert asked is not None
    assert "in **two** steps" in str(asked["messages"])
    assert f'path="{CHECKOUT}"' in str(api.messages[0].body)


def test_changes_that_an_answer_proposes_are_reviewed_in_the_diff_editor(
    chat: OwnChat, api: MessagesApi
) -> None:
    change = {"command": "str_replace", "path": CHECKOUT, "old_str": "= 19", "new_str": "= 20"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", change),)), "The rate is 20 percent now.")
    chat.ask("@foreword Raise the rate")
    chat.wait_for("fresh")
    chat.editor.run("await page.getByRole('button', { name: 'Review the changes' }).click()")
    assert ["Accept", "Reject"] == chat.editor.run("return editor.lenses(2)")


def test_an_answer_that_is_stopped_ends_at_the_provider_too(chat: OwnChat, api: MessagesApi) -> None:
    api.script((Hold(1), Reply((text_block("A long answer that nobody waits for."),))))
    chat.ask("@foreword Tell me everything")
    chat.wait_for("A long")
    chat.editor.run("await page.keyboard.press('Control+Escape')")
    assert api.messages[0].disconnected.wait(30)
