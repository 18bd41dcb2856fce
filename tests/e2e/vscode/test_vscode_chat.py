"""The chat view in a real VS Code: what its user sees and does, with a real server and the stand-in behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, Status, text_block, tool_use_block
from vscode_chat import CHECKOUT, VIEW, Chat, chatting

THEMES = {
    "dark": "Default Dark Modern",
    "light": "Default Light Modern",
    "contrast": "Default High Contrast",
    "contrast-light": "Default High Contrast Light",
}
ANSWER = """The total is made in `shop/checkout.py:3`, in three steps:

1. The prices of the basket are **summed up**, in cents.
2. The tax of the country is added.
3. The result is rounded *half to even*.

```python
class Checkout:
    \"\"\"A basket on its way to the till.\"\"\"

    def total(self, rate: int = 19) -> int:
        # Cents, with tax.
        return round(sum(self.basket) * (100 + rate) / 100)
```

| step | unit |
| --- | ---: |
| sum | cents |
| tax | % |

See [the rates](shop/checkout.py) for more.
"""
UNRULY = """A picture: ![cat](https://example.org/cat.png) and <img src="https://example.org/dog.png" onerror="alert(1)">.

<script>document.body.textContent = "mine"</script>

<style>body { display: none }</style>

A [command](command:workbench.action.terminal.new), a [script](javascript:alert(1)), [a file](file:///etc/passwd)
and [a page](https://example.org/page).
"""
EDITOR = "str_replace_based_edit_tool"


@pytest.fixture
def chat(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[Chat]:
    with chatting(online, shop, tmp_path / "editor") as running:
        yield running


def test_an_answer_streams_and_has_its_receipt_and_its_places(chat: Chat, api: MessagesApi) -> None:
    chat.wait_for(".welcome")
    chat.editor.shot("chat-empty")
    api.script((Hold(3), Reply((text_block(ANSWER),))))
    chat.ask("Where is the total made?")
    chat.wait_for(".markdown", "The total is made")
    assert [] == chat.all(".receipt")
    chat.editor.shot("chat-streaming")
    api.release()
    receipt = chat.wait_for(".receipt summary")
    assert "fresh" in receipt
    assert "$" in receipt
    assert "summed up" in chat.all(".markdown strong")[0]
    assert "class" in chat.all(".hljs-keyword")
    chat.click(".receipt summary")
    assert "Anchor" in chat.wait_for(".receipt table")
    chat.editor.shot("chat-receipt")
    chat.click(".citation")
    chat.editor.run("await page.waitForSelector('.tab.active[data-resource-name=\"checkout.py\"]')")
    chat.run("await chat.locator('.code').hover()")
    chat.click("[aria-label='Insert the code at the cursor']")
    chat.editor.run("await editor.waitForText('A basket on its way')")
    assert 1 == len(api.messages)


def test_an_answer_is_stopped_by_escape_and_asked_for_again(chat: Chat, api: MessagesApi) -> None:
    api.script((Hold(1), Reply((text_block("A long answer that nobody waits for."),))))
    chat.ask("Tell me everything")
    chat.wait_for(".markdown", "A long")
    chat.run("await chat.locator('textarea').press('Escape')")
    assert "Stopped." in chat.wait_for(".failure")
    assert api.messages[0].disconnected.wait(30)
    api.script("Short.")
    chat.click(".failure button")
    assert "Short." in chat.wait_for(".answer:has(.receipt)")
    assert ["Tell me everything"] == chat.all(".question-text")


def test_the_next_answer_knows_a_file_that_was_edited(chat: Chat, api: MessagesApi) -> None:
    assert "fresh: no file changed" in chat.answer("What is the rate?")
    chat.editor.run(
        """
        await page.locator('.monaco-editor .view-line').first().click()
        await page.keyboard.press('Control+Home')
        await page.keyboard.type('VAT_OF_BOOKS = 7\\n')
        await editor.save()
        """
    )
    assert "fresh: with 1 changed file" in chat.answer("And that of books?")
    asked = api.messages[-1].body
    assert asked is not None
    assert "VAT_OF_BOOKS" in str(asked["messages"][-1])
    chat.editor.shot("chat-freshness")


def test_a_fault_of_the_api_is_one_message_with_a_way_out(chat: Chat, api: MessagesApi) -> None:
    api.fail(Status(400, "the prompt is odd"))
    chat.ask("What is this?")
    told = chat.wait_for(".failure")
    assert "the prompt is odd" in told
    assert "Error:" not in told
    chat.editor.shot("chat-fault")
    assert [] == chat.editor.run("return editor.messages()")
    chat.click(".failure button")
    assert "You asked" in chat.wait_for(".answer:has(.receipt)")
    assert ["What is this?"] == chat.all(".question-text")


def test_what_a_model_writes_loads_runs_and_opens_nothing(chat: Chat, api: MessagesApi) -> None:
    chat.editor.run("globalThis.asked = []; page.on('request', (one) => asked.push(one.url()))")
    api.script(UNRULY)
    chat.answer("Show me a picture")
    assert ["a page"] == chat.all(".markdown button.link")
    assert "[image: cat]" in chat.wait_for(".markdown")
    assert "<script>" in chat.wait_for(".markdown")
    chat.click(".markdown button.link")
    told = chat.editor.run("return page.locator('.monaco-dialog-box').innerText()")
    assert "https://example.org/page" in told
    chat.editor.shot("chat-link")
    chat.editor.run("await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Cancel' }).click()")
    assert [] == [url for url in chat.editor.run("return asked") if "example.org" in url]


def test_a_proposal_is_applied_from_the_chat(chat: Chat, api: MessagesApi) -> None:
    change = {
        "command": "str_replace",
        "path": CHECKOUT,
        "old_str": "VAT_PERCENT = 19",
        "new_str": "VAT_PERCENT = 20",
    }
    api.script(Reply((tool_use_block(EDITOR, change),)), "The rate is 20 percent now.")
    chat.answer("Raise the rate")
    assert "1 step" in chat.wait_for(".steps summary")
    chat.click(".proposal summary")
    chat.editor.shot("chat-proposal")
    chat.click(".proposal .primary")
    assert "Applied to 1 file" in chat.wait_for(".outcome", "Applied")
    chat.editor.run("await editor.waitForText('VAT_PERCENT = 20')")


def test_a_chat_is_there_again_after_a_restart_and_others_beside_it(chat: Chat, api: MessagesApi) -> None:
    api.script("One.", "Two.", "One, in other words.")
    chat.answer("First chat?")
    chat.click("[aria-label='New chat']")
    chat.wait_for(".welcome")
    chat.answer("Second chat?")
    chat.editor.open(CHECKOUT)
    chat.editor.command(VIEW)
    assert ["Second chat?"] == [chat.wait_for(".question-text")]
    chat.click(".title")
    chat.wait_for(".chat-list", "First chat?")
    chat.editor.shot("chat-list")
    chat.run("await chat.locator('.chat-open', { hasText: 'First chat?' }).press('Enter')")
    chat.wait_for(".question-text", "First chat?")
    chat.run(
        """
        await chat.locator('textarea').press('Control+ArrowUp')
        await chat.locator('textarea').fill('First chat, in other words?')
        await chat.locator('textarea').press('Enter')
        """
    )
    chat.wait_for(".answer", "One, in other words.")
    assert ["First chat, in other words?"] == chat.all(".question-text")


def test_a_file_and_a_selection_are_attached(chat: Chat, api: MessagesApi) -> None:
    for label, chip in (("Current file", "checkout.py"), ("Selection", "checkout.py:1")):
        chat.editor.run(
            """
            await page.locator('.monaco-editor .view-line').first().click()
            await page.keyboard.press('Control+L')
            """
        )
        chat.click("button[aria-label=Attach]")
        chat.run("await chat.getByRole('menuitem', { name: label, exact: true }).click()", label=label)
        chat.wait_for(".box .chip", chip)
    chat.drop(f"vscode-remote://127.0.0.1{chat.editor.workspace}/README.md")
    chat.wait_for(".box .chip", "README.md")
    chat.editor.shot("chat-attached")
    chat.drop("file:///etc/passwd")
    assert "not in this workspace" in chat.wait_for(".notice")
    chat.answer("What are these?")
    asked = api.messages[-1].body
    assert asked is not None
    assert f'path="{CHECKOUT}" lines=' in str(asked["messages"][-1])
    assert ["checkout.py", "checkout.py:1", "README.md"] == chat.all(".question .chip")


@pytest.mark.parametrize("theme", THEMES)
def test_the_chat_can_be_read_in_every_theme(
    theme: str, online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    change = {
        "command": "str_replace",
        "path": CHECKOUT,
        "old_str": "VAT_PERCENT = 19",
        "new_str": "VAT = 20",
    }
    api.script("In cents.", ANSWER, Reply((tool_use_block(EDITOR, change),)), "The rate is 20 percent now.")
    with chatting(online, shop, tmp_path / "editor", workbench_colorTheme=THEMES[theme]) as chat:
        chat.answer("In what unit are prices?")
        chat.click("[aria-label='New chat']")
        chat.wait_for(".welcome")
        chat.answer("Where is the total made?")
        chat.editor.shot(f"chat-{theme}")
        assert [] == chat.editor.run("return editor.faintTexts('.composer')")
        chat.answer("Raise the rate")
        chat.click(".proposal summary")
        chat.click(".receipt summary")
        api.fail(Status(400, "the prompt is odd"))
        chat.ask("What is this?")
        chat.wait_for(".failure")
        chat.run("await chat.locator('textarea').pressSequentially('@ch')")
        chat.wait_for(".suggestions button", "checkout.py")
        chat.editor.shot(f"chat-{theme}-more")
        assert [] == chat.editor.run("return editor.faintTexts('.composer')")


def test_the_chat_fits_at_200_percent_and_into_a_wide_window(chat: Chat, api: MessagesApi) -> None:
    change = {"command": "str_replace", "path": CHECKOUT, "old_str": "= 19", "new_str": "= 20"}
    api.script(ANSWER, Reply((tool_use_block(EDITOR, change),)), "The rate is 20 percent now.")
    chat.answer("Where is the total made?")
    chat.answer("Raise the rate")
    chat.click(".receipt summary")
    # A window of 1280 pixels at 200 percent has half as many of the style's pixels.
    for name, width, height in (("200", 640, 410), ("wide", 1920, 1080), ("usual", 1280, 820)):
        size = {"width": width, "height": height}
        chat.editor.run("await page.setViewportSize(size)", size=size)
        chat.run("await chat.locator('textarea').scrollIntoViewIfNeeded()")
        chat.editor.shot(f"chat-{name}")
        values = (
            "chat.locator('.receipt[open] td').first().evaluate((one) => one.getBoundingClientRect().width)"
        )
        assert 100 <= chat.run(f"return {values}")
        assert [] == chat.run(
            """
            await chat.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth)
            return chat.evaluate(() => [...document.querySelectorAll('button, .receipt-line, .receipt td, .question, .composer')]
              .filter((one) => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 1)
              .map((one) => one.className))
            """
        )
