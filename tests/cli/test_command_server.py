"""A server that has the workspace open answers the command line, and nobody can tell by what is printed."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from editor import Editor
from foreword.api.command_socket import HANDED_OVER, socket_path
from foreword_cli import PATIENCE, Foreword, command
from gitrepo import GitRepo, make_repo
from messages_api import Hold, MessagesApi, SlowStart
from server_process import served

LINES = {
    "symbols": ["symbols", "total"],
    "search": ["search", "sum of prices"],
    "map": ["map"],
    "context": ["context"],
    "status": ["status", "--line"],
    "forecast": ["forecast", "What does total do?"],
    "why": ["why"],
    "ask": ["ask", "What does `total` do?"],
}


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A runtime directory, whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="fw"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = make_repo(tmp_path / "shop")
    made.write("till.py", "def total(prices):\n    return sum(prices)\n")
    made.write("README.md", "# Till\n\nAdds prices up.\n")
    made.commit("Begin")
    return made


@pytest.fixture
def user(tmp_path: Path, runtime: Path) -> Foreword:
    return Foreword(tmp_path / "home", more={"XDG_RUNTIME_DIR": str(runtime)})


PROGRAM = (
    "import json, sys\n"
    "from foreword.cli.main import main\n"
    "code = main(sys.argv[1:])\n"
    "sys.stderr.write('\\n' + json.dumps([code, 'foreword.cli.execution' in sys.modules]))\n"
)


@dataclass(frozen=True)
class Told:
    """What a command printed, and whether it was done in its own process."""

    code: int
    out: str
    err: str
    is_own: bool


def told(user: Foreword, repo: GitRepo, line: list[str]) -> Told:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *line],
        cwd=repo.path,
        env=user.environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    err, _, last = done.stderr.decode().rpartition("\n")
    code, is_own = json.loads(last)
    return Told(code, done.stdout.decode(), err, is_own)


@asynccontextmanager
async def running(
    user: Foreword, repo: GitRepo, **options: object
) -> AsyncIterator[tuple[Editor, asyncio.subprocess.Process, Path]]:
    """An editor whose server is ready for the command line, and the socket."""
    async with served(user) as (editor, process):
        await editor.start([repo.path], initializationOptions=options)
        said = await editor.hear("window/logMessage", lambda one: "command line" in one["message"])
        yield editor, process, Path(said["message"].rpartition(" at ")[2])


def steady(text: str) -> str:
    """Without what no two runs have in common: how long something took, or is warm still."""
    return re.sub(
        r"\d+(\.\d+)? (s|ms|min)\b|\"(firstTokenMs|totalMs)\": \d+|\"requestId\": \"\w+\"", "T", text
    )


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
async def test_what_a_server_does_is_what_the_command_does_itself(
    flags: list[str], repo: GitRepo, user: Foreword
) -> None:
    assert HANDED_OVER == LINES.keys()
    wrong = {"an empty name": ["symbols", " "], "no such flag": ["search", "--limt", "3"]}
    lines = {name: [*line, *flags] for name, line in (LINES | wrong).items()}
    told(user, repo, LINES["ask"])
    # Each begins from the same state, which the question at the end of both changes.
    other = replace(user, home=user.home.with_name("another"))
    shutil.copytree(user.home, other.home)
    own = {name: told(user, repo, line) for name, line in lines.items()}
    async with running(other, repo) as (editor, _, _socket):
        editor.open((repo.path / "till.py").as_uri(), "def total_of_all():\n    pass\n")
        served_ones = {name: await asyncio.to_thread(told, other, repo, line) for name, line in lines.items()}
        await editor.stop()
    assert {name: name == "no such flag" for name in lines} == {
        n: one.is_own for n, one in served_ones.items()
    }
    for name, one in served_ones.items():
        expected = own[name]
        shown = (one.code, steady(one.out), steady(one.err))
        assert (expected.code, steady(expected.out), steady(expected.err)) == shown, name


async def test_the_socket_is_the_users_alone_and_goes_with_the_server(repo: GitRepo, user: Foreword) -> None:
    async with running(user, repo) as (editor, _, place):
        assert place == socket_path(user.environ(), repo.path.resolve())
        assert 0o600 == stat.S_IMODE(place.stat().st_mode)
        assert 0o700 == stat.S_IMODE(place.parent.stat().st_mode)
        await editor.stop()
    assert not place.exists()


async def test_a_saved_file_is_seen_at_once(repo: GitRepo, user: Foreword) -> None:
    async with running(user, repo) as (editor, _, _place):
        repo.write("tax.py", "def vat(net):\n    return net * 0.19\n")
        found = await asyncio.to_thread(told, user, repo, ["symbols", "vat"])
        await editor.stop()
    assert (0, "tax.py:1 function def vat(net)\n", False) == (found.code, found.out, found.is_own)


async def test_a_server_with_another_environment_or_other_settings_is_not_asked(
    repo: GitRepo, user: Foreword, runtime: Path
) -> None:
    others = [
        replace(user, more={**user.more, **more})
        for more in ({"FOREWORD_CONTEXT_BUDGET": "20000"}, {"CI": "true"})
    ]
    async with running(user, repo) as (editor, _, place):
        for other in others:
            assert (await asyncio.to_thread(told, other, repo, ["symbols", "total"])).is_own
        (repo.path / ".foreword.toml").write_text("[context]\nbudget = 30000\n")
        assert not (await asyncio.to_thread(told, user, repo, ["symbols", "total"])).is_own
        place.parent.chmod(0o755)
        assert (await asyncio.to_thread(told, user, repo, ["symbols", "total"])).is_own
        place.parent.chmod(0o700)
        (runtime / "link").symlink_to(runtime)
        linked = replace(user, more={"XDG_RUNTIME_DIR": str(runtime / "link")})
        assert (await asyncio.to_thread(told, linked, repo, ["symbols", "total"])).is_own
        await editor.stop()
    async with running(user, repo, context={"budget": 40_000}) as (editor, _, _place):
        assert (await asyncio.to_thread(told, user, repo, ["symbols", "total"])).is_own
        await editor.stop()


async def test_a_socket_that_a_killed_server_left_is_taken_over(repo: GitRepo, user: Foreword) -> None:
    place = socket_path(user.environ(), repo.path.resolve())
    assert place is not None
    place.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(place))
        place.chmod(0o600)
    assert told(user, repo, ["symbols", "total"]).is_own
    async with running(user, repo) as (editor, _, _place):
        assert not (await asyncio.to_thread(told, user, repo, ["symbols", "total"])).is_own
        await editor.stop()


async def test_a_question_whose_server_is_killed_is_not_asked_again(repo: GitRepo, user: Foreword) -> None:
    with MessagesApi() as api:
        paying = Foreword(user.home, url=api.url, more=user.more)
        async with served(paying) as (editor, process):
            await editor.start([repo.path])
            await editor.hear("window/logMessage", lambda one: "command line" in one["message"])
            api.script((SlowStart(), "Never."))
            asking = asyncio.ensure_future(asyncio.to_thread(told, paying, repo, ["ask", "What is it?"]))
            await asyncio.to_thread(api.wait_for_request, 1, PATIENCE)
            process.kill()
            found = await asking
            api.release()
        assert 1 == len(api.messages)
    assert (5, False) == (found.code, found.is_own)
    assert "may have been sent and paid" in found.err


async def test_what_costs_more_is_asked_about_at_the_terminal_of_who_typed_it(
    repo: GitRepo, user: Foreword
) -> None:
    with MessagesApi() as api:
        careful = Foreword(user.home, url=api.url, more={**user.more, "FOREWORD_LIMITS_CONFIRM": "0.000001"})
        line = ["ask", "What is it?"]
        own = told(careful, repo, line)
        async with running(careful, repo) as (editor, _, _place):
            served_one = await asyncio.to_thread(told, careful, repo, line)
            assert (own.code, own.out, own.err) == (served_one.code, served_one.out, served_one.err)
            assert (True, False) == (own.is_own, served_one.is_own)
            assert "confirm it with --yes" in own.err
            assert "[y/N] foreword: nothing was sent" in await asyncio.to_thread(
                typed, careful, repo, line, "n"
            )
            assert [] == api.messages
            api.script("It adds prices.")
            shown = await asyncio.to_thread(typed, careful, repo, line, "y")
            assert ["Send it? [y/N]", "It adds prices."] == re.findall(
                r"Send it\? \[y/N\]|It adds prices\.", shown
            )
            await editor.stop()
    assert 1 == len(api.messages)


def typed(user: Foreword, repo: GitRepo, line: list[str], answer: str) -> str:
    """What a terminal shows of a command that asks once, done by the server."""
    main, other = pty.openpty()
    tty = termios.tcgetattr(other)
    tty[3] &= ~termios.ECHO
    termios.tcsetattr(other, termios.TCSANOW, tty)
    words = [sys.executable, "-c", PROGRAM, *line]
    shown = b""
    with subprocess.Popen(
        words, cwd=repo.path, env=user.environ(), stdin=other, stdout=other, stderr=other
    ) as asking:
        os.close(other)
        with suppress(OSError):  # the other end is closed
            while piece := os.read(main, 65_536):
                shown += piece
                if piece.rstrip().endswith(b"[y/N]"):
                    os.write(main, answer.encode() + b"\n")
        asking.wait(PATIENCE)
    os.close(main)
    text = shown.decode().replace("\r\n", "\n")
    assert text.rstrip().endswith("false]"), text
    return text


async def test_an_answer_streams_through_the_server_and_ctrl_c_ends_it(repo: GitRepo, user: Foreword) -> None:
    with MessagesApi() as api:
        paying = Foreword(user.home, url=api.url, more=user.more)
        async with running(paying, repo) as (editor, _, _place):
            api.script("It adds prices.", (Hold(), "It adds all the prices."))
            found = await asyncio.to_thread(told, paying, repo, ["ask", "What is it?"])
            assert (0, "It adds prices.\n", False) == (found.code, found.out, found.is_own)
            process = await asyncio.create_subprocess_exec(
                *command("ask", "And what else?"),
                cwd=repo.path,
                env=paying.environ(),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            assert b"It" == await asyncio.wait_for(process.stdout.read(2), PATIENCE)
            process.send_signal(signal.SIGINT)
            _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
            assert (130, True) == (process.returncode, said.decode().endswith("foreword: cancelled\n"))
            await editor.stop()
            api.release()
    with closing(sqlite3.connect(user.data / "data" / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT status FROM request ORDER BY at").fetchall()
    assert [("done",), ("cancelled",)] == rows
