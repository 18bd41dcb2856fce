"""What a client attaches: documents that are no files yet, which are in no other question, and pictures."""

from __future__ import annotations

import random
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chat_driver import text_of
from clients import CLIENTS, NEOVIM_0_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi
from pictures import attached, base64_of, png

Environ = dict[str, str]
Json = dict[str, Any]
NOTES = "untitled:Untitled-1"
TEXT = "".join(f"note {number}\n" for number in range(1, 6))
LINES = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 3}}
KEY = "gh" + "p_" + "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=36))
SECRET = f"key = {KEY}\n"


@asynccontextmanager
async def chat(repo: GitRepo, environ: Environ, capabilities: Json) -> AsyncIterator[tuple[Editor, str]]:
    """An editor with two documents that are no files, and a chat."""
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], capabilities, initializationOptions={"trusted": True})
        editor.open(NOTES, TEXT)
        editor.open("untitled:Untitled-2", SECRET)
        yield editor, (await editor.request("foreword/chat/open", {}))["chatId"]


def sent(api: MessagesApi) -> str:
    body = api.messages[-1].body
    assert body is not None
    return text_of(body["messages"][-1])


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_attaches_one_to_a_message(
    name: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, CLIENTS[name]) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "What is noted?", "attachments": [{"uri": NOTES}]}
        told = await editor.request("foreword/chat/send", asked)
        assert "end_turn" == told["stopReason"]
        (question, _) = (await editor.request("foreword/chat/history", {"chatId": chat_id}))["messages"]
        assert [{"uri": NOTES}] == question["attachments"]
    turn = sent(api)
    assert '<attached path="untitled:Untitled-1" lines="1-5">\n1\tnote 1\n' in turn
    assert "Untitled-2" not in turn
    assert "ghp_" not in turn


async def test_lines_of_one_and_what_was_typed_last_are_attached(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        typed = [{"text": TEXT.replace("note 3", "remark 3")}]
        document = {"uri": NOTES, "version": 2}
        editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": typed})
        attached = [{"uri": NOTES, "range": LINES}]
        asked = {"chatId": chat_id, "text": "And this?", "attachments": attached}
        await editor.request("foreword/chat/send", asked)
    turn = sent(api)
    assert "note 2" in turn
    assert "remark 3" in turn
    assert "note 4" not in turn


async def test_where_one_will_be_saved_is_not_told(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        uri = "untitled:/home/ada/new%20till.py"
        editor.open(uri, TEXT)
        asked = {"chatId": chat_id, "text": "And this?", "attachments": [{"uri": uri}]}
        await editor.request("foreword/chat/send", asked)
    assert 'path="untitled:new till.py"' in sent(api)
    assert "ada" not in sent(api)


@pytest.mark.parametrize(
    "uri", ["untitled:.env", "untitled:/home/ada/.docker/config.json", "Untitled:id_rsa"]
)
async def test_one_that_is_called_as_secret_files_are_is_held_back(
    uri: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        editor.open(uri, "PASSWORD=hunter2\n")
        asked = {"chatId": chat_id, "text": "And this?", "attachments": [{"uri": uri}]}
        assert "is left out (secret)" in (await editor.refusal("foreword/chat/send", asked)).message
        arguments = [{"kind": "explain", "uri": uri}]
        refused = await editor.refusal(
            "workspace/executeCommand", {"command": "foreword.ask", "arguments": arguments}
        )
        assert "is left out (secret)" in refused.message
        await editor.request("foreword/chat/send", {"chatId": chat_id, "text": "And now?"})
    assert "hunter2" not in str([recorded.body for recorded in api.messages])


async def test_of_a_diff_the_files_that_are_held_back_are_only_named(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    def part(path: str) -> str:
        return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-old of {path}\n"

    repo.write(".forewordignore", "secret plans.md\n")
    diff = part("shop/price.py") + part("deploy/.env") + part("secret plans.md") + part("shop/cart.py")
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        attached = [{"uri": "foreword-text:Git%20changes", "text": diff}]
        await editor.request("foreword/chat/send", {"chatId": chat_id, "text": "?", "attachments": attached})
    assert "old of shop/price.py" in sent(api)
    assert "old of shop/cart.py" in sent(api)
    assert "a/deploy/.env" in sent(api)
    assert "old of deploy" not in sent(api)
    assert "old of secret" not in sent(api)


async def test_one_that_is_not_open_is_refused(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "And this?", "attachments": [{"uri": "untitled:Untitled-9"}]}
        refused = await editor.refusal("foreword/chat/send", asked)
        assert "untitled:Untitled-9 is no file of this workspace" in refused.message
    assert [] == api.messages


async def test_of_one_that_holds_a_secret_the_secret_is_redacted(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "And this?", "attachments": [{"uri": "untitled:Untitled-2"}]}
        await editor.request("foreword/chat/send", asked)
    assert "key = <redacted: GitHub token>" in sent(api)
    assert KEY not in sent(api)


async def test_an_offline_answer_shows_the_lines_of_one(repo: GitRepo, environ: Environ) -> None:
    async with chat(repo, environ, NEOVIM_0_11) as (editor, chat_id):
        attached = [{"uri": NOTES, "range": LINES}]
        asked = {"chatId": chat_id, "text": "And this?", "attachments": attached}
        assert "note 2" in str((await editor.request("foreword/chat/send", asked))["text"])


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_asks_about_one(
    name: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, CLIENTS[name]) as (editor, _):
        await editor.command("foreword.ask", kind="explain", uri=NOTES, range=LINES)
    assert "Explain untitled:Untitled-1:2-3." in sent(api)
    assert "3\tnote 3" in sent(api)
    assert "ghp_" not in sent(api)


async def test_a_text_that_is_no_document_is_attached_under_its_name(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    attached = [{"uri": "foreword-text:Staged%20changes", "text": "+TIP = 5\n"}]
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "Is this right?", "attachments": attached}
        await editor.request("foreword/chat/send", asked)
        (question, _) = (await editor.request("foreword/chat/history", {"chatId": chat_id}))["messages"]
        assert attached == question["attachments"]
    assert '<attached path="Staged changes" lines="1-1">\n1\t+TIP = 5\n' in sent(api)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": NOTES, "text": "x"},
        {"uri": "foreword-text:a"},
        {"uri": "foreword-text:a", "text": 1},
        {"uri": "foreword-text:a", "text": "x" * 200_001},
    ],
)
async def test_a_text_under_another_name_or_without_end_is_refused(
    wrong: Json, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "And this?", "attachments": [wrong]}
        assert "attachment" in (await editor.refusal("foreword/chat/send", asked)).message
    assert [] == api.messages


async def test_a_picture_is_sent_with_a_message_and_kept_without_its_data(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    shot = png(300, 200)
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        given = [attached(shot, name="shot.png"), {"uri": NOTES}]
        told = await editor.request(
            "foreword/chat/send", {"chatId": chat_id, "text": "?", "attachments": given}
        )
        (question, _) = (await editor.request("foreword/chat/history", {"chatId": chat_id}))["messages"]
        wrong = {"chatId": chat_id, "text": "?", "attachments": [attached(b"text")]}
        assert "no picture and no PDF" in (await editor.refusal("foreword/chat/send", wrong)).message
    assert ["shot.png"] == told["receipt"]["media"]
    size = {"width": 300, "height": 200, "bytes": len(shot)}
    kept = {"kind": "image", "name": "shot.png", "mediaType": "image/png", **size}
    assert [kept, {"uri": NOTES}] == question["attachments"]
    body = api.messages[-1].body
    assert body is not None
    data = [block["source"]["data"] for block in body["messages"][-1]["content"] if block["type"] == "image"]
    assert [base64_of(shot)] == data


async def test_a_picture_is_sent_with_a_question_and_with_an_instruction(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    (repo.path / "flow.png").write_bytes(png())
    async with chat(repo, online, NEOVIM_0_11) as (editor, _):
        asked = {"question": "What is this?", "attachments": [attached(png())], "path": "flow.png"}
        for command, arguments in (
            ("foreword.ask", asked),
            ("foreword.edit", {"instruction": "As here.", "attachments": [attached(png())], "apply": False}),
        ):
            await editor.request("workspace/executeCommand", {"command": command, "arguments": [arguments]})
    counts = [
        sum(block["type"] == "image" for block in recorded.body["messages"][-1]["content"])
        for recorded in api.messages
        if recorded.body is not None
    ]
    assert [2, 1] == counts
    assert [] == api.rejected


async def test_model_and_effort_of_a_chat_stay_with_it(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with chat(repo, online, NEOVIM_0_11) as (editor, chat_id):
        asked = {"chatId": chat_id, "text": "?"}
        for more in ({"effort": "low"}, {}, {"model": "claude-haiku-5-5"}, {"effort": "auto"}):
            told = await editor.request("foreword/chat/send", asked | more)
        assert "effort" not in told["receipt"]
        opened = await editor.request("foreword/chat/open", {"resumeId": chat_id})
        assert ("claude-haiku-5-5", "") == (opened["model"], opened["effort"])
        wrong = await editor.refusal("foreword/chat/send", {**asked, "effort": "huge"})
        assert '"effort" must be one of auto, low, medium, high, xhigh, max' in wrong.message
    # What keeps the prefix warm by itself goes by the settings.
    named = [one for recorded in api.messages if (one := recorded.body or {}).get("max_tokens")]
    efforts = [one.get("output_config", {}).get("effort") for one in named]
    assert ["low", "low", "low", None] == efforts
    assert [True, True, False, False] == [one["model"].startswith("claude-sonnet") for one in named]
    assert [] == api.rejected
