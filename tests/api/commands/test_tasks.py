"""`foreword run`: the user's own tasks, on the command line and through the server."""

from __future__ import annotations

import json

import pytest

from editor import RpcError, connected
from foreword.cli.main import main
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply
from shop_edits import CHECKOUT, replaced

RATE = (
    "---\ndescription: Raise the rate\nkind: edit\ncontext: [shop/checkout.py]\n---\nRaise the rate by one.\n"
)


@pytest.fixture
def tasks(shop: GitRepo) -> GitRepo:
    shop.write(".foreword/tasks/rate.md", RATE)
    shop.write(".foreword/tasks/why.md", "Why is it so?\n")
    return shop


def typed(shop: GitRepo, *argv: str) -> int:
    return main([*argv, "-w", str(shop.path)])


def test_tasks_of_a_project_are_listed_and_run_once_it_is_trusted(
    tasks: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == typed(tasks, "run")
    listed = capsys.readouterr()
    assert "Raise the rate" in listed.out
    assert "run `foreword trust`" in listed.err
    assert 0 != typed(tasks, "run", "why")
    assert "is a task of a project that is not trusted" in capsys.readouterr().err
    assert [] == list(api.messages)
    assert 0 == typed(tasks, "trust")
    api.script("Since it has always been.")
    assert 0 == typed(tasks, "run", "why", "-m", "In one line.")
    assert "Since it has always been." in capsys.readouterr().out
    assert "Why is it so?\\n\\nIn one line." in json.dumps(api.messages[-1].body)


def test_a_task_that_edits_shows_its_diff_and_writes_on_request(
    tasks: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(tasks, "trust")
    api.script(Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")
    assert 0 == typed(tasks, "run", "rate", "--apply")
    assert "+VAT_PERCENT = 20" in capsys.readouterr().out
    assert "VAT_PERCENT = 20" in (tasks.path / CHECKOUT).read_text(encoding="utf-8")
    assert f'path=\\"{CHECKOUT}\\"' in json.dumps(api.messages[0].body)


async def test_an_editor_gets_the_list_the_answer_and_the_proposal(tasks: GitRepo, api: MessagesApi) -> None:
    api.script("So it is.", Reply((replaced("VAT_PERCENT = 19", "VAT_PERCENT = 20"),)), "Done.")

    environ = {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url, "FOREWORD_HOME": "h"}
    async with connected(environ | {"FOREWORD_HOME": str(tasks.path.parent / "home")}) as editor:
        await editor.start([tasks.path], initializationOptions={"trusted": True})
        listed = await editor.command("foreword.run")
        uri = (tasks.path / CHECKOUT).as_uri()
        answered = await editor.command("foreword.run", name="why", uri=uri)
        proposed = await editor.command("foreword.run", name="rate", apply=False)
    assert [("rate", True), ("why", True)] == [(one["name"], one["runs"]) for one in listed["tasks"]]
    assert ("foreword.answer/1", "So it is.") == (answered["schema"], answered["text"])
    assert ("foreword.edit/1", [CHECKOUT]) == (
        proposed["schema"],
        [one["path"] for one in proposed["edits"]],
    )


async def test_an_editor_without_trust_gets_the_list_alone(tasks: GitRepo, api: MessagesApi) -> None:
    environ = {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url}
    async with connected(environ | {"FOREWORD_HOME": str(tasks.path.parent / "home")}) as editor:
        await editor.start([tasks.path])
        assert [False, False] == [one["runs"] for one in (await editor.command("foreword.run"))["tasks"]]
        with pytest.raises(RpcError, match="not trusted"):
            await editor.command("foreword.run", name="why")
    assert [] == list(api.messages)
