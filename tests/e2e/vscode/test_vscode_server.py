"""The server beside a real VS Code: killed at any moment, without trust, asked for consent, with a key of the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, Status, text_block, tool_use_block
from vscode_chat import CHECKOUT, Chat, chatting, kill_server, servers_of

RAISED = {
    "command": "str_replace",
    "path": CHECKOUT,
    "old_str": "VAT_PERCENT = 19",
    "new_str": "VAT_PERCENT = 20",
}
DIFF = "await page.waitForSelector('.monaco-diff-editor .codelens-decoration')"


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor") as running:
        yield running


def test_a_server_that_is_killed_comes_back_and_nobody_loses_anything(
    chat: Chat, api: MessagesApi, online: Foreword
) -> None:
    api.script("One.")
    chat.answer("Before?")
    kill_server(online)
    chat.editor.run("await editor.waitForMessage('was started again')")
    chat.editor.run("await editor.waitForStanding('warm|cold')")
    api.script("Two.")
    chat.answer("When idle?")
    api.script((Hold(1), Reply((text_block("A long answer that breaks off."),))))
    chat.ask("While it streams?")
    chat.wait_for(".markdown", "A lo")
    kill_server(online)
    chat.wait_for(".failure button", "Try again")
    chat.editor.shot("server-killed")
    api.release()
    api.script("Three.")
    chat.click(".failure button")
    chat.wait_for(".answer", "Three.")
    assert ["Before?", "When idle?", "While it streams?"] == chat.all(".question-text")
    assert 1 >= len(chat.editor.run("return editor.messages()"))
    assert 1 == len(servers_of(online))


def test_a_review_goes_on_after_the_server_was_killed(chat: Chat, api: MessagesApi, online: Foreword) -> None:
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", RAISED),)), "Done.")
    chat.editor.command("Foreword: Edit with an Instruction...")
    chat.editor.run(f"await editor.fillInput('Raise it'); {DIFF}")
    kill_server(online)
    chat.editor.run("await editor.waitForMessage('was started again')")
    chat.editor.run("await editor.lens('Accept', 0)")
    chat.editor.run("await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))")
    chat.editor.run("await editor.waitForText('VAT_PERCENT = 20')")
    chat.editor.command("Foreword: Restart the Server")
    chat.editor.run("await editor.waitForStanding('warm|cold')")
    assert 1 >= len(chat.editor.run("return editor.messages()"))
    assert 1 == len(servers_of(online))


def test_nothing_is_sent_before_the_folder_may_be_opened_and_its_text_be_sent(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    with chatting(online, shop, tmp_path / "editor", keeps_trust=True) as chat:
        chat.ask("What is this?")
        assert "trust the workspace in this editor" in chat.wait_for(".failure", "trust")
        chat.editor.shot("restricted")
        assert ([], 0) == (chat.editor.run("return editor.messages()"), len(api.messages))
        chat.click(".failure button:has-text('Manage Workspace Trust')")
        chat.editor.run(
            "await page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click()"
        )
        chat.editor.run("await page.locator('.monaco-modal-editor-block .codicon-close').first().click()")
        chat.click(".failure button:has-text('Try again')")
        assert "may text from shop be sent" in chat.wait_for(".asked p")
        assert 0 == len(api.messages)
        chat.click(".asked button:has-text('Not now')")
        assert "foreword trust" in chat.wait_for(".failure", "not trusted")
        chat.click(".failure button:has-text('Try again')")
        chat.click(".asked button:has-text('Trust this folder')")
        chat.wait_for(".answer .receipt")
        assert not online.json("trust", shop.path, "--revoke")["trusted"]
        n_sent = len(api.messages)
        chat.ask("And now?")
        chat.wait_for(".failure", "not trusted")
        assert n_sent == len(api.messages)


def test_consent_to_a_cost_stands_in_the_chat_until_it_is_given(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    with chatting(online, shop, tmp_path / "editor", foreword_limits_confirm=0.000001) as chat:
        chat.ask("What is this?")
        asked = chat.wait_for(".asked p")
        chat.editor.shot("consent")
        assert ("$" in asked, 0) == (True, len(api.messages))
        chat.editor.command("View: Show Explorer")
        chat.editor.command("Foreword: Focus on Chat View")
        chat.wait_for(".asked p", "$")
        chat.click(".asked .secondary")
        chat.wait_for(".failure", "Try again")
        assert 0 == len(api.messages)
        chat.click(".failure button:has-text('Try again')")
        chat.click(".asked .primary")
        chat.wait_for(".answer .receipt")
        assert [] == chat.editor.run("return editor.messages()")


def test_a_wrong_key_leads_to_the_place_where_another_is_kept(chat: Chat, api: MessagesApi) -> None:
    api.fail(Status(401, "invalid x-api-key"))
    chat.ask("What is this?")
    chat.wait_for(".failure button", "Set API Key")
    chat.editor.shot("wrong-key")
    chat.click(".failure button:has-text('Set API Key')")
    chat.editor.run("await editor.fillInput('sk-of-the-keyring')")
    chat.editor.run("await editor.waitForStanding('warm|cold')")
    chat.click(".failure button:has-text('Try again')")
    chat.wait_for(".answer .receipt")
    assert "Bearer sk-of-the-keyring" == api.messages[-1].headers["authorization"]
    kept = list((chat.editor.workspace.parent / "editor").rglob("settings.json"))
    assert not any("sk-of-the-keyring" in path.read_text(encoding="utf-8") for path in kept)


def test_a_draft_stays_when_another_view_is_shown_and_a_long_answer_is_followed_to_its_end(
    chat: Chat, api: MessagesApi
) -> None:
    chat.run("await chat.locator('textarea').fill('Half a question')")
    chat.drop(f"vscode-remote://127.0.0.1{chat.editor.workspace}/README.md")
    chat.wait_for(".box .chip", "README.md")
    chat.editor.command("View: Show Explorer")
    chat.editor.command("Foreword: Focus on Chat View")
    chat.wait_for(".box .chip", "README.md")
    assert "Half a question" == chat.run("return chat.locator('textarea').inputValue()")
    long = "\n\n".join(f"Step {n}:\n\n```python\nprice_{n} = {n}\n```\n\n- one\n- two" for n in range(60))
    api.script((Hold(150), Reply((text_block(long),))))
    chat.ask("Tell me all steps")
    chat.wait_for(".markdown", "Step 9:")
    away = "const s = document.querySelector('.transcript'); return s.scrollHeight - s.scrollTop - s.clientHeight"
    assert 40 > chat.run(f"return chat.evaluate(() => {{ {away} }})")
    chat.run("await chat.locator('.markdown').last().hover(); await chat.page().mouse.wheel(0, -600)")
    chat.wait_for(".to-end")
    chat.editor.shot("jump-to-end")
    api.release()
    chat.wait_for(".answer .receipt")
    assert 300 < chat.run(f"return chat.evaluate(() => {{ {away} }})")
    chat.click(".to-end")
    assert 40 > chat.run(f"return chat.evaluate(() => {{ {away} }})")
