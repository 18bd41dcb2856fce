"""Every feature in every client: what each gets, by what it said of itself.

`editor.judge` looks at every message of the server in all of these tests (see `lsp_conformance.py`): its shape, and whether the
client declared that it takes such a thing. Here is what a user gets in the end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from applied_edits import Buffers
from clients import CLIENTS, usual_answers
from editor import Editor, RpcError, connected
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block, tool_use_block

Json = dict[str, Any]
SUM, ROUNDED = "    return sum(prices)\n", "    return round(sum(prices))\n"
ROUND = tool_use_block(
    "str_replace_based_edit_tool",
    {"command": "str_replace", "path": "till.py", "old_str": SUM, "new_str": ROUNDED},
)


@dataclass
class Scene:
    """A client beside a repository, with the stand-in as its API."""

    name: str
    editor: Editor
    hello: Json
    repo: GitRepo
    api: MessagesApi

    def has(self, path: str) -> bool:
        """Whether the client declared something."""
        return self.editor.judge.abilities.has(path)

    @property
    def uri(self) -> str:
        return (self.repo.path / "till.py").as_uri()

    @property
    def text(self) -> str:
        return (self.repo.path / "till.py").read_text()


async def introduces_itself(scene: Scene) -> None:
    told = scene.hello["capabilities"]
    assert {"change": 2, "openClose": True} == {
        key: told["textDocumentSync"][key] for key in ("change", "openClose")
    }
    assert scene.has("workspace.textDocumentContent") == ("textDocumentContent" in told["workspace"])
    knows_literals = scene.has("textDocument.codeAction.codeActionLiteralSupport")
    assert knows_literals == isinstance(told["codeActionProvider"], dict)


async def shows_how_far_the_index_is(scene: Scene) -> None:
    if scene.has("window.workDoneProgress"):
        shown = await scene.editor.hear("window/workDoneProgress/create")
        await scene.editor.hear(
            "$/progress", lambda told: told["token"] == shown["token"] and told["value"]["kind"] == "end"
        )
    else:
        await scene.editor.command("foreword.index")
        assert 0 == scene.editor.count("$/progress")


async def asks_before_anything_is_sent(scene: Scene) -> None:
    ask = {"command": "foreword.ask", "arguments": [{"question": "What is a till?"}]}
    scene.editor.answers["window/showMessageRequest"] = lambda params: params["actions"][1]
    assert "not trusted" in (await scene.editor.refusal("workspace/executeCommand", ask)).message
    assert scene.has("window.showMessage") == bool(scene.editor.count("window/showMessageRequest"))
    assert [] == scene.api.requests
    scene.editor.answers["window/showMessageRequest"] = lambda params: params["actions"][0]
    if scene.has("window.showMessage"):
        await scene.editor.request("workspace/executeCommand", ask)
    else:
        await scene.editor.command("foreword.trust")
        await scene.editor.request("workspace/executeCommand", ask)
    assert 1 == len(scene.api.messages)


async def offers_actions(scene: Scene) -> None:
    found = await actions(scene)
    has_place = scene.has("window.showDocument")
    assert has_place == any("Explain" in action["title"] for action in found)
    edits = [action for action in found if action.get("kind") == "refactor.rewrite"]
    if scene.has("textDocument.codeAction.resolveSupport"):
        assert [] != edits
        assert all("data" in action and "command" not in action for action in edits)
    else:
        assert all(isinstance(action["command"], str) for action in found)


async def actions(scene: Scene) -> list[Json]:
    await scene.editor.command("foreword.trust")
    await scene.editor.command("foreword.index")
    scene.editor.open(scene.uri, scene.text)
    where = {"start": {"line": 3, "character": 0}, "end": {"line": 5, "character": 0}}
    params = {"textDocument": {"uri": scene.uri}, "range": where, "context": {"diagnostics": []}}
    found: list[Json] = await scene.editor.request("textDocument/codeAction", params)
    return found


async def carries_out_an_action(scene: Scene) -> None:
    """By resolving it where the client does that, else by its command."""
    found = next(action for action in await actions(scene) if action["title"].startswith("Simplify"))
    buffers = Buffers(scene.hello["capabilities"]["positionEncoding"], scene.editor.texts)
    scene.editor.answers["workspace/applyEdit"] = buffers.answer
    scene.api.script(Reply((ROUND,)), "Done.")
    if "data" in found:
        buffers.apply((await scene.editor.request("codeAction/resolve", found))["edit"])
    else:
        call = {"command": found["command"], "arguments": found["arguments"]}
        told = await scene.editor.request("workspace/executeCommand", call)
        if not told["applied"]:
            buffers.apply(told["workspaceEdit"])
    assert scene.text.replace(SUM, ROUNDED) == scene.editor.texts[scene.uri][1]


async def edits_files_as_far_as_it_can(scene: Scene) -> None:
    await scene.editor.command("foreword.trust")
    new = tool_use_block(
        "str_replace_based_edit_tool", {"command": "create", "path": "tip.py", "file_text": "TIP = 5\n"}
    )
    gone = tool_use_block(
        "str_replace_based_edit_tool",
        {"command": "str_replace", "path": "README.md", "old_str": "Adds", "new_str": "Sums"},
    )
    scene.api.script(Reply((ROUND, new, gone)), "Done.")
    buffers = Buffers(scene.hello["capabilities"]["positionEncoding"], scene.editor.texts)
    scene.editor.answers["workspace/applyEdit"] = buffers.answer
    told = await scene.editor.command("foreword.edit", instruction="Round")
    assert scene.has("workspace.applyEdit") == told["applied"]
    if "workspaceEdit" in told:
        buffers.apply(told["workspaceEdit"])
    assert scene.has("workspace.workspaceEdit") == (scene.repo.path / "tip.py").exists()
    assert ROUNDED in scene.text


async def chats(scene: Scene) -> None:
    await scene.editor.command("foreword.trust")
    chat = (await scene.editor.request("foreword/chat/open", {"title": "Tills"}))["chatId"]
    scene.api.script("A till adds.", Reply((ROUND,)), "Rounded.")
    said = {"chatId": chat, "partialResultToken": "p", "workDoneToken": "w"}
    told = await scene.editor.request("foreword/chat/send", {**said, "text": "What is it?"})
    assert ("A till adds.", "end_turn") == (told["text"], told["stopReason"])
    told = await scene.editor.request("foreword/chat/send", {"chatId": chat, "text": "Round it"})
    (proposal,) = told["proposals"]
    assert ("documentChanges" in proposal["edit"]) == scene.has("workspace.workspaceEdit")
    messages = (await scene.editor.request("foreword/chat/history", {"chatId": chat}))["messages"]
    assert 4 == len(messages)
    await scene.editor.request("foreword/chat/truncate", {"chatId": chat, "messageId": messages[2]["id"]})
    assert 1 == len((await scene.editor.request("foreword/chat/list", {}))["chats"])
    scene.editor.notify("foreword/chat/close", {"chatId": chat})


async def shows_an_answer_as_a_document(scene: Scene) -> None:
    answer = await scene.editor.command("foreword.ask", question="Where is `total`?", provider="offline")
    assert scene.has("window.showDocument.support") == bool(scene.editor.count("window/showDocument"))
    if scene.has("workspace.textDocumentContent"):
        uri = (await scene.editor.hear("window/showDocument"))["uri"]
        read = await scene.editor.request("workspace/textDocumentContent", {"uri": uri})
        assert answer["text"] in read["text"]


async def says_how_things_stand(scene: Scene) -> None:
    """In the log: none of these knows `foreword/status`."""
    line = await scene.editor.hear("window/logMessage", lambda told: "3 files" in told["message"])
    assert (5, False) == (line["type"], "sum(prices)" in line["message"]) or line["type"] == 4


async def takes_settings(scene: Scene) -> None:
    """Pulled where the client gives them, else as they are pushed; wrong ones are told once."""
    wanted = {"model": "claude-haiku-4-5", "modle": "x"}
    scene.editor.answers["workspace/configuration"] = lambda params: [wanted for _ in params["items"]]
    for _ in range(2):
        scene.editor.notify("workspace/didChangeConfiguration", {"settings": {"foreword": wanted}})
        shown = await scene.editor.command("foreword.doctor")
        assert "foreword.doctor/1" == shown["schema"]
    told = await scene.editor.hear("window/showMessage")
    assert "modle" in told["message"]
    assert 1 == scene.editor.count("window/showMessage")
    dry = await scene.editor.command("foreword.ask", question="Why?", dryRun=True)
    assert "claude-haiku-4-5" == dry["request"]["model"]


async def hears_of_changed_files(scene: Scene) -> None:
    await scene.editor.command("foreword.index")
    registered = [
        one["method"]
        for message in scene.editor.heard
        if message["method"] == "client/registerCapability"
        for one in message["params"]["registrations"]
    ]
    method = "workspace/didChangeWatchedFiles"
    assert scene.has(f"{method.replace('/', '.')}.dynamicRegistration") == (method in registered)
    scene.repo.write("tip.py", "def tip():\n    return 5\n")
    scene.editor.notify(method, {"changes": [{"uri": (scene.repo.path / "tip.py").as_uri(), "type": 1}]})
    assert 1 == len(await scene.editor.command("foreword.symbols", name="tip"))


async def cancels(scene: Scene) -> None:
    await scene.editor.command("foreword.trust")
    scene.api.script((Hold(after=1), Reply((text_block("A till adds prices up. " * 20),))))
    ask = {"command": "foreword.ask", "arguments": [{"question": "Why?"}], "workDoneToken": "t"}
    number, reply = scene.editor.begin("workspace/executeCommand", ask)
    await scene.editor.hear("$/progress", lambda told: told["value"].get("message") == "answering")
    scene.editor.notify("$/cancelRequest", {"id": number})
    with pytest.raises(RpcError) as refused:
        await scene.editor.wait_for(reply)
    assert -32800 == refused.value.code
    assert 3 == (await scene.editor.command("foreword.index"))["files"]


async def ends(scene: Scene) -> None:
    assert 0 == await scene.editor.stop()
    assert 0 == scene.editor.count("window/showMessage")


FEATURES: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    introduces_itself,
    shows_how_far_the_index_is,
    asks_before_anything_is_sent,
    offers_actions,
    carries_out_an_action,
    edits_files_as_far_as_it_can,
    chats,
    shows_an_answer_as_a_document,
    says_how_things_stand,
    takes_settings,
    hears_of_changed_files,
    cancels,
    ends,
)


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
async def test_a_client(
    feature: Callable[[Scene], Awaitable[None]],
    name: str,
    repo: GitRepo,
    online: dict[str, str],
    api: MessagesApi,
) -> None:
    async with connected(online, usual_answers()) as editor:
        hello = await editor.start([repo.path], CLIENTS[name])
        await feature(Scene(name, editor, hello, repo, api))


async def test_the_judge_finds_what_is_wrong() -> None:
    async with connected({}) as editor:
        judge = editor.judge
        await editor.start([], CLIENTS["minimal"])
        edit = {"documentChanges": [{"kind": "delete", "uri": "file:///x"}]}
        for wrong in (
            {"id": "a", "method": "workspace/applyEdit", "params": {"edit": edit}},
            {"method": "$/progress", "params": {"token": "x", "value": {"kind": "begin", "title": "x"}}},
            {"method": "window/showMessage", "params": {"type": 1, "message": "x", "more": 1}},
            {"method": "foreword/status", "params": {}},
            {"method": "window/logMessage", "params": {"type": 99}},
            {"id": "b", "method": "workspace/codeLens/refresh"},
            {"id": "never asked", "result": None},
        ):
            judge.violations.clear()
            judge.received({"jsonrpc": "2.0", **wrong})
            assert [] != judge.violations, wrong
        judge.violations.clear()
