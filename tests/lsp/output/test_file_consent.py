"""Edits that create files or change what runs here: told before, whatever the client can do."""

from __future__ import annotations

import copy
import os
import re
from typing import Any

import pytest

from applied_edits import Buffers
from clients import NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import connected
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

Json = dict[str, Any]
NEW = "tests/test_till.py"
PROGRAM = "bin/deploy"
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


def script_program(repo: GitRepo, api: MessagesApi) -> None:
    """An edit of a program whose name and text say nothing of it: only its x bit does."""
    repo.write(PROGRAM, "echo one\n")
    (repo.path / PROGRAM).chmod(0o755)
    repo.commit("Deploy")
    call = {"command": "str_replace", "path": PROGRAM, "old_str": "one", "new_str": "two"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", call),)), "Done.")


@pytest.mark.skipif(os.name != "posix", reason="no x bit")
@pytest.mark.parametrize(
    ("said", "text"), [("Go on", "echo two\n"), ("Leave out", "echo one\n"), (None, "echo one\n")]
)
async def test_a_program_is_changed_only_with_the_users_word(
    said: str | None, text: str, repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script_program(repo, api)
    asked: list[str] = []

    def answer(params: Json) -> Json | None:
        asked.append(params["message"])
        return {"title": said} if said else None

    answers = usual_answers() | {"window/showMessageRequest": answer}
    async with connected(online, answers) as editor:
        hello = await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"trusted": True})
        buffers = Buffers(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        done = await editor.command("foreword.edit", instruction="Echo two", apply=True)
        assert text == (repo.path / PROGRAM).read_text(encoding="utf-8")
        assert [True] == [one.get("runsHere") for one in done["edits"]]
        listed = (await editor.command("foreword.proposals"))["proposals"]
        assert [True] * (text == "echo one\n") == [
            one["runsHere"] for left in listed for one in left["files"]
        ]
    assert [f"Foreword: the proposal would change {PROGRAM} (it changes what runs on this machine)."] == asked


@pytest.mark.skipif(os.name != "posix", reason="no x bit")
async def test_a_client_that_can_not_ask_offers_a_changed_program_by_itself(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script_program(repo, api)
    uri = (repo.path / "till.py").as_uri()
    where = {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 4}}
    params = {
        "textDocument": {"uri": uri},
        "range": where,
        "context": {"diagnostics": [], "triggerKind": 1},
    }
    async with connected(online, usual_answers()) as editor:
        hello = await editor.start([repo.path], HELIX, initializationOptions={"trusted": True})
        buffers = Buffers(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        editor.open(uri, (repo.path / "till.py").read_text(encoding="utf-8"))
        done = await editor.command("foreword.edit", instruction="Echo two", apply=True)
        assert "echo one\n" == (repo.path / PROGRAM).read_text(encoding="utf-8")
        assert not done["applied"]
        assert ["it changes what runs on this machine"] == [
            words
            for one in done["problems"]
            for words in re.findall(r"since (.+): it is kept", one["message"])
        ]
        offered = await editor.request("textDocument/codeAction", params)
        title = f"Change {PROGRAM}, as proposed (it changes what runs on this machine)"
        (change,) = [one for one in offered if one["title"] == title]
        await editor.request("workspace/executeCommand", change["command"])
        assert "echo two\n" == (repo.path / PROGRAM).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="no x bit")
async def test_a_client_that_annotates_asks_about_a_program_whoever_calls(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script_program(repo, api)
    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        done = await editor.command("foreword.edit", instruction="Echo two", apply=False, confirm=False)
    (note,) = done["workspaceEdit"]["changeAnnotations"].values()
    assert note["needsConfirmation"]
    assert f"Change {PROGRAM} (it changes what runs on this machine)" == note["label"]
