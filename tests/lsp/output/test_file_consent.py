"""Code actions that create files: told before, whatever the client can do."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from applied_edits import Buffers
from clients import NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import connected
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

Json = dict[str, Any]
NEW = "tests/test_till.py"
HELIX = copy.deepcopy(NEOVIM_0_11)
"""A client that applies edits, and can't ask its user."""
del HELIX["window"]["showMessage"]


def script(api: MessagesApi) -> None:
    call = {"command": "create", "path": NEW, "file_text": "def test_till():\n    pass\n"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", call),)), "Done.")


def action(repo: GitRepo) -> Json:
    data = {"kind": "tests", "uri": (repo.path / "till.py").as_uri(), "symbol": "total"}
    return {"title": "Write tests for `total`", "kind": "source.foreword.tests", "data": data}


@pytest.mark.parametrize(("said", "is_created"), [("Go on", True), ("Leave out", False)])
async def test_a_client_that_can_ask_asks_its_user(
    said: str, is_created: bool, repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script(api)
    asked: list[str] = []

    def answer(params: Json) -> Json:
        asked.append(params["message"])
        return {"title": said}

    answers = usual_answers() | {"window/showMessageRequest": answer}
    async with connected(online, answers) as editor:
        await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"trusted": True})
        resolved = await editor.request("codeAction/resolve", action(repo))
        assert is_created == ("documentChanges" in resolved["edit"])
        (listed,) = (await editor.command("foreword.proposals"))["proposals"]
        assert [NEW] == [one["path"] for one in listed["files"]]
    assert [f"Foreword: the proposal would create {NEW}."] == asked


async def test_a_client_that_annotates_asks_by_itself(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script(api)
    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        resolved = await editor.request("codeAction/resolve", action(repo))
    assert "create" == resolved["edit"]["documentChanges"][0]["kind"]
    assert all(one["needsConfirmation"] for one in resolved["edit"]["changeAnnotations"].values())


async def test_a_client_that_can_not_ask_is_shown_the_file_and_offers_it_next(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script(api)
    uri = (repo.path / "till.py").as_uri()
    context = {"diagnostics": [], "triggerKind": 1}
    where = {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 4}}
    params = {"textDocument": {"uri": uri}, "range": where, "context": context}
    async with connected(online, usual_answers()) as editor:
        hello = await editor.start([repo.path], HELIX, initializationOptions={"trusted": True})
        buffers = Buffers(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        editor.open(uri, (repo.path / "till.py").read_text(encoding="utf-8"))
        resolved = await editor.request("codeAction/resolve", action(repo))
        assert {"changes": {}} == resolved["edit"]
        assert not (repo.path / NEW).exists()
        told = [one["params"]["message"] for one in editor.heard if one["method"] == "window/showMessage"]
        assert any(f"the proposal would create {NEW}: the diff is file:" in text for text in told)
        offered = await editor.request("textDocument/codeAction", params)
        (create,) = [one for one in offered if one["title"] == f"Create {NEW}, as proposed"]
        await editor.request("workspace/executeCommand", create["command"])
        assert (repo.path / NEW).exists()
        offered = await editor.request("textDocument/codeAction", params)
        assert [] == [one for one in offered if "as proposed" in one["title"]]
