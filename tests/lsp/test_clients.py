from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from clients import CLIENTS, NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo

Environ = dict[str, str]
ENCODINGS = {"minimal": "utf-8", "neovim 0.11": "utf-8", "vscode 9": "utf-16", "vscode 11": "utf-16"}


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_asks_searches_and_says_goodbye(
    name: str, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ, usual_answers()) as editor:
        hello = await editor.start([repo.path], CLIENTS[name])
        assert ENCODINGS[name] == hello["capabilities"]["positionEncoding"]
        answer = await editor.command("foreword.ask", question="Where is `total`?")
        assert "foreword.answer/1" == answer["schema"]
        assert "till.py:4-6" in answer["text"]
        found = await editor.command("foreword.symbols", name="total")
        assert [("till.py", 4)] == [(one["path"], one["line"]) for one in found]
        assert "till.py" == (await editor.command("foreword.search", query="sum of prices"))[0]["path"]
        assert 0 == await editor.stop()
        assert 0 == editor.count("window/showMessage")


@pytest.mark.parametrize(
    ("command", "schema"),
    [
        ("foreword.index", "foreword.index/1"),
        ("foreword.map", "foreword.map/1"),
        ("foreword.context", "foreword.context/1"),
        ("foreword.usage", "foreword.usage/1"),
        ("foreword.why", "foreword.why/1"),
        ("foreword.doctor", "foreword.doctor/1"),
        ("foreword.trust", "foreword.trust/1"),
    ],
)
async def test_commands_give_the_json_of_the_command_line(
    command: str, schema: str, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        assert schema == (await editor.command(command))["schema"]


async def test_nothing_is_requested_from_a_client_that_can_do_nothing(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        await editor.command("foreword.ask", question="What is a till?")
        await editor.stop()
        assert [] == [message for message in editor.heard if "id" in message]


async def test_a_dry_run_gives_the_request_and_sends_nothing(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        shown = await editor.command("foreword.ask", question="Why?", path=["till.py:4-6"], dryRun=True)
        assert "foreword.request/1" == shown["schema"]
        assert "return sum(prices)" in str(shown["request"]["messages"])
        assert [] == (await editor.command("foreword.usage"))["rows"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "question"),
        ([{"question": " "}], "empty"),
        ([{"question": 5}], "must be a text"),
        ([{"questoin": "x"}], "question"),
        ([{"question": "x", "budgte": 5}], 'did you mean "budget"'),
        ([{"question": "x", "provider": "oracle"}], '"provider" must be one of auto, '),
        ([{"question": "x"}, 1], "one object"),
        (["x"], "one object"),
        ([{"question": "x", "path": ["nowhere.py"]}], "no file nowhere.py"),
        ([{"question": "x", "path": ["../../etc/passwd"]}], "passwd"),
        ([{"question": "x", "workspace": "file:///elsewhere"}], "none of the open folders"),
    ],
)
async def test_wrong_arguments_are_refused_in_one_line(
    arguments: list[Any], complaint: str, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        params = {"command": "foreword.ask", "arguments": arguments}
        assert complaint in (await editor.refusal("workspace/executeCommand", params)).message


async def test_without_a_folder_a_command_says_what_to_do(environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start()
        params = {"command": "foreword.index", "arguments": []}
        assert (
            "no folder is open: open one"
            == (await editor.refusal("workspace/executeCommand", params)).message
        )


async def test_folders_come_and_go_and_each_has_its_own_files(
    repo: GitRepo, tmp_path: Path, environ: Environ
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "ship.go").write_text("package ship\n\nfunc Sail() {}\n")

    async def symbols(editor: Editor, folder: Path, name: str) -> int:
        return len(await editor.command("foreword.symbols", name=name, workspace=folder.as_uri()))

    async with connected(environ) as editor:
        await editor.start([repo.path])
        added = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        assert (1, 0) == (
            await symbols(editor, repo.path, "total"),
            await symbols(editor, repo.path, "Sail"),
        )
        assert (0, 1) == (
            await symbols(editor, other, "total"),
            await symbols(editor, other / "x", "Sail"),
        )
        params = {"command": "foreword.index", "arguments": []}
        assert "several" in (await editor.refusal("workspace/executeCommand", params)).message
        removed = {"added": [], "removed": [{"uri": repo.path.as_uri(), "name": ""}]}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": removed})
        assert 1 == (await editor.command("foreword.index"))["files"]


async def test_an_answer_grows_in_a_virtual_document(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ, usual_answers()) as editor:
        hello = await editor.start([repo.path], VSCODE_CLIENT_11)
        assert {"schemes": ["foreword"]} == hello["capabilities"]["workspace"]["textDocumentContent"]
        answer = await editor.command("foreword.ask", question="Where is `total`?")
        uri = (await editor.hear("window/showDocument"))["uri"]
        assert uri == (await editor.hear("workspace/textDocumentContent/refresh"))["uri"]
        text = (await editor.request("workspace/textDocumentContent", {"uri": uri}))["text"]
        assert text.startswith("# Where is `total`?\n")
        assert answer["text"] in text
        assert "simulated cache" in text
        assert (
            "no document"
            in (
                await editor.refusal("workspace/textDocumentContent", {"uri": "foreword:/chat/99.md"})
            ).message
        )


async def test_an_answer_grows_in_the_buffer_of_a_scratch_file(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], NEOVIM_0_11)
        answer = await editor.command("foreword.ask", question="Où est `total` 😀?")
        uri = (await editor.hear("window/showDocument"))["uri"]
        text = buffer_of(editor, uri)
        assert text.startswith("# Où est `total` 😀?\n\n*Offline")
        assert answer["text"].strip() in text


@pytest.mark.parametrize("applied", [None, False])
async def test_a_scratch_file_is_shown_when_it_is_complete_if_the_buffer_takes_no_edits(
    applied: bool | None, repo: GitRepo, environ: Environ
) -> None:
    answers = usual_answers() | {"workspace/applyEdit": lambda _: {"applied": applied}}
    capabilities = {**NEOVIM_0_11, "workspace": {"applyEdit": applied is not None}}
    async with connected(environ, answers) as editor:
        await editor.start([repo.path], capabilities)
        answer = await editor.command("foreword.ask", question="Where is `total`?")
        uri = (await editor.hear("window/showDocument"))["uri"]
        assert answer["text"] in path_of(uri).read_text(encoding="utf-8")


async def test_a_client_with_a_chat_of_its_own_is_shown_no_document(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11 | {"experimental": {"foreword": True}})
        await editor.command("foreword.ask", question="Where is `total`?")
        assert 0 == editor.count("window/showDocument")
        status = await editor.hear(
            "foreword/status", lambda told: told["index"]["total"] and told["hitRatio"] is not None
        )
        assert {"done": 3, "total": 3} == status["index"]
        assert ("offline", 0.0, None) == (status["provider"], status["spentToday"], status["scope"])


async def test_a_client_that_opens_a_folder_of_a_repository_hears_which_one_is_seen(
    repo: GitRepo, environ: Environ
) -> None:
    repo.write("part/a.py", "a = 1\n")
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path / "part"], VSCODE_CLIENT_11 | {"experimental": {"foreword": True}})
        status = await editor.hear("foreword/status", lambda told: told["index"]["total"] == 1)
        assert ("part/", str(repo.path.resolve())) == (
            status["scope"]["folder"],
            status["scope"]["repository"],
        )


async def test_a_status_that_was_told_is_not_told_again_after_a_command_that_only_looks(
    repo: GitRepo, environ: Environ
) -> None:
    """A view that asks for the context after each status would be asked to look again by its own question, for ever."""
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11 | {"experimental": {"foreword": True}})
        await editor.command("foreword.context")
        told = editor.count("foreword/status")
        assert told
        for _ in range(3):
            await editor.command("foreword.context")
        assert told == editor.count("foreword/status")
        await editor.command("foreword.ask", question="Where is `total`?")
        assert told < editor.count("foreword/status")


def path_of(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def buffer_of(editor: Editor, uri: str) -> str:
    """The buffer after the edits, which all stand at its very end (this client counts bytes)."""
    text = path_of(uri).read_text(encoding="utf-8")
    for message in editor.heard:
        if message["method"] == "workspace/applyEdit":
            (edit,) = message["params"]["edit"]["changes"][uri]
            last = text.rpartition("\n")[2].encode()
            end = {"line": text.count("\n"), "character": len(last)}
            assert {"start": end, "end": end} == edit["range"]
            text += edit["newText"]
    return text
