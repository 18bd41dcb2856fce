"""A proposal after it was made: decided about hunk by hunk, taken back, listed, and found again by the next process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from applied_edits import Buffers
from clients import VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

Json = dict[str, Any]
EDIT = "foreword.edit"
STOCK = "".join(f"price_{n} = {n}\n" for n in range(199, 212))
SOLD = STOCK.replace("price_203 = 203\n", "").replace(
    "price_205 = 205\nprice_206 = 206\n", "prices = 205, 206\n"
)
CALLS = (
    {"command": "create", "path": "stock.py", "file_text": SOLD},
    {"command": "create", "path": "docs/README.md", "file_text": "# Docs\n"},
)


@pytest.fixture
def shop(repo: GitRepo) -> GitRepo:
    repo.write("stock.py", STOCK)
    repo.commit("Count the stock")
    return repo


@asynccontextmanager
async def opened(shop: GitRepo, online: dict[str, str]) -> AsyncIterator[tuple[Editor, Buffers]]:
    async with connected(online, usual_answers()) as editor:
        hello = await editor.start([shop.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        buffers = Buffers(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        yield editor, buffers


async def propose(editor: Editor, api: MessagesApi) -> Json:
    api.script(Reply(tuple(tool_use_block("str_replace_based_edit_tool", call) for call in CALLS)), "Done.")
    told: Json = await editor.command(EDIT, instruction="Sell some", apply=False)
    assert ["stock.py", "docs/README.md"] == [one["path"] for one in told["edits"]]
    return told


def on_disk(shop: GitRepo, path: str = "stock.py") -> str:
    return (shop.path / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_hunk_that_is_accepted_takes_none_of_its_neighbours_along(
    order: tuple[int, int], shop: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    async with opened(shop, online) as (editor, _):
        name = (await propose(editor, api))["proposalId"]
        first, second = order
        told = await editor.command(EDIT, proposalId=name, hunks={"stock.py": [first]})
        assert ({"stock.py": [second], "docs/README.md": [0]}, "partly applied") == (
            told["pending"],
            told["outcome"],
        )
        left = await editor.command(EDIT, proposalId=name, hunks={"stock.py": [second]}, apply=False)
        assert {"stock.py": [second]} == left["fitting"]
        assert (await editor.command(EDIT, proposalId=name, hunks={"stock.py": [second]}))["applied"]
    assert SOLD == on_disk(shop)


async def test_a_proposal_is_there_for_the_next_process_until_it_is_decided(
    shop: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    async with opened(shop, online) as (editor, _):
        name = (await propose(editor, api))["proposalId"]
        await editor.command(EDIT, proposalId=name, hunks={"stock.py": [0]})
    async with opened(shop, online) as (editor, _):
        (listed,) = (await editor.command("foreword.proposals"))["proposals"]
        assert (name, "Sell some") == (listed["proposalId"], listed["title"])
        hunks = {one["path"]: one["hunks"] for one in listed["files"]}
        assert {"stock.py": 1, "docs/README.md": 1} == hunks
        assert (await editor.command(EDIT, proposalId=name, files=["stock.py"]))["applied"]
        told = await editor.command(EDIT, proposalId=name, reject=True)
        assert ({}, "partly applied") == (told["pending"], told["outcome"])
        assert [] == (await editor.command("foreword.proposals"))["proposals"]
    assert (SOLD, False) == (on_disk(shop), (shop.path / "docs/README.md").exists())


async def test_what_was_applied_is_taken_back_in_all_files_or_in_none(
    shop: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    async with opened(shop, online) as (editor, _):
        name = (await propose(editor, api))["proposalId"]
        assert (await editor.command(EDIT, proposalId=name))["applied"]
        (shop.path / "docs/README.md").write_text("# Mine\n", encoding="utf-8")
        told = await editor.command(EDIT, proposalId=name, undo=True)
        assert (False, "applied") == (told["undone"], told["outcome"])
        assert "it has changed since" in told["problems"][0]["message"]
        assert SOLD == on_disk(shop)
        (shop.path / "docs/README.md").write_text("# Docs\n", encoding="utf-8")
        told = await editor.command(EDIT, proposalId=name, undo=True)
        assert (True, "pending") == (told["undone"], told["outcome"])
    assert (STOCK, False) == (on_disk(shop), (shop.path / "docs/README.md").exists())


@pytest.mark.parametrize("name", ["../../secrets", "", "none", "a/b", "..", "x" * 200])
async def test_an_id_that_names_no_proposal_leads_nowhere(
    name: str, shop: GitRepo, online: dict[str, str]
) -> None:
    async with opened(shop, online) as (editor, _):
        params = {"command": EDIT, "arguments": [{"proposalId": name}]}
        assert "there is no proposal" in (await editor.refusal("workspace/executeCommand", params)).message


async def test_the_history_of_a_chat_says_what_became_of_its_proposals(
    shop: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    async with opened(shop, online) as (editor, _):
        chat = (await editor.request("foreword/chat/open", {}))["chatId"]
        calls = (tool_use_block("str_replace_based_edit_tool", call) for call in CALLS)
        api.script(Reply(tuple(calls)), "Done.")
        told = await editor.request("foreword/chat/send", {"chatId": chat, "text": "Sell some"})
        (name,) = (one["proposalId"] for one in told["proposals"])
        assert "pending" == await outcome(editor, chat)
        await editor.command(EDIT, proposalId=name)
        assert "applied" == await outcome(editor, chat)
    async with opened(shop, online) as (editor, _):
        assert "applied" == await outcome(editor, chat)


async def outcome(editor: Editor, chat: str) -> str:
    (_, answer) = (await editor.request("foreword/chat/history", {"chatId": chat}))["messages"]
    (proposal,) = answer["proposals"]
    told: str = proposal["outcome"]
    return told
