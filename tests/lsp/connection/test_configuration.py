from __future__ import annotations

from typing import Any

import pytest

from clients import MINIMAL, NEOVIM_0_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi

Environ = dict[str, str]
ASK = {"command": "foreword.ask", "arguments": [{"question": "What is a till?"}]}


async def model_of(editor: Editor) -> str:
    model: str = (await editor.command("foreword.doctor"))["facts"]["model"]
    return model


async def test_initialization_options_have_the_keys_of_the_settings(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        options = {"model": "claude-opus-5-5", "context": {"budget": 5000}, "trace.server": "off"}
        await editor.start([repo.path], MINIMAL, initializationOptions=options)
        assert "claude-opus-5-5" == await model_of(editor)
        assert 5000 == (await editor.command("foreword.context"))["budget"]
        assert 0 == editor.count("window/showMessage")


async def test_the_configuration_is_pulled_and_changes_take_effect(repo: GitRepo, environ: Environ) -> None:
    answers = usual_answers({"model": "claude-opus-5-5", "context": {"budget": None}})
    async with connected(environ, answers) as editor:
        await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"model": "claude-haiku-4-5"})
        assert "claude-opus-5-5" == await model_of(editor)
        editor.answers.update(usual_answers({"model": "claude-haiku-4-5"}))
        n_asked = editor.count("workspace/configuration")
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.hear(
            "workspace/configuration", lambda _: editor.count("workspace/configuration") > n_asked
        )
        assert "claude-haiku-4-5" == await model_of(editor)


async def test_the_configuration_is_taken_as_it_is_pushed_from_a_client_that_gives_none(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path], MINIMAL)
        settings = {"foreword": {"model": "claude-haiku-4-5"}}
        editor.notify("workspace/didChangeConfiguration", {"settings": settings})
        assert "claude-haiku-4-5" == await model_of(editor)


async def test_what_a_workspace_sets_in_an_editor_raises_costs_within_the_users_bounds(
    repo: GitRepo, environ: Environ
) -> None:
    project = {"context.budget": 900_000, "provider": "bedrock", "answer.tokens": 20_000}
    repo.write(".foreword.toml", "[context]\nbudget = 120000\n")
    answers = usual_answers({"tools.rounds": 50, "answer.tokens": 15_000, "project": project})
    async with connected(environ, answers) as editor:
        await editor.start([repo.path], NEOVIM_0_11)
        await editor.command("foreword.index")
        told = [one["params"]["message"] for one in editor.heard if one.get("method") == "window/showMessage"]
    (bounded,) = [one for one in told if "context.budget" in one]
    assert "workspace settings" in bounded
    assert "is 120,000 instead of 900,000" in bounded
    assert [] == [one for one in told if "tools.rounds" in one or "answer.tokens" in one]
    assert any("can't be chosen by a project" in one for one in told)


@pytest.mark.parametrize(
    ("configuration", "complaint"),
    [
        ({"modle": "x"}, 'did you mean "model"'),
        ({"context": {"budget": "much"}}, '"context.budget" must be a whole number'),
        ({"model": {"url": "https://evil.example"}}, "can't be set by a project"),
    ],
)
async def test_wrong_keys_are_reported_once(
    configuration: dict[str, Any], complaint: str, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ, usual_answers(configuration)) as editor:
        await editor.start([repo.path], NEOVIM_0_11)
        told = await editor.hear("window/showMessage")
        assert complaint in told["message"]
        assert 2 == told["type"]
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.command("foreword.index")
        assert 1 == editor.count("window/showMessage")


async def test_nothing_of_a_workspace_that_is_not_trusted_is_sent(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    repo.write(".foreword.toml", 'trusted = true\nmodel = "claude-sonnet-4-6"\n')

    async with connected(online, usual_answers({"trusted": True})) as editor:
        capabilities = {"workspace": {"configuration": True}}
        await editor.start([repo.path], capabilities)
        refused = await editor.refusal("workspace/executeCommand", ASK)
        assert "not trusted" in refused.message
        assert {"kind": "Trust", "exitCode": 1} == refused.data
        offline = {"question": "What is a till?", "provider": "offline"}
        assert "offline" == (await editor.command("foreword.ask", **offline))["provider"]
    assert [] == list(api.requests)


@pytest.mark.parametrize(("title", "n_questions"), [("Trust this folder", 1), ("Not now", 2), (None, 2)])
async def test_the_user_is_asked_before_anything_is_sent_and_a_grant_lasts(
    title: str | None, n_questions: int, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    answers = usual_answers() | {"window/showMessageRequest": lambda _: title and {"title": title}}

    async with connected(online, answers) as editor:
        await editor.start([repo.path], NEOVIM_0_11)
        for _ in range(2):
            if title == "Trust this folder":
                await editor.request("workspace/executeCommand", ASK)
            else:
                await editor.refusal("workspace/executeCommand", ASK)
        assert n_questions == editor.count("window/showMessageRequest")
    assert (2 if n_questions == 1 else 0) == len(api.messages)


@pytest.mark.parametrize(("title", "n_sent"), [("Trust this folder", 1), ("Not now", 0)])
async def test_that_an_editor_may_open_a_folder_is_no_word_about_sending_its_text(
    title: str, n_sent: int, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    answers = usual_answers() | {"window/showMessageRequest": lambda _: {"title": title}}
    asking: dict[str, Any] = {"window": {"showMessage": {"messageActionItem": {}}}}
    for is_trusted, n_questions in ((False, 0), (True, 1)):
        async with connected(online, answers) as editor:
            options = {"keepsTrust": True, "trusted": is_trusted}
            await editor.start([repo.path], asking, initializationOptions=options)
            if is_trusted and n_sent:
                await editor.request("workspace/executeCommand", ASK)
            else:
                assert "not trusted" in (await editor.refusal("workspace/executeCommand", ASK)).message
            assert n_questions == editor.count("window/showMessageRequest")
    assert n_sent == len(api.messages)


async def test_trust_is_given_and_taken_by_a_command_or_by_the_client(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with connected(online) as editor:
        await editor.start([repo.path])
        assert (await editor.command("foreword.trust"))["trusted"]
        await editor.request("workspace/executeCommand", ASK)
        assert not (await editor.command("foreword.trust", revoke=True))["trusted"]
        await editor.refusal("workspace/executeCommand", ASK)
    async with connected(online) as editor:
        await editor.start([repo.path], initializationOptions={"trusted": True})
        await editor.refusal("workspace/executeCommand", ASK)  # what the user took back stays so
        assert (await editor.command("foreword.trust"))["trusted"]
        await editor.request("workspace/executeCommand", ASK)
    assert 2 == len(api.messages)
