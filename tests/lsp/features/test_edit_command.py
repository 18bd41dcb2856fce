"""`foreword.edit` and resolved code actions: the model's edits in an editor that really applies them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from applied_edits import Buffers, path_of
from clients import CLIENTS, MINIMAL, NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import Editor, RpcError, connected
from gitrepo import GitRepo
from messages_api import (
    Cut,
    ErrorEvent,
    Fault,
    Hold,
    Html,
    MessagesApi,
    Reply,
    Status,
    text_block,
    tool_use_block,
)

Environ = dict[str, str]
Json = dict[str, Any]
TOOL = "str_replace_based_edit_tool"
TRUSTED = {"trusted": True}
EXECUTE, RESOLVE = "workspace/executeCommand", "codeAction/resolve"
NOTHING: Json = {"edit": {"changes": {}}}
"""An edit that ends the matter: some clients resolve an action without one again and again."""
TIP = "TIP = 5\n"
SUM = "    return sum(prices)\n"
ROUNDED = "    return round(sum(prices))  # 😀\n"


def replaced(path: str, old: str, new: str) -> Json:
    return tool_use_block(TOOL, {"command": "str_replace", "path": path, "old_str": old, "new_str": new})


def created(path: str, text: str) -> Json:
    return tool_use_block(TOOL, {"command": "create", "path": path, "file_text": text})


ROUND = replaced("till.py", SUM, ROUNDED)
TITLE = replaced("README.md", "# Till", "# Cash editor_with_buffers")


def script(api: MessagesApi, *calls: Json, meanwhile: Callable[[], object] = lambda: None) -> None:
    def finish(_: Json) -> str:
        meanwhile()
        return "Done."

    api.script(Reply(calls), finish)


@asynccontextmanager
async def editor_with_buffers(
    repo: GitRepo, online: Environ, capabilities: Json, **more: object
) -> AsyncIterator[tuple[Editor, Buffers]]:
    """An editor that applies edits, with its buffers."""
    async with connected(online, usual_answers()) as editor:
        options = {"initializationOptions": TRUSTED, **more}
        hello = await editor.start([repo.path], capabilities, **options)
        buffers = Buffers(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        yield editor, buffers


def uri_of(repo: GitRepo, path: str = "till.py") -> str:
    return (repo.path / path).as_uri()


def text_of(repo: GitRepo, path: str = "till.py") -> str:
    return (repo.path / path).read_bytes().decode()


def action(repo: GitRepo, **more: object) -> Json:
    """A code action as the server would have offered it."""
    data = {"kind": "fix", "uri": uri_of(repo), "symbol": "total", **more}
    return {"title": "Fix `total`", "kind": "quickfix", "data": data}


def messages(editor: Editor) -> list[str]:
    return [told["params"]["message"] for told in editor.heard if told["method"] == "window/showMessage"]


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_gets_the_edit_in_its_own_form(
    name: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    text = text_of(repo).replace("\n", "\r\n") + "# unsaved é\r\n"
    script(api, ROUND, created("new/tip.py", TIP))

    async with editor_with_buffers(repo, online, CLIENTS[name]) as (editor, buffers):
        editor.open(uri_of(repo), text)
        told = await editor.command("foreword.edit", instruction="Round the total")
        assert ("foreword.edit/1", "end_turn") == (told["schema"], told["stopReason"])
        edit = told.get("workspaceEdit")
        assert (name != "minimal", name == "minimal") == (told["applied"], edit is not None)
        if edit is not None:
            buffers.apply(edit)
        assert (
            text.replace(SUM.replace("\n", "\r\n"), ROUNDED.replace("\n", "\r\n"))
            == editor.texts[uri_of(repo)][1]
        )
        assert (name != "minimal") == (repo.path / "new/tip.py").is_file()
        assert 1 == len(buffers.edits)
        assert ("changes" in buffers.edits[0]) == (name == "minimal")
        assert ("changeAnnotations" in buffers.edits[0]) == name.startswith("vscode")
        assert 0 == await editor.stop()
    assert SUM in text_of(repo)


async def test_a_client_that_can_not_apply_edits_gets_the_diff_as_a_file(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    script(api, ROUND, created("tip.py", TIP))

    capabilities = {**MINIMAL, "window": {"showDocument": {"support": True}}}
    async with editor_with_buffers(repo, online, capabilities) as (editor, _):
        told = await editor.command("foreword.edit", instruction="Round the total")
        assert [False, False] == [one["applied"] for one in told["edits"]]
        uri = (await editor.hear("window/showDocument"))["uri"]
        diff = path_of(uri).read_text(encoding="utf-8")
        repo.git("apply", "-", stdin=diff.encode())
        (message,) = messages(editor)
        assert "tip.py was not created: this editor lets no language server create files" in message
        refused = path_of(message.rpartition("the diff is ")[2]).read_text(encoding="utf-8")
        assert "--- /dev/null\n+++ b/tip.py\n@@ -0,0 +1 @@\n+TIP = 5\n" == refused
        assert "tip.py" == told["problems"][0]["path"]
    assert (ROUNDED in text_of(repo), TIP) == (True, text_of(repo, "tip.py"))


@pytest.mark.parametrize("name", ["neovim 0.11", "vscode 11"])
async def test_files_are_deleted_and_renamed_where_asked(
    name: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    before = text_of(repo)
    renamed = tool_use_block("files", {"command": "rename", "path": "till.py", "new_path": "shop/till.py"})
    deleted = tool_use_block("files", {"command": "delete", "path": "README.md"})
    api.script(Reply((renamed, deleted)), Reply((replaced("shop/till.py", SUM, ROUNDED),)), "Done.")

    async with editor_with_buffers(repo, online, CLIENTS[name]) as (editor, buffers):
        editor.open(uri_of(repo), before)
        told = await editor.command("foreword.edit", instruction="Move the till")
        assert ["delete", "rename"] == sorted(one["kind"] for one in told["edits"])
        assert (True, 1) == (told["applied"], len(buffers.edits))
        assert {uri_of(repo, "shop/till.py"): (2, before.replace(SUM, ROUNDED))} == editor.texts
    assert (False, False) == ((repo.path / "till.py").exists(), (repo.path / "README.md").exists())
    assert before == text_of(repo, "shop/till.py")


async def test_text_that_moved_meanwhile_is_edited_where_it_is_now_or_not_at_all(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    moved = "# Moved.\n\n" + text_of(repo)

    async with editor_with_buffers(repo, online, VSCODE_CLIENT_11) as (editor, _):
        loop = asyncio.get_running_loop()

        def type_on() -> None:
            loop.call_soon_threadsafe(editor.replace, uri_of(repo), moved)
            loop.call_soon_threadsafe(editor.replace, uri_of(repo, "README.md"), "# Other\n")

        script(api, ROUND, TITLE, meanwhile=type_on)
        editor.open(uri_of(repo), text_of(repo))
        editor.open(uri_of(repo, "README.md"), text_of(repo, "README.md"))
        told = await editor.command("foreword.edit", instruction="Round, and rename")
        assert (True, [True, False]) == (told["applied"], [one["applied"] for one in told["edits"]])
        assert (3, moved.replace(SUM, ROUNDED)) == editor.texts[uri_of(repo)]
        assert (2, "# Other\n") == editor.texts[uri_of(repo, "README.md")]
        (message,) = messages(editor)
        assert message.startswith(
            "Foreword: README.md: the change of line 1 (# Till) was not applied: the file has"
        )
        uri = message.rpartition("the diff is ")[2]
        diff = (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"]
        assert diff.startswith("--- a/README.md\n+++ b/README.md\n@@ -1,")
        assert "\n-# Till\n+# Cash editor_with_buffers\n" in diff
        editor.replace(uri_of(repo, "README.md"), "\n" + text_of(repo, "README.md"))
        again = {"proposalId": told["proposalId"], "files": ["README.md"]}
        assert (await editor.command("foreword.edit", **again))["applied"]
        assert (
            "\n# Cash editor_with_buffers\n\nAdds prices up.\n" == editor.texts[uri_of(repo, "README.md")][1]
        )


async def test_a_preview_applies_nothing_and_its_hunks_can_be_chosen_later(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    script(api, replaced("till.py", '"""A till."""', '"""Two tills."""'), ROUND, TITLE)

    async with editor_with_buffers(repo, online, VSCODE_CLIENT_11) as (editor, buffers):
        told = await editor.command("foreword.edit", instruction="Two", preview=True)
        assert (False, []) == (told["applied"], buffers.edits)
        assert told["workspaceEdit"]["documentChanges"]
        uri = (await editor.hear("window/showDocument"))["uri"]
        diff = (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"]
        assert "".join(one["diff"] for one in told["edits"]) == diff
        assert ["Two tills", "round"] == [
            next(word for word in ("Two tills", "round") if word in hunk) for hunk in told["hunks"]["till.py"]
        ]
        chosen = {"proposalId": told["proposalId"], "hunks": {"till.py": [1]}}
        part = await editor.command("foreword.edit", **chosen)
        assert ("foreword.proposal/1", True, ["till.py"]) == (
            part["schema"],
            part["applied"],
            [one["path"] for one in part["edits"]],
        )
        notes = buffers.edits[0]["changeAnnotations"]
        assert [False] == [note["needsConfirmation"] for note in notes.values()]
        for wrong in (
            {"proposalId": "none"},
            {"proposalId": told["proposalId"], "files": ["no.py"]},
            {"proposalId": told["proposalId"], "hunks": {"till.py": [2]}},
            {"proposalId": told["proposalId"], "hunks": [1]},
            {"proposalId": told["proposalId"], "instruction": "x"},
        ):
            params = {"command": "foreword.edit", "arguments": [wrong]}
            assert -32602 == (await editor.refusal(EXECUTE, params)).code
    assert (True, True, False) == (
        ROUNDED in text_of(repo),
        '"""A till."""' in text_of(repo),
        "Cash" in text_of(repo, "README.md"),
    )


@pytest.mark.parametrize("answer", [{"applied": False, "failureReason": "the user\nsaid no"}, None])
async def test_an_edit_that_the_client_does_not_apply_is_kept(
    answer: Json | None, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    script(api, ROUND)

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, buffers):
        if answer is None:
            del editor.answers["workspace/applyEdit"]
        else:
            editor.answers["workspace/applyEdit"] = lambda _: answer
        told = await editor.command("foreword.edit", instruction="Round the total")
        assert (False, [False]) == (told["applied"], [one["applied"] for one in told["edits"]])
        reason = "the user said no" if answer else "unknown method"
        assert f"the editor did not apply the proposal ({reason})" in told["problems"][0]["message"]
        assert [f"Foreword: {told['problems'][0]['message']}"] == messages(editor)
        editor.answers["workspace/applyEdit"] = buffers.answer
        assert (await editor.command("foreword.edit", proposalId=told["proposalId"]))["applied"]
    assert ROUNDED in text_of(repo)


@pytest.mark.parametrize("name", ["neovim 0.11", "vscode 9", "vscode 11"])
async def test_a_code_action_gets_its_edit_when_it_is_resolved(
    name: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    script(api, ROUND)

    async with editor_with_buffers(repo, online, CLIENTS[name]) as (editor, buffers):
        editor.open(uri_of(repo), text_of(repo))
        asked = action(repo, diagnostics=[{"message": "total is not round"}])
        resolved = await editor.request(RESOLVE, asked)
        assert asked == {key: value for key, value in resolved.items() if key != "edit"}
        buffers.apply(resolved["edit"])
        assert text_of(repo).replace(SUM, ROUNDED) == editor.texts[uri_of(repo)][1]
        assert (0, []) == (editor.count("workspace/applyEdit"), messages(editor))
        assert "fix" in str(await editor.command("foreword.usage", by="kind"))
    assert "total is not round" in str(api.messages[0].body)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("It is right as it is.", "Foreword: no edit was proposed: It is right as it is."),
        (Reply((ROUND,), "refusal"), ""),
    ],
)
async def test_an_action_without_an_edit_says_why(
    reply: str | Reply, message: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script(reply)

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, _):
        assert action(repo) | NOTHING == await editor.request(RESOLVE, action(repo))
        (told,) = messages(editor)
        assert told.startswith(message)


async def test_problems_of_the_edit_are_told_in_one_message(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    script(
        api, replaced("till.py", SUM, "    return sum(prices\n"), replaced("README.md", "no such words", "")
    )

    async with editor_with_buffers(repo, online, VSCODE_CLIENT_11) as (editor, _):
        resolved = await editor.request(RESOLVE, action(repo))
        (message,) = messages(editor)
        assert "an edit of README.md failed: old_str does not occur" in message
        assert "; till.py would have a new syntax error near line" in message
        (note,) = resolved["edit"]["changeAnnotations"].values()
        assert note["label"].startswith("Change till.py (new syntax error near line")
        assert ("Fix `total`", True) == (note["description"], note["needsConfirmation"])


FAULTS: list[tuple[Fault, str]] = [
    (Status(401), "key"),
    (Status(400, "prompt is too long: 250000 tokens"), "too long"),
    (Status(400, "credit balance is too low"), "credit"),
    (Status(413), "large"),
    (Status(429, retry_after=4000), "limits the rate"),
    (Status(529, should_retry=False), "overloaded"),
    (Html(403), ""),
]


@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.parametrize("method", [EXECUTE, RESOLVE])
async def test_a_fault_of_the_api_is_one_message_and_changes_nothing(
    method: str, case: tuple[Fault, str], repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    fault, words = case
    api.script((fault, Reply((ROUND,))))
    before = text_of(repo)

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, buffers):
        if method == RESOLVE:
            assert action(repo) | NOTHING == await editor.request(RESOLVE, action(repo))
            (message,) = messages(editor)
        else:
            arguments = [{"instruction": "Round"}]
            error = await editor.refusal(EXECUTE, {"command": "foreword.edit", "arguments": arguments})
            message = error.message
            assert (-32803, []) == (error.code, messages(editor))
        assert words in message
        assert "\n" not in message
        assert [] == buffers.edits
        script(api, ROUND)
        assert (await editor.command("foreword.edit", instruction="Round"))["applied"]
    assert before.replace(SUM, ROUNDED) == text_of(repo)


@pytest.mark.parametrize("status", [429, 529])
@pytest.mark.parametrize("method", [EXECUTE, RESOLVE])
async def test_a_fault_that_passes_is_waited_for_and_not_told(
    method: str, status: int, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.fail(Status(status, retry_after=0), Status(status, retry_after=0))
    script(api, ROUND)

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, buffers):
        if method == RESOLVE:
            buffers.apply((await editor.request(RESOLVE, action(repo)))["edit"])
        else:
            assert (await editor.command("foreword.edit", instruction="Round"))["applied"]
        assert [] == messages(editor)
    assert [status, status, 200] == [one.status for one in api.messages[:3]]
    assert ROUNDED in text_of(repo)


@pytest.mark.parametrize("fault", [Cut(after=2), ErrorEvent(after=2)])
@pytest.mark.parametrize("method", [EXECUTE, RESOLVE])
async def test_an_answer_that_breaks_off_is_told_and_not_applied(
    method: str, fault: Fault, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script(Reply((ROUND,)), (fault, "And then I would like to say. " * 9))

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, buffers):
        if method == RESOLVE:
            assert action(repo) | NOTHING == await editor.request(RESOLVE, action(repo))
        else:
            told = await editor.command("foreword.edit", instruction="Round")
            assert (False, ["till.py"]) == (told["applied"], [one["path"] for one in told["edits"]])
            assert "+    return round" in told["hunks"]["till.py"][0]
        (message,) = messages(editor)
        assert "broke off" in message
        assert [] == buffers.edits
    assert SUM in text_of(repo)


@pytest.mark.parametrize("method", [EXECUTE, RESOLVE])
async def test_cancelling_closes_the_stream_and_books_what_was_used(
    method: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script((Hold(after=2), Reply((text_block("I round it. " * 20), ROUND))))

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, buffers):
        params = {"command": "foreword.edit", "arguments": [{"instruction": "Round"}]}
        number, reply = editor.begin(method, action(repo) if method == RESOLVE else params)
        await editor.hear("$/progress", lambda told: told["value"].get("message") == "answering")
        editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(RpcError) as refused:
            await editor.wait_for(reply)
        assert -32800 == refused.value.code
        assert await asyncio.to_thread(api.messages[0].disconnected.wait, 60.0)
        (row,) = (await editor.command("foreword.usage"))["rows"]
        assert 1 == row["requests"]
        assert ([], []) == (buffers.edits, messages(editor))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, '"instruction" must be a text'),
        ({"instruction": " "}, "empty"),
        ({"instruction": "x", "path": ["nowhere.py"]}, "no file nowhere.py"),
        ({"instruction": "x", "aply": False}, 'did you mean "apply"'),
        ({"kind": "explain", "uri": "URI"}, "use foreword.ask"),
        ({"kind": "dance", "uri": "URI"}, '"kind" must be one of'),
        ({"kind": "fix"}, "file in the workspace"),
        ({"kind": "fix", "uri": "untitled:Untitled-1"}, "save it in the workspace"),
        ({"kind": "fix", "uri": "URI", "range": [1, 2]}, "range of LSP"),
    ],
)
async def test_wrong_arguments_are_refused_in_one_line(
    arguments: Json, complaint: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    given = {key: uri_of(repo) if value == "URI" else value for key, value in arguments.items()}

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, _):
        error = await editor.refusal(EXECUTE, {"command": "foreword.edit", "arguments": [given]})
        assert complaint in error.message
        assert [] == api.requests


async def test_nothing_of_an_untrusted_workspace_is_sent(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with editor_with_buffers(repo, online, MINIMAL, initializationOptions={}) as (editor, _):
        params = {"command": "foreword.edit", "arguments": [{"instruction": "Round"}]}
        assert "is not trusted" in (await editor.refusal(EXECUTE, params)).message
        assert action(repo) == await editor.request(RESOLVE, action(repo))
        assert ["is not trusted" in message for message in messages(editor)] == [True]
        assert [] == api.requests


async def test_the_lines_of_an_edit_come_while_the_model_writes_them(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    new = "".join(f"    price_{n} = prices[{n}]\n" for n in range(9))
    api.script(
        Reply(
            (text_block("Let me see."), replaced("till.py", SUM, new), replaced("README.md", "Till", "Shop"))
        ),
        "Done.",
    )
    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, _):
        editor.open(uri_of(repo), text_of(repo))
        told = await editor.command("foreword.edit", instruction="Unpack", apply=False, partialResultToken=9)
    told_of = [message["params"] for message in editor.heard if message["method"] == "$/progress"]
    values = [params["value"] for params in told_of if params["token"] == 9]
    assert list(range(len(values))) == [value["seq"] for value in values]
    assert "Let me see.Done." == "".join(value["text"] for value in values if value["kind"] == "text")
    drafts = [value for value in values if value["kind"] == "draft"]
    assert len(drafts) >= 3  # and none of the file that nobody looks at
    assert {("till.py", uri_of(repo), 0)} == {(one["path"], one["uri"], one["number"]) for one in drafts}
    line = text_of(repo).splitlines(keepends=True).index(SUM)
    span = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
    assert (span, new) == (drafts[-1]["range"], drafts[-1]["newText"])
    assert all(new.startswith(one["newText"].removesuffix("\n")) for one in drafts)
    assert ["till.py", "README.md"] == [edit["path"] for edit in told["edits"]]


async def test_a_dry_run_gives_the_request_of_the_task(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, _):
        told = await editor.command("foreword.edit", **action(repo)["data"], dryRun=True)
        assert "foreword.request/1" == told["schema"]
        turn = told["request"]["messages"][0]["content"][-1]["text"]
        assert "Fix `total` in till.py." in turn
        assert "Remove the cause" in turn
        assert [] == api.requests


async def test_the_folder_of_a_task_and_of_a_proposal_need_not_be_named(
    repo: GitRepo, tmp_path: Path, online: Environ, api: MessagesApi
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "till.py").write_text(text_of(repo))
    script(api, ROUND)

    async with editor_with_buffers(repo, online, NEOVIM_0_11) as (editor, _):
        added = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        told = await editor.command("foreword.edit", **action(repo)["data"], apply=False)
        assert (False, True) == (told["applied"], "workspaceEdit" in told)
        wrong = {"proposalId": told["proposalId"], "workspace": other.as_uri()}
        error = await editor.refusal(EXECUTE, {"command": "foreword.edit", "arguments": [wrong]})
        assert 'leave "workspace" out' in error.message
        assert (await editor.command("foreword.edit", proposalId=told["proposalId"]))["applied"]
    assert (True, False) == (ROUNDED in text_of(repo), ROUNDED in (other / "till.py").read_text())
