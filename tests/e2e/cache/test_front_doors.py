"""One question through every front door: the same prefix byte for byte, and one entry of the cache."""

from __future__ import annotations

import shutil
import tempfile
from itertools import takewhile
from pathlib import Path

from acp_client import Editor as AcpEditor
from acp_client import connected
from foreword_cli import Foreword, command
from gitrepo import GitRepo
from messages_api import MessagesApi, Recorded
from prefix_money import prefix_texts
from server_process import served
from tmux import terminal

QUESTION = "What does `gross_total` do?"


def leading(recorded: Recorded) -> tuple[object, object, list[str]]:
    """Tools, system prompt, and the texts of the first message, cache marks aside."""
    body = recorded.body or {}
    texts = [block["text"] for block in body["messages"][0]["content"]]
    system = (
        [block["text"] for block in body["system"]] if isinstance(body["system"], list) else body["system"]
    )
    tools = [{key: value for key, value in tool.items() if key != "cache_control"} for tool in body["tools"]]
    return tools, system, texts


def read_tokens(recorded: Recorded) -> int:
    return int((recorded.usage or {})["cache_read_input_tokens"])


async def test_the_command_line_the_language_server_and_an_agent_read_one_entry_of_the_cache(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    assert 0 == online.ask(shop.path, QUESTION).code
    async with served(online) as (editor, _):
        await editor.start([shop.path], initializationOptions={"trusted": True})
        await editor.command("foreword.ask", question=QUESTION)
        chat = await editor.request("foreword/chat/open", {})
        await editor.request("foreword/chat/send", {"chatId": chat["chatId"], "text": QUESTION})
        await editor.stop()
    client = AcpEditor()
    async with connected(online, client) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, QUESTION)
    first, *others = api.messages
    assert 3 == len(others)
    prefix = prefix_texts(first)
    tools, system, _ = leading(first)
    written = (first.usage or {})["cache_creation_input_tokens"]
    assert 0 < written
    for other in others:
        assert (tools, system) == leading(other)[:2]
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(prefix, leading(other)[2], strict=False))
        assert prefix == [text for text, _ in shared]
        assert written <= read_tokens(other)
    assert [written, written] == [read_tokens(other) for other in others[:2]]
    # Of an agent's chat and an editor's not only the prefix is the same, but all that is sent: nothing is written again.
    assert leading(others[1]) == leading(others[2])
    assert 0 == (others[2].usage or {})["cache_creation_input_tokens"]


def test_a_chat_on_a_terminal_reads_the_entry_that_a_question_wrote(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    assert 0 == online.ask(shop.path, QUESTION).code
    assert 0 == online.run("trust", "-w", str(shop.path)).code
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    words = " ".join(command("chat", "-w", str(shop.path)))
    try:
        line = ["sh", "-c", f'{words}; echo "left with $?"; cat']
        with terminal(folder, line, shop.path, online.environ(), (80, 40)) as screen:
            screen.wait_for("new chat")
            screen.run("send-keys", "-l", QUESTION)
            screen.keys("Enter")
            screen.wait_for("in this chat")
            screen.keys("C-d")
            screen.wait_for("left with 0")
    finally:
        shutil.rmtree(folder)
    first, second = api.messages
    prefix = prefix_texts(first)
    assert leading(first)[:2] == leading(second)[:2]
    assert prefix == leading(second)[2][: len(prefix)]
    assert (first.usage or {})["cache_creation_input_tokens"] == read_tokens(second)
