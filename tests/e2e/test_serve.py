"""The server as a process, over real pipes and sockets, with a client that knows nothing of its insides."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from editor import PATIENCE, Editor
from foreword_cli import Foreword
from gitrepo import GitRepo
from server_process import served

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


async def test_a_question_over_pipes(offline: Foreword, shop: GitRepo) -> None:
    async with served(offline) as (editor, process):
        await editor.start([shop.path])
        answer = await editor.command("foreword.ask", question="What does `gross_total` do?")
        assert "shop/checkout.py" in answer["text"]
        assert 0 == await editor.stop()
        assert process.stderr is not None
        assert b"" == await process.stderr.read()


async def test_closing_its_input_ends_the_server(offline: Foreword, shop: GitRepo) -> None:
    async with served(offline) as (editor, process):
        await editor.start([shop.path])
        assert process.stdin is not None
        process.stdin.close()
        assert 1 == int(await editor.wait_for(process.wait()))


async def test_exit_without_shutdown_is_exit_code_1(offline: Foreword) -> None:
    async with served(offline) as (editor, process):
        await editor.start()
        editor.notify("exit")
        assert 1 == int(await editor.wait_for(process.wait()))


def test_initialize_is_answered_before_anything_heavy_is_imported(offline: Foreword) -> None:
    heavy = ("anthropic", "git", "numpy", "rustworkx", "tree_sitter", "foreword.assist.session.session")
    probe = (
        "import sys; from foreword.lsp.registry import create_server; server = create_server({});"
        'server.protocol.receive(b\'{"jsonrpc": "2.0", "id": 1, "method": "initialize", '
        '"params": {"capabilities": {}, "processId": null, "rootUri": "file:///"}}\');'
        f"print([name for name in {heavy!r} if name in sys.modules], server.client.parent)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], env=offline.environ(), capture_output=True, text=True, check=True
    )
    assert "[] None\n" == done.stdout


async def test_a_message_of_fifty_megabytes_is_answered(offline: Foreword) -> None:
    async with served(offline) as (editor, _):
        await editor.start()
        editor.open("untitled:1", "x" * 50_000_000)
        refused = await editor.refusal("workspace/executeCommand", {"command": "foreword.index"})
        assert "no folder" in refused.message


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"Content-Length: -5\r\n\r\n", b"\0" * 100_000]
)
def test_a_stream_of_something_else_ends_the_server(noise: bytes, offline: Foreword) -> None:
    with offline.started("serve") as process:
        out, _ = process.communicate(noise, timeout=PATIENCE)
    assert (1, b"") == (process.returncode, out)


def read_private(name: str) -> str:
    file = Path(name.strip())
    assert "-rw-------" == stat.filemode(file.stat().st_mode)
    return file.read_text().strip()


async def token_of(process: asyncio.subprocess.Process) -> str:
    """The token that a server at a port names, from a file that nobody else can read."""
    assert process.stderr is not None
    said = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
    return await asyncio.to_thread(read_private, said.removeprefix("foreword: clients show the token in "))


async def port_of(process: asyncio.subprocess.Process) -> int:
    assert process.stderr is not None
    said = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
    return int(said.rpartition(":")[2])


async def said_to(port: int, *messages: dict[str, Any]) -> bytes:
    """What a server answers to messages over TCP, until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for message in messages:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer


async def test_who_shows_no_token_gets_nothing_and_ends_nothing(offline: Foreword, shop: GitRepo) -> None:
    hello: dict[str, Any] = {"capabilities": {}, "processId": None, "rootUri": shop.path.as_uri()}
    search = {"command": "foreword.search", "arguments": [{"query": "till"}]}

    async with served(offline, "--tcp", "127.0.0.1:0") as (_, process):
        port, token = await port_of(process), await token_of(process)
        for options in (None, {}, {"token": ""}, {"token": token[:-1]}, {"token": [token]}, "token"):
            answer = await said_to(
                port,
                {"id": 1, "method": "initialize", "params": {**hello, "initializationOptions": options}},
                {"id": 2, "method": "workspace/executeCommand", "params": search},
                {"method": "exit"},
            )
            assert b"token" in answer
            assert b"capabilities" not in answer
            assert b"till" not in answer
        assert b"till" not in await said_to(
            port, {"id": 2, "method": "workspace/executeCommand", "params": search}
        )
        assert process.returncode is None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        editor = Editor(reader, writer, exit_code=asyncio.ensure_future(process.wait()))
        listening = asyncio.ensure_future(editor.listen())
        await editor.start([shop.path], initializationOptions={"token": token})
        assert "foreword.index/1" == (await editor.command("foreword.index"))["schema"]
        assert b"token" in await said_to(port, {"method": "exit"})
        assert 0 == await editor.stop()
        await asyncio.wait_for(listening, PATIENCE)
        writer.close()


async def test_a_client_at_a_port_cannot_vouch_for_a_folder_nor_name_an_endpoint_or_a_command(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    mark = tmp_path / "was run"
    wish = {"trusted": True, "model": {"url": "http://127.0.0.1:9/", "key_command": f"touch '{mark}'"}}

    async with served(online, "--tcp", "127.0.0.1:0") as (_, process):
        port, token = await port_of(process), await token_of(process)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        editor = Editor(reader, writer, exit_code=asyncio.ensure_future(process.wait()))
        listening = asyncio.ensure_future(editor.listen())
        await editor.start([shop.path], initializationOptions={"token": token, **wish})
        refused = await editor.refusal(
            "workspace/executeCommand", {"command": "foreword.ask", "arguments": [{"question": "Why?"}]}
        )
        assert "trust" in refused.message
        shown = await editor.command("foreword.doctor")
        assert "127.0.0.1:9" not in json.dumps(shown)
        assert 0 == await editor.stop()
        await asyncio.wait_for(listening, PATIENCE)
        writer.close()
    assert not mark.exists()


async def test_one_client_over_tcp(offline: Foreword, shop: GitRepo) -> None:
    async with served(offline, "--tcp", "127.0.0.1:0") as (_, process):
        assert process.stderr is not None
        said = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
        address = re.fullmatch(r"foreword: listening on 127\.0\.0\.1:(\d+)\n", said)
        assert address is not None
        token = await token_of(process)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address[1]))
        editor = Editor(reader, writer, exit_code=asyncio.ensure_future(process.wait()))
        listening = asyncio.ensure_future(editor.listen())
        await editor.start([shop.path], initializationOptions={"token": token})
        assert "foreword.index/1" == (await editor.command("foreword.index"))["schema"]
        assert 0 == await editor.stop()
        await asyncio.wait_for(listening, PATIENCE)
        writer.close()


def test_a_websocket_serves_programs_and_no_web_pages(offline: Foreword) -> None:
    websockets = pytest.importorskip("websockets.sync.client")
    exceptions = pytest.importorskip("websockets.exceptions")
    with offline.started("serve", "--ws", "127.0.0.1:0") as process:
        assert process.stderr is not None
        port = process.stderr.readline().decode().strip().rpartition(":")[2]
        token = Path(process.stderr.readline().decode().rpartition(" in ")[2].strip()).read_text().strip()
        with pytest.raises(exceptions.InvalidStatus):
            websockets.connect(f"ws://127.0.0.1:{port}", origin="https://evil.example")
        with websockets.connect(f"ws://127.0.0.1:{port}") as stranger:
            stranger.send(
                '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
            )
            assert "token" in stranger.recv(PATIENCE)
        with websockets.connect(f"ws://127.0.0.1:{port}") as connection:
            options = {"initializationOptions": {"token": token}}
            params: dict[str, Any] = {"capabilities": {}, "processId": None, "rootUri": None, **options}
            for number, method in enumerate(("initialize", "shutdown")):
                message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                connection.send(json.dumps(message))
                assert number == json.loads(connection.recv(PATIENCE))["id"]
            connection.send('{"jsonrpc": "2.0", "method": "exit"}')
            assert 0 == process.wait(PATIENCE)


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--tcp", "0.0.0.0:0"), "--allow-remote"),
        (("--ws", "example.org:80"), "--allow-remote"),
        (("--tcp", "7007"), "HOST:PORT"),
        (("--tcp", "localhost:http"), "HOST:PORT"),
        (("--tcp", "127.0.0.1:1", "--stdio"), "not allowed"),
    ],
)
def test_addresses_that_others_can_reach_are_refused(
    flags: tuple[str, ...], complaint: str, offline: Foreword
) -> None:
    done = offline.run("serve", *flags)
    assert 2 == done.code
    assert complaint in done.err


def test_trust_is_granted_on_the_command_line(offline: Foreword, shop: GitRepo) -> None:
    assert offline.json("trust", shop.path)["trusted"]
    assert not offline.json("trust", shop.path, "--revoke")["trusted"]


def test_the_batch_of_the_readme_runs(offline: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    batch = re.search(r"```sh\n(printf .*?)```", README, re.DOTALL)
    assert batch is not None
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "foreword").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m foreword "$@"\n')
    (tools / "foreword").chmod(0o755)
    environ = offline.environ() | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    lines = subprocess.run(
        ["sh", "-c", batch[1]], cwd=shop.path, env=environ, capture_output=True, check=True, timeout=PATIENCE
    ).stdout.splitlines()
    assert {1, 2} == {json.loads(line)["id"] for line in lines}
