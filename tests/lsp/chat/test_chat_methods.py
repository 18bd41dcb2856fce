"""Chat over the wire: what a client sends and hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chat_driver import continues, text_of
from clients import CLIENTS, VSCODE_CLIENT_11, usual_answers
from editor import Editor, RpcError, connected
from gitrepo import GitRepo
from messages_api import (
    Cut,
    Drop,
    ErrorEvent,
    Hold,
    Html,
    MessagesApi,
    Reply,
    Status,
    refusal,
    text_block,
    tool_use_block,
)

Environ = dict[str, str]
Json = dict[str, Any]
EDITOR = "str_replace_based_edit_tool"
TRUSTED = {"initializationOptions": {"trusted": True}}


@asynccontextmanager
async def trusted_editor(
    environ: Mapping[str, str], *folders: Path, capabilities: Json | None = None
) -> AsyncIterator[Editor]:
    async with connected(environ, usual_answers()) as editor:
        await editor.start(folders, capabilities or VSCODE_CLIENT_11, **TRUSTED)
        yield editor


async def open_chat(editor: Editor, **params: object) -> str:
    return str((await editor.request("foreword/chat/open", params))["chatId"])


async def say(editor: Editor, chat: str, text: str, **params: object) -> Json:
    result: Json = await editor.request("foreword/chat/send", {"chatId": chat, "text": text, **params})
    return result


async def history(editor: Editor, chat: str, **params: object) -> list[Json]:
    found: Json = await editor.request("foreword/chat/history", {"chatId": chat, **params})
    messages: list[Json] = found["messages"]
    return messages


def partials(editor: Editor, token: str | int) -> list[Json]:
    """The partial results under a token, which must be without gaps."""
    found = [
        message["params"]["value"]
        for message in editor.heard
        if message["method"] == "$/progress" and message["params"]["token"] == token
    ]
    assert list(range(len(found))) == [value["seq"] for value in found]
    return found


def is_for(token: int, progress: Json) -> bool:
    return bool(progress["token"] == token)


def body(api: MessagesApi, n: int) -> Json:
    found = api.messages[n].body
    assert found is not None
    return found


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_chats_offline(name: str, repo: GitRepo, environ: Environ) -> None:
    async with trusted_editor(environ, repo.path, capabilities=CLIENTS[name]) as editor:
        chat = await open_chat(editor, title="About tills")
        told = await say(editor, chat, "Where is `total`?", partialResultToken=7)
        found = partials(editor, 7)
        assert told["text"] == "".join(value["text"] for value in found if value["kind"] == "text")
        assert "receipt" == found[-1]["kind"]
        assert "offline" == told["provider"]
        assert "till.py" in [citation["path"] for citation in told["citations"]]
        uris = {citation["uri"] for citation in told["citations"] if citation["path"] == "till.py"}
        assert {(repo.path / "till.py").as_uri()} == uris
        assert ["user", "assistant"] == [message["role"] for message in await history(editor, chat)]
        editor.notify("foreword/chat/close", {"chatId": chat})
        assert 0 == await editor.stop()
        assert 0 == editor.count("window/showMessage")


async def test_the_conversation_outlives_the_server(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    async def second(chat: str) -> None:
        async with trusted_editor(online, repo.path) as editor:
            opened = await editor.request("foreword/chat/open", {"resumeId": chat})
            chosen = {"model": "", "effort": ""}
            assert {"chatId": chat, "title": "One?", "turns": 1, **chosen} == opened
            await say(editor, chat, "Two?")
            texts = [(m["role"], m["status"]) for m in await history(editor, chat)]
            assert [("user", "done"), ("assistant", "done")] * 2 == texts

    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        await say(editor, chat, "One?")
    repo.write("till.py", "def total(prices):\n    return 0\n")
    await second(chat)
    assert continues(body(api, 0), body(api, 1))
    assert "+    return 0" in text_of(body(api, 1)["messages"][-1])
    assert [] == api.rejected


async def test_tools_edits_and_the_receipt_are_told_as_they_come(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    change = {"command": "str_replace", "path": "till.py", "old_str": "sum(prices)", "new_str": "max(prices)"}
    api.script(
        Reply((text_block("Let me look."), tool_use_block("search", {"query": "total of prices"}))),
        Reply((tool_use_block(EDITOR, {"command": "view", "path": "till.py", "view_range": [4, 6]}),)),
        Reply((tool_use_block(EDITOR, change),)),
        "Changed till.py:6.",
    )

    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        told = await say(editor, chat, "Take the largest.", partialResultToken="p", workDoneToken=8)
        found = partials(editor, "p")
        lines = [value["line"] for value in found if value["kind"] == "tool"]
        assert ["search total of prices", "view till.py:4-6", "edit till.py"] == lines
        (proposal,) = (value for value in found if value["kind"] == "proposal")
        assert told["messageId"] == proposal["proposalId"]
        assert "+    return max(prices)" in proposal["files"][0]["diff"]
        assert told["text"] == "".join(value["text"] for value in found if value["kind"] == "text")
        kinds = [
            message["params"]["value"]["kind"]
            for message in editor.heard
            if message["method"] == "$/progress" and message["params"]["token"] == 8
        ]
        assert ("begin", "end") == (kinds[0], kinds[-1])
        applied = await editor.command("foreword.edit", proposalId=told["messageId"])
        assert applied["applied"]
    (proposal,) = told["proposals"]
    assert (repo.path / "till.py").as_uri() == proposal["files"][0]["uri"]
    (edited,) = proposal["edit"]["documentChanges"]
    assert ["max"] == [edit["newText"] for edit in edited["edits"]]
    assert [("till.py", 6, 6)] == [(c["path"], c["startLine"], c["endLine"]) for c in told["citations"]]
    assert 4 == told["receipt"]["requests"]


async def test_a_cancelled_answer_is_booked_and_the_chat_goes_on(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        await say(editor, chat, "One?")
        api.script((Hold(1), Reply((text_block("A long answer that nobody waits for."),))))
        params = {"chatId": chat, "text": "Two?", "partialResultToken": 9}
        number, reply = editor.begin("foreword/chat/send", params)
        await editor.hear("$/progress", lambda value: value["token"] == 9)
        with pytest.raises(RpcError) as busy:
            await say(editor, chat, "Too early?")
        assert (-32602, "under way" in busy.value.message) == (busy.value.code, True)
        editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(RpcError) as caught:
            await editor.wait_for(reply)
        assert -32800 == caught.value.code
        assert caught.value.data["usage"]["fresh"] + caught.value.data["usage"]["write5m"] > 0
        assert 1 == caught.value.data["receipt"]["requests"]
        await asyncio.to_thread(api.messages[1].disconnected.wait, 10)
        assert api.messages[1].disconnected.is_set()
        await say(editor, chat, "Three?")
        statuses = [m["status"] for m in await history(editor, chat) if m["role"] == "user"]
        assert ["done", "cancelled", "done"] == statuses
        (row,) = (await editor.command("foreword.usage", by="kind"))["rows"]
        assert ("chat", 3) == (row["group"], row["requests"])
    assert continues(body(api, 0), body(api, 2))


async def test_closing_a_chat_stops_its_answer_and_keeps_its_history(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        api.script((Hold(1), Reply((text_block("A long answer."),))))
        _, reply = editor.begin(
            "foreword/chat/send", {"chatId": chat, "text": "One?", "partialResultToken": 1}
        )
        await editor.hear("$/progress", lambda value: value["token"] == 1)
        wrong: list[object] = [{"chatId": "x"}, {"chatId": 5}, {}, [], None]
        for nonsense in wrong:
            editor.notify("foreword/chat/close", nonsense)
        editor.notify("foreword/chat/close", {"chatId": chat})
        with pytest.raises(RpcError) as caught:
            await editor.wait_for(reply)
        assert -32800 == caught.value.code
        assert ["cancelled"] == [m["status"] for m in await history(editor, chat) if m["role"] == "user"]


async def test_a_storm_of_cancelled_answers_leaves_the_chat_usable(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        await say(editor, chat, "One?")
        for n in range(100):
            is_late = n % 10 == 0
            if is_late:
                api.script((Hold(1), Reply((text_block("A long answer that nobody waits for."),))))
            params = {"chatId": chat, "text": f"Storm {n}", "partialResultToken": n}
            number, reply = editor.begin("foreword/chat/send", params)
            if is_late:
                await editor.hear("$/progress", partial(is_for, n))
            for _ in range(n % 7):
                await asyncio.sleep(0)
            editor.notify("$/cancelRequest", {"id": number})
            with pytest.raises(RpcError) as caught:
                await editor.wait_for(reply)
            assert caught.value.code == -32800
        told = await say(editor, chat, "Still there?")
        assert "end_turn" == told["stopReason"]
        assert {"done", "cancelled", "interrupted"} >= {m["status"] for m in await history(editor, chat)}
    assert [] == api.rejected
    assert continues(body(api, 0), body(api, -1))


async def test_ten_chats_at_once_keep_to_themselves(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    async def talk(editor: Editor, name: str) -> None:
        chat = await open_chat(editor)
        for n in range(3):
            told = await say(editor, chat, f"{name} {n}?", partialResultToken=f"{name} {n}")
            assert f"{name} {n}?" in told["text"]
            assert told["text"] == "".join(v["text"] for v in partials(editor, f"{name} {n}") if "text" in v)

    async with trusted_editor(online, repo.path) as editor:
        await asyncio.gather(*(talk(editor, f"chat {n}") for n in range(10)))
        listed = (await editor.request("foreword/chat/list", {}))["chats"]
        assert {f"chat {n} 0?" for n in range(10)} == {chat["title"] for chat in listed}
        assert {3} == {chat["turns"] for chat in listed}
    assert [] == api.rejected
    assert 30 == len(api.messages)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Status(401), "ANTHROPIC_API_KEY: set a valid key"),
        (Status(429, retry_after=4000), "limits the rate"),
        (Status(400, "credit balance is too low"), "credit"),
        (Status(413), "large"),
        (Status(529), "try again"),
        (Status(400, "prompt is too long: 2000000 tokens > 1000000 maximum"), "too long"),
        (Html(502), ""),
        (Drop(), ""),
    ],
    ids=["key", "rate", "rejected", "large", "overloaded", "too long", "html", "drop"],
)
async def test_a_fault_is_one_message_and_the_chat_goes_on(
    fault: Any,  # noqa: ANN401 - any fault
    words: str,
    repo: GitRepo,
    online: Environ,
    api: MessagesApi,
) -> None:
    async with trusted_editor(online | {"FOREWORD_MODEL_DEADLINE": "1"}, repo.path) as editor:
        chat = await open_chat(editor)
        await say(editor, chat, "One?")
        api.script(*[fault] * 8)
        error = await editor.refusal("foreword/chat/send", {"chatId": chat, "text": "Two?"})
        assert words.lower() in error.message.lower()
        asked = [m for m in await history(editor, chat) if m["role"] == "user"]
        assert [("done", None), ("failed", error.message)] == [(m["status"], m.get("note")) for m in asked]
        clear_faults(api)
        await say(editor, chat, "Three?")
    assert continues(body(api, 0), body(api, -1))


def clear_faults(api: MessagesApi) -> None:
    """Forget the faults that were not met."""
    api._service.steps.clear()  # noqa: SLF001 - the stand-in has no word for it


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            (Cut(3), Reply((text_block("Half of an answer, no more than that."),))),
            ("interrupted", "interrupted"),
        ),
        (
            (ErrorEvent(3), Reply((text_block("Half of an answer, no more than that."),))),
            ("interrupted", "interrupted"),
        ),
        (Reply((text_block("As far as it goes"),), stop_reason="max_tokens"), ("max_tokens", "done")),
        (
            Reply((text_block("As far as it fits"),), stop_reason="model_context_window_exceeded"),
            ("model_context_window_exceeded", "done"),
        ),
        (refusal("cyber", "No."), ("refusal", "refused")),
    ],
)
async def test_an_answer_that_does_not_come_to_its_end_says_so(
    script: Any,  # noqa: ANN401 - any script
    said: tuple[str, str],
    repo: GitRepo,
    online: Environ,
    api: MessagesApi,
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        api.script(script)
        told = await say(editor, chat, "One?")
        assert "\n" not in told["note"]
        assert said == (told["stopReason"], (await history(editor, chat))[0]["status"])
        assert "end_turn" == (await say(editor, chat, "Two?"))["stopReason"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_attachments_are_whole_lines_in_every_encoding(
    encoding: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    odd = repo.write("odd 😀.py", "".join(f"x{n} = '😀é' * {n}\r\n" for n in range(3000)))
    width = {"utf-8": len("x7 = '😀é".encode()), "utf-16": 9, "utf-32": 8}[encoding]

    def lines(first: int, start: int, last: int, end: int) -> Json:
        return {"start": {"line": first, "character": start}, "end": {"line": last, "character": end}}

    capabilities = {"general": {"positionEncodings": [encoding]}}
    async with trusted_editor(online, repo.path, capabilities=capabilities) as editor:
        chat = await open_chat(editor)
        attachments = [
            {"uri": odd.as_uri(), "range": lines(2000, width, 2002, 0)},
            {"uri": (repo.path / "till.py").as_uri(), "symbol": "total"},
            {"uri": (repo.path / "README.md").as_uri()},
        ]
        await say(editor, chat, "What are these?", attachments=attachments)
        assert attachments == (await history(editor, chat))[0]["attachments"]
    text = "".join(text_of(message) for message in body(api, 0)["messages"])
    assert 'path="odd 😀.py" lines="2001-2002"' in text
    assert "2001\tx2000 = '😀é' * 2000\n" in text
    assert 'path="till.py" lines=' in text
    assert 'path="README.md" lines="1-3"/>' in text


async def test_unsaved_text_is_in_the_turn(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        await say(editor, chat, "One?")
        editor.open((repo.path / "till.py").as_uri(), "def total(prices):\n    return 41\n")
        await say(editor, chat, "Two?")
        editor.replace((repo.path / "till.py").as_uri(), "def total(prices):\n    return 42\n")
        await say(editor, chat, "Three?")
    assert continues(body(api, 1), body(api, 2))
    one, two, three = (text_of(m) for m in body(api, 2)["messages"] if m["role"] == "user")
    assert (False, True, True) == ("return 4" in one, "return 41" in two, "return 42" in three)


async def test_a_question_is_taken_back_and_asked_in_other_words(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        for text in ("One?", "Two?", "Three?"):
            told = await say(editor, chat, text)
        everything = await history(editor, chat)
        assert everything[2:4] == await history(editor, chat, before=everything[4]["id"], limit=2)
        assert told["questionId"] == everything[4]["id"]
        second = {"chatId": chat, "messageId": everything[2]["id"]}
        assert {"messages": 2} == await editor.request("foreword/chat/truncate", second)
        await say(editor, chat, "Two, in other words?")
        texts = [m["text"] for m in await history(editor, chat) if m["role"] == "user"]
        assert ["One?", "Two, in other words?"] == texts
        assert "no message" in (await editor.refusal("foreword/chat/truncate", second)).message
    assert continues(body(api, 0), body(api, 3))
    assert 3 == len(body(api, 3)["messages"])


CHAT = "CHAT"
NONSENSE: list[tuple[str, Any, str]] = [
    ("send", {}, '"chatId"'),
    ("send", None, "one object"),
    ("send", [1], "one object"),
    ("send", {"chatId": "x", "text": "?"}, "there is no chat x"),
    ("send", {"chatId": CHAT}, "empty"),
    ("send", {"chatId": CHAT, "text": 5}, '"text" must be a text'),
    ("send", {"chatId": CHAT, "text": "?", "partialResultToken": []}, '"partialResultToken"'),
    ("send", {"chatId": CHAT, "text": "?", "attachments": "x"}, '"attachments"'),
    ("send", {"chatId": CHAT, "text": "?", "attachments": [{}]}, '"uri"'),
    ("send", {"chatId": CHAT, "text": "?", "attachments": [{"uri": "untitled:1"}]}, "no file of this"),
    (
        "send",
        {"chatId": CHAT, "text": "?", "attachments": [{"uri": "file:///etc/passwd"}]},
        "no file of this",
    ),
    ("send", {"chatId": CHAT, "text": "?", "attachments": [{"uri": "TILL", "range": 1}]}, '"range"'),
    (
        "send",
        {
            "chatId": CHAT,
            "text": "?",
            "attachments": [
                {
                    "uri": "TILL",
                    "range": {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}},
                }
            ],
        },
        '"range"',
    ),
    (
        "send",
        {"chatId": CHAT, "text": "?", "attachments": [{"uri": "TILL", "symbol": "no"}]},
        "defines no no",
    ),
    ("history", {"chatId": CHAT, "before": "x"}, "no message x"),
    ("history", {"chatId": CHAT, "limit": 0}, '"limit"'),
    ("truncate", {"chatId": CHAT}, '"messageId"'),
    ("open", {"resumeId": "gone"}, "there is no chat gone"),
    ("open", {"title": 5}, '"title"'),
    ("open", {"uri": "file:///elsewhere"}, "none of the open folders"),
]


async def test_nonsense_is_refused_in_one_line(repo: GitRepo, environ: Environ) -> None:
    async with trusted_editor(environ, repo.path) as editor:
        chat = await open_chat(editor)
        uri = (repo.path / "till.py").as_uri()
        for method, params, words in NONSENSE:
            given = json.loads(json.dumps(params).replace("CHAT", chat).replace("TILL", uri))
            error = await editor.refusal(f"foreword/chat/{method}", given)
            assert (-32602, words) == (error.code, words if words in error.message else error.message)
        assert [] == await history(editor, chat)


async def test_a_chat_belongs_to_its_folder(repo: GitRepo, tmp_path: Path, environ: Environ) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "ship.py").write_text("def sail():\n    pass\n")

    async def one(chat: str) -> None:
        async with trusted_editor(environ, repo.path) as editor:
            error = await editor.refusal("foreword/chat/history", {"chatId": chat})
            assert "belongs to another folder" in error.message

    async with trusted_editor(environ, repo.path, other) as editor:
        assert "several" in (await editor.refusal("foreword/chat/open", {})).message
        chat = await open_chat(editor, uri=other.as_uri())
        assert "ship.py:1-2" in (await say(editor, chat, "Where is sail?"))["text"]
        await one(chat)


async def test_nothing_of_an_untrusted_folder_is_sent(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with connected(online) as editor:
        await editor.start([repo.path])
        chat = await open_chat(editor)
        error = await editor.refusal("foreword/chat/send", {"chatId": chat, "text": "One?"})
        assert "is not trusted" in error.message
    assert [] == api.requests


async def test_the_server_ends_while_an_answer_is_under_way(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with trusted_editor(online, repo.path) as editor:
        chat = await open_chat(editor)
        api.script((Hold(1), Reply((text_block("A long answer."),))))
        _, reply = editor.begin(
            "foreword/chat/send", {"chatId": chat, "text": "One?", "partialResultToken": 1}
        )
        await editor.hear("$/progress", lambda value: value["token"] == 1)
        assert 0 == await editor.stop()
        with pytest.raises(RpcError):
            await editor.wait_for(reply)


async def test_chats_are_renamed_found_by_their_words_exported_and_deleted(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script("It rounds half up.", "There is none.")
    async with trusted_editor(online, repo.path) as editor:
        rounding, other = await open_chat(editor), await open_chat(editor)
        told = await say(editor, rounding, "How does it round?")
        await say(editor, other, "Is there a cache?")
        await editor.request("foreword/chat/rename", {"chatId": rounding, "title": "  Money \n matters "})

        async def found(**params: object) -> list[str]:
            listed: Json = await editor.request("foreword/chat/list", params)
            return [chat["title"] for chat in listed["chats"]]

        assert ["Is there a cache?", "Money matters"] == await found()
        assert ["Money matters"] == await found(query="HALF round")
        assert ["Money matters"] == await found(query="matters")
        assert [] == await found(query="half cache")
        exported = await editor.request("foreword/chat/export", {"chatId": rounding})
        assert (
            "# Money matters\n\n## You\n\nHow does it round?\n\n## Foreword\n\nIt rounds half up.\n\n"
            f"*{told['receipt']['summary']}*\n"
        ) == exported["markdown"]
        await editor.request("foreword/chat/delete", {"chatId": rounding})
        assert ["Is there a cache?"] == await found()
        with pytest.raises(RpcError, match="there is no chat"):
            await history(editor, rounding)
        with pytest.raises(RpcError, match="a chat needs a title"):
            await editor.request("foreword/chat/rename", {"chatId": other, "title": " \n"})
