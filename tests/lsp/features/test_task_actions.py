"""The user's own tasks in the menu of code actions."""

from __future__ import annotations

from typing import Any

import pytest

from clients import CLIENTS, NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi

Json = dict[str, Any]
TITLE = "Say why"


@pytest.fixture
def tasks(repo: GitRepo) -> GitRepo:
    repo.write(".foreword/tasks/why.md", f"---\ndescription: {TITLE}\n---\nWhy is it so?\n")
    return repo


async def offered(editor: Editor, repo: GitRepo, **context: object) -> list[Json]:
    uri = (repo.path / "till.py").as_uri()
    editor.open(uri, (repo.path / "till.py").read_text(encoding="utf-8"))
    where = {"start": {"line": 4, "character": 0}, "end": {"line": 6, "character": 0}}
    params = {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": [], **context}}
    found: list[Json] = await editor.request("textDocument/codeAction", params)
    return [one for one in found if one["title"] == TITLE]


async def test_a_task_is_an_action_about_the_selection(
    tasks: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    api.script("So it is.")
    async with connected(online, usual_answers()) as editor:
        await editor.start([tasks.path], NEOVIM_0_11, initializationOptions={"trusted": True})
        assert [] == await offered(editor, tasks, triggerKind=2)
        assert [] == await offered(editor, tasks, triggerKind=1, only=["refactor"])
        (action,) = await offered(editor, tasks, triggerKind=1, only=["source"])
        told = await editor.request("workspace/executeCommand", action["command"])
    assert "So it is." == told["text"]
    assert 'path="till.py" lines="5-6"' in str(api.messages[0].body)


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_task_of_a_project_without_trust_is_shown_as_such_or_not_at_all(
    name: str, tasks: GitRepo, online: dict[str, str]
) -> None:
    async with connected(online, usual_answers()) as editor:
        await editor.start([tasks.path], CLIENTS[name])
        actions = await offered(editor, tasks, triggerKind=1)
    assert (CLIENTS[name] is VSCODE_CLIENT_11 or "vscode" in name) == bool(actions)
    assert all("is not trusted" in action["disabled"]["reason"] for action in actions)


async def test_a_menu_has_the_tasks_of_now_and_a_move_of_the_cursor_those_that_were_read_of_late(
    tasks: GitRepo, online: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foreword.lsp.features.code_actions.MAX_AGE_S", 3600.0)
    async with connected(online, usual_answers()) as editor:
        await editor.start([tasks.path], NEOVIM_0_11, initializationOptions={"trusted": True})
        assert await offered(editor, tasks)
        (tasks.path / ".foreword/tasks/why.md").unlink()
        assert await offered(editor, tasks), "no trigger is named, so this may be a move of the cursor"
        assert [] == await offered(editor, tasks, triggerKind=1)
        assert [] == await offered(editor, tasks)
