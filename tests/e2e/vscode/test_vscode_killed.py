"""`kill -9` of the server at ten moments, in a real VS Code: nothing is lost, and one message at most is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block
from shop_edits import replaced
from vscode_chat import Chat, chatting, kill_server, restart_server, servers_of

RAISED = Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),))
DRAFT = "Half a question"
LENSES = "await page.waitForSelector('.codelens-decoration')"
# What was not applied any more stands there to be accepted again.
SETTLED = """
await editor.again(async (timeout) => {
  if (await page.locator('.codelens-decoration').count()) await editor.lens('Accept', 0)
  await page.waitForSelector('.monaco-diff-editor', { state: 'detached', timeout })
})
"""
NO_DIFF = "await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))"


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor") as running:
        yield running


def retried(chat: Chat, words: str) -> None:
    """The question stands in the chat with a button, and is answered."""
    chat.click(".failure button:has-text('Try again')")
    chat.wait_for(".answer", words)
    chat.wait_for(".answer .receipt")


class Kill(Protocol):
    """Kills the server; or with `anew` the one that is started in its place, as soon as the status bar says what is `told`."""

    def __call__(self, *, anew: bool = False, told: str = "") -> None: ...


Moment = Callable[[Chat, MessagesApi, Kill], None]


def idle(_: Chat, __: MessagesApi, kill: Kill) -> None:
    kill()


def starting(_: Chat, __: MessagesApi, kill: Kill) -> None:
    kill(anew=True)


def indexing(chat: Chat, _: MessagesApi, kill: Kill) -> None:
    rates = chat.editor.workspace / "shop" / "rates"
    rates.mkdir()
    for number in range(400):
        (rates / f"rate_{number}.py").write_text(f"RATE_{number} = {number}\n" * 40, encoding="utf-8")
    kill(anew=True, told="files|warm|cold")


def before_the_first_word(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    api.script((Hold(0), "Nothing."), "Twenty.")
    chat.ask("What is the rate?")
    api.wait_for_request(2)
    kill()
    chat.wait_for(".failure button", "Try again")
    api.release()
    retried(chat, "Twenty.")


def streaming(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    api.script((Hold(1), Reply((text_block("A long answer that breaks off."),))), "Twenty.")
    chat.ask("What is the rate?")
    chat.wait_for(".markdown", "A lo")
    kill()
    chat.wait_for(".failure button", "Try again")
    api.release()
    retried(chat, "Twenty.")


def between_tools(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    look = {"type": "tool_use", "id": "toolu_look", "name": "search", "input": {"query": "rate"}}
    api.script(Reply((look,)), (Hold(0), "Nothing."), "Twenty.")
    chat.ask("What is the rate?")
    api.wait_for_request(3)
    kill()
    chat.wait_for(".failure button", "Try again")
    api.release()
    retried(chat, "Twenty.")


def writing_inline(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    api.script((Hold(5), RAISED), RAISED, "Done.")
    chat.editor.run("await page.locator('.monaco-editor .view-line').first().click(); await editor.goTo(5)")
    chat.editor.command("Foreword: Edit Here...")
    focused = ".review-widget .monaco-editor.focused"
    chat.editor.run(f"await page.waitForSelector('{focused}'); await page.keyboard.type('Raise it')")
    chat.editor.run("await page.keyboard.press('Enter')")
    api.wait_for_request(2)
    kill()
    chat.editor.run("await page.locator('.review-widget .view-line', { hasText: 'Raise it' }).waitFor()")
    api.release()
    chat.editor.run(f"await page.waitForSelector('{focused}'); await page.keyboard.press('Enter'); {LENSES}")
    chat.editor.run("await editor.lens('Accept', 0); await editor.waitForText('VAT_PERCENT = 20')")


def proposed(chat: Chat, api: MessagesApi) -> None:
    api.script(RAISED, "Done.")
    chat.editor.run("await page.locator('.monaco-editor .view-line').first().click()")
    chat.editor.command("Foreword: Edit with an Instruction...")
    chat.editor.run(
        f"await editor.fillInput('Raise it'); await page.waitForSelector('.monaco-diff-editor'); {LENSES}"
    )


def reviewing(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    proposed(chat, api)
    kill()
    chat.editor.run(
        f"await editor.lens('Accept', 0); {NO_DIFF}; await editor.waitForText('VAT_PERCENT = 20')"
    )


def applying(chat: Chat, api: MessagesApi, kill: Kill) -> None:
    proposed(chat, api)
    chat.editor.run("await editor.lens('Accept', 0)")
    kill()
    chat.editor.run(SETTLED)
    chat.editor.run("await editor.waitForText('VAT_PERCENT = 20')")


def looking_at_the_context(chat: Chat, _: MessagesApi, kill: Kill) -> None:
    chat.editor.command("Foreword: Focus on Context View")
    chat.editor.run("await editor.waitForRow('Base')")
    kill()
    chat.editor.command("Foreword: Look at the Prefix Again")
    chat.editor.run("await editor.waitForRow('Base')")


MOMENTS: tuple[Moment, ...] = (
    idle,
    starting,
    indexing,
    before_the_first_word,
    streaming,
    between_tools,
    writing_inline,
    reviewing,
    applying,
    looking_at_the_context,
)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_a_server_that_is_killed_costs_nothing_but_one_message(
    moment: Moment, chat: Chat, api: MessagesApi, online: Foreword
) -> None:
    api.script("Nineteen.")
    chat.answer("Before?")

    def kill(*, anew: bool = False, told: str = "") -> None:
        chat.run("await chat.locator('textarea').fill(draft)", draft=DRAFT)
        if anew:
            restart_server(chat, online)
        chat.editor.run("await editor.waitForStanding(told)", told=told)
        kill_server(online)

    moment(chat, api, kill)
    chat.editor.command("Foreword: Focus on Chat View")
    chat.editor.run("await editor.waitForStanding('warm|cold')")
    assert DRAFT == chat.run("return chat.locator('textarea').inputValue()")
    api.script("Afterwards.")
    chat.answer("After?")
    asked = chat.all(".question-text")
    assert ("Before?", "After?") == (asked[0], asked[-1])
    messages = chat.editor.run("return editor.messages()")
    # A hunk that was applied before the server could say so is accepted twice, and the second time that is told.
    assert 1 >= len([told for told in messages if "it stands there already" not in told]), messages
    assert 1 == len(servers_of(online))
