from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest

from clients import NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo

Environ = dict[str, str]


async def prompt_of(editor: Editor, question: str = "Why?", **more: object) -> str:
    """All text that would be sent for a question now."""
    shown = await editor.command("foreword.ask", question=question, dryRun=True, **more)
    return "".join(block["text"] for message in shown["request"]["messages"] for block in message["content"])


async def test_unsaved_text_is_in_the_turn_and_the_prefix_stays_as_it_was(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path], NEOVIM_0_11)
        uri = (repo.path / "till.py").as_uri()
        text = (repo.path / "till.py").read_text()
        editor.open(uri, text)
        before = await prompt_of(editor)
        assert "<unsaved" not in before
        editor.replace(uri, text.replace("sum(prices)", "sum(prices) // 2"))
        after = await prompt_of(editor)
        assert '<unsaved path="till.py">' in after
        assert "    return sum(prices) // 2" in after
        shared = before.index("Answer this question")
        assert before[:shared] == after[:shared]
        editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert before == await prompt_of(editor)


async def test_lines_that_are_pointed_at_are_those_of_the_editor(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open((repo.path / "till.py").as_uri(), "first\nsecond\nthird\n")
        assert "2\tsecond\n3\tthird\n" in await prompt_of(editor, path="till.py:2-3")


@pytest.mark.parametrize(
    ("name", "text", "is_told"),
    [
        ("new.py", "brand = 'new'\n", True),
        ("notes.local", "brand = 'new'\n", False),
        (".env", "BRAND=new\n", False),
        ("keys.py", "-----BEGIN RSA PRIVATE KEY-----\nbrand" + "A" * 64, False),
        ("../outside.py", "brand = 'new'\n", False),
    ],
)
async def test_a_file_that_was_never_saved_is_told_unless_it_would_be_left_out(
    name: str, text: str, is_told: bool, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open(repo.path.as_uri() + "/" + name, text)
        assert is_told == ("brand" in await prompt_of(editor))


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "vscode-notebook-cell:/x#1", "git:/till.py?{}", "", "a b"]
)
async def test_documents_that_are_no_files_do_no_harm(uri: str, repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open(uri, "brand new\n")
        editor.replace(uri, "newer\n")
        assert "<unsaved" not in await prompt_of(editor)


@pytest.mark.parametrize(
    "text", ["", "no final newline", "a\r\nb\r\n", "\ufeffwith a mark\n", "e\u0301 😀 \u2028\f\n"]
)
async def test_a_saved_text_is_not_unsaved_whatever_is_in_it(
    text: str, repo: GitRepo, environ: Environ
) -> None:
    repo.write("odd.txt", text.encode())
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open((repo.path / "odd.txt").as_uri(), text.removeprefix("\ufeff"))
        assert "<unsaved" not in await prompt_of(editor)


async def test_a_uri_is_understood_however_the_client_writes_it(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open("file://" + quote(str(repo.path / "till.py"), safe=""), "unsaved = 1\n")
        editor.open("file://" + quote(str(repo.path / "till.py"), safe="/ é"), "unsaved = 2\n")
        text = await prompt_of(editor)
        assert "unsaved = 2" in text
        assert "unsaved = 1" not in text


async def test_a_question_sees_what_was_saved_a_moment_ago_with_no_word_from_a_watcher(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11)
        assert [] == await editor.command("foreword.symbols", name="refund")
        repo.write("refund.py", "def refund() -> None: ...\n")
        assert 1 == len(await editor.command("foreword.symbols", name="refund"))


async def test_the_client_watches_where_it_can(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ, usual_answers()) as editor:
        hello = await editor.start([repo.path], VSCODE_CLIENT_11 | {"experimental": {"foreword": True}})
        operations = hello["capabilities"]["workspace"]["fileOperations"]
        assert {"didCreate", "didRename", "didDelete"} == operations.keys()
        asked = (await editor.hear("client/registerCapability"))["registrations"]
        methods = {one["method"] for one in asked}
        assert {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"} == methods
        await editor.hear("foreword/status", lambda told: told["index"]["total"] == 3)
        new = repo.write("refund.py", "def refund() -> None: ...\n").as_uri()
        changes = [{"uri": new, "type": 1}] * 1000
        editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await editor.hear("foreword/status", lambda told: told["index"]["total"] == 4)
        newer = repo.write("more.py", "def more() -> None: ...\n").as_uri()
        editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": new, "newUri": newer}]})
        await editor.hear("foreword/status", lambda told: told["index"]["total"] == 5)


async def test_the_server_watches_for_a_client_that_does_not(repo: GitRepo, environ: Environ) -> None:
    capabilities = {"experimental": {"foreword": True}}

    async def run() -> None:
        async with connected(environ) as editor:
            await editor.start([repo.path], capabilities)
            await editor.hear("foreword/status", lambda told: told["index"]["total"] == 3)
            # The watcher may begin a moment later; what it missed by then it is told by the next file.
            for number in range(100):
                repo.write(f"new_{number}.py", "def refund() -> None: ...\n")
                try:
                    async with asyncio.timeout(1):
                        await editor.hear("foreword/status", lambda told: told["index"]["total"] > 3)
                except TimeoutError:
                    continue
                else:
                    return
            pytest.fail("nobody watches")

    await run()


async def test_a_folder_that_is_gone_is_said_once_and_the_server_lives(
    tmp_path: Path, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([tmp_path / "nowhere"])
        assert "no such folder" in (await editor.hear("window/showMessage"))["message"]
        params = {"command": "foreword.index", "arguments": []}
        assert "no such folder" in (await editor.refusal("workspace/executeCommand", params)).message
        assert 1 == editor.count("window/showMessage")
        assert 0 == await editor.stop()


async def test_lookups_see_what_the_editor_shows(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"lsp": {"symbols": "on"}})
        till, new = (repo.path / "till.py").as_uri(), (repo.path / "new.py").as_uri()
        editor.open(till, "\n\ndef grand_total(prices):\n    return sum(prices)\n")
        editor.open(new, "def refund_order(order):\n    return order.paid\n")
        found = await editor.command("foreword.symbols", name="grand_total")
        assert [("till.py", 3)] == [(one["path"], one["line"]) for one in found]
        found = await editor.command("foreword.search", query="refund an order", limit=1)
        assert [("new.py", 1)] == [(one["path"], one["startLine"]) for one in found]
        found = (await editor.command("foreword.complete", query="refund"))["items"]
        assert ["new.py"] == [one["path"] for one in found]
        found = await editor.request("workspace/symbol", {"query": "refund_order"})
        assert [new] == [one["location"]["uri"] for one in found]
        answer = await editor.command("foreword.ask", question="Where is `refund_order`?")
        assert ("new.py", 1) in [(one["path"], one["startLine"]) for one in answer["citations"]]
        editor.notify("textDocument/didClose", {"textDocument": {"uri": new}})
        assert [] == await editor.command("foreword.symbols", name="refund_order")
