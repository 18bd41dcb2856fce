from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from clients import NEOVIM_0_11, usual_answers
from editor import Editor, RpcError, connected
from foreword.assist.session.trust_store import set_trust
from foreword.lsp.features.lifecycle import is_alive
from foreword.storage.directories import find_places
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Status

Environ = dict[str, str]
ASK = {"command": "foreword.ask", "arguments": [{"question": "What is a till?"}]}
TRUSTED = {"trusted": True}


async def test_exit_without_shutdown_is_an_error(environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start()
        editor.notify("exit")
        assert editor.exit_code is not None
        assert 1 == int(await editor.wait_for(editor.exit_code))


async def test_before_initialize_requests_are_refused_and_notifications_ignored(environ: Environ) -> None:
    async with connected(environ) as editor:
        editor.open("file:///x.py", "too early")
        assert -32002 == (await editor.refusal("workspace/executeCommand", ASK)).code
        assert -32002 == (await editor.refusal("shutdown")).code
        await editor.start()
        assert -32600 == (await editor.refusal("initialize", {"capabilities": {}})).code


async def test_a_command_before_initialized_is_answered(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        params: dict[str, Any] = {
            "processId": None,
            "rootPath": str(repo.path),
            "rootUri": None,
            "capabilities": {},
        }
        await editor.request("initialize", params)
        assert 3 == (await editor.command("foreword.index"))["files"]


async def test_after_shutdown_requests_are_refused(environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start()
        await editor.request("shutdown")
        assert -32600 == (await editor.refusal("workspace/executeCommand", ASK)).code


async def test_the_server_ends_with_the_process_that_started_it(environ: Environ) -> None:
    async with connected(environ) as editor:
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=subprocess.PIPE)
        await editor.start(processId=parent.pid)
        parent.kill()
        await parent.wait()
        assert editor.exit_code is not None
        assert 1 == await editor.wait_for(editor.exit_code)


@pytest.mark.parametrize("process_id", [2**31, 2**63, 2**80, 0, -1])
def test_a_number_that_no_process_has_is_no_living_client(process_id: int) -> None:
    assert is_alive(os.getpid())
    assert not is_alive(process_id)


async def asked(editor: Editor, api: MessagesApi) -> tuple[int, asyncio.Future[Any]]:
    """A question whose answer has begun and stands still."""
    number, reply = editor.begin("workspace/executeCommand", {**ASK, "workDoneToken": "t"})
    await asyncio.to_thread(api.wait_for_request, 1, 60.0)
    await editor.hear("$/progress", lambda told: told["value"].get("message") == "answering")
    return number, reply


async def test_shutdown_ends_with_a_stream_open(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    api.script((Hold(after=3), "A till adds prices up. " * 20))

    async with connected(online) as editor:
        await editor.start([repo.path], initializationOptions=TRUSTED)
        _, reply = await asked(editor, api)
        assert 0 == await editor.stop()
        with pytest.raises(RpcError) as refused:
            await reply
        assert -32800 == refused.value.code


@pytest.mark.parametrize("how", ["request", "progress"])
async def test_cancelling_closes_the_stream_and_books_what_was_used(
    how: str, repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script((Hold(after=3), "A till adds prices up. " * 20))

    async with connected(online) as editor:
        await editor.start([repo.path], initializationOptions=TRUSTED)
        number, reply = await asked(editor, api)
        if how == "request":
            editor.notify("$/cancelRequest", {"id": number})
        else:
            editor.notify("window/workDoneProgress/cancel", {"token": "t"})
        with pytest.raises(RpcError) as refused:
            await editor.wait_for(reply)
        assert -32800 == refused.value.code
        await editor.hear("$/progress", lambda told: told["value"]["kind"] == "end")
        (row,) = (await editor.command("foreword.usage"))["rows"]
        assert 1 == row["requests"]
        assert row["tokens"]["fresh"] + row["tokens"]["write5m"] > 0
    assert api.messages[0].disconnected.wait(60.0)


async def test_a_failing_api_is_one_clear_message(repo: GitRepo, online: Environ, api: MessagesApi) -> None:
    api.fail(Status(401, "authentication_error"))

    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], NEOVIM_0_11, initializationOptions=TRUSTED)
        refused = await editor.refusal("workspace/executeCommand", ASK)
        assert (-32803, "Credentials") == (refused.code, refused.data["kind"])


async def test_five_hundred_questions_are_cancelled_and_the_next_one_is_answered(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        begun = [editor.begin("workspace/executeCommand", ASK) for _ in range(500)]
        for number, _ in begun:
            editor.notify("$/cancelRequest", {"id": number})
        outcomes = await editor.wait_for(
            asyncio.gather(*(reply for _, reply in begun), return_exceptions=True)
        )
        cancelled = [one for one in outcomes if isinstance(one, RpcError) and one.code == -32800]
        assert len(outcomes) == len(cancelled) + sum(isinstance(one, dict) for one in outcomes)
        assert "text" in await editor.command("foreword.ask", question="What is a till?")


async def test_two_hundred_documents_are_open_and_edited(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        uris = [(repo.path / f"new_{number}.py").as_uri() for number in range(200)]
        for uri in uris:
            editor.open(uri, "first = 1\n")
            editor.replace(uri, "second = 2\n")
        shown = await editor.command("foreword.ask", question="Why?", dryRun=True)
        assert 200 == str(shown["request"]["messages"]).count("<unsaved path=")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{no json", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id": 1, "method": "shutdown"}', -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 5}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "no/such", "params": {"type_name": 1}}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand"}', -32602),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand", "params": {"command": 1}}',
            -32602,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand", "params": {"command": "rm"}}',
            -32602,
        ),
    ],
)
async def test_nonsense_gets_an_error_reply_and_the_server_lives(
    body: bytes, code: int, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start()
        editor.replies.pop(1, None)
        editor.send_raw(body)
        assert code == (await editor.stray())["error"]["code"]
        assert 0 == await editor.stop()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("no/such", {"x": [1]}),
        ("textDocument/didOpen", {}),
        ("textDocument/didOpen", None),
        ("textDocument/didChange", {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": 5}),
        (
            "textDocument/didChange",
            {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": []},
        ),
        ("textDocument/didClose", {"textDocument": {"uri": "file:///never/opened"}}),
        ("textDocument/didSave", {"textDocument": {"uri": "%%%"}}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "http://[x", "type": 1}]}),
        ("workspace/didChangeConfiguration", {"settings": [1, 2]}),
        (
            "workspace/didChangeWorkspaceFolders",
            {"event": {"added": [{"uri": "x:", "name": ""}], "removed": []}},
        ),
        ("$/cancelRequest", {"id": "never asked"}),
        ("$/cancelRequest", {"id": {}}),
        ("$/cancelRequest", [1]),
        ("window/workDoneProgress/cancel", {"token": {}}),
        ("window/workDoneProgress/cancel", {"token": "nobody's"}),
        ("initialized", {}),
    ],
)
async def test_notifications_that_make_no_sense_do_no_harm(
    method: str, params: object, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.notify(method, params)
        editor.notify(method, params)
        editor.send({"id": "nothing asked", "result": {"jsonrpc": "2.0"}})
        assert 1 == len(await editor.command("foreword.symbols", name="total"))
        assert 0 == await editor.stop()


@pytest.mark.parametrize(
    "response",
    [{"result": None}, {"error": {"code": 1, "message": "no"}}, {"params": {}}, {"result": 1, "x": 1}],
)
async def test_a_response_with_the_id_of_a_request_under_way_is_no_response_to_it(
    response: dict[str, Any], repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    api.script((Hold(after=3), "A till adds prices up. " * 20))

    async with connected(online) as editor:
        await editor.start([repo.path], initializationOptions=TRUSTED)
        number, answer = await asked(editor, api)
        editor.send({"jsonrpc": "2.0", "id": number, **response})
        assert 3 == (await editor.command("foreword.index"))["files"]
        api.release()
        assert "text" in await editor.wait_for(answer)


async def test_a_folder_that_is_added_again_and_again_is_served_once(repo: GitRepo, environ: Environ) -> None:
    folder = {"uri": repo.path.as_uri(), "name": "shop"}
    again = {"event": {"added": [folder, {**folder, "uri": folder["uri"] + "/"}], "removed": []}}

    def threads() -> list[str]:
        return sorted(one.name for one in threading.enumerate() if repo.path.name in one.name)

    async with connected(environ) as editor:
        await editor.start([repo.path])
        await editor.command("foreword.index")
        before = threads()
        for _ in range(3):
            editor.notify("workspace/didChangeWorkspaceFolders", again)
            editor.notify("initialized", {})
        await editor.command("foreword.index")
        assert before == threads()


async def test_trust_that_was_taken_back_wins_over_a_client_that_vouches(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    set_trust(find_places(online), repo.path.resolve(), trusted=False)
    async with connected(online) as editor:
        await editor.start([repo.path], initializationOptions=TRUSTED)
        refused = await editor.refusal("workspace/executeCommand", ASK)
        assert "trust" in refused.message
    assert [] == api.messages
