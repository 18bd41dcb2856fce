"""The Python API: what it gives is what `--json` prints, from any thread and any event loop."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import foreword
from foreword import (
    ConfigError,
    CredentialsError,
    LimitError,
    TrustError,
    UsageError,
    WorkspaceClient,
    WorkspaceError,
    open_workspace,
)
from foreword.cli.main import main
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, tool_use_block
from sample_repo import make_sample

Output = pytest.CaptureFixture[str]


def typed(capsys: Output, *argv: str) -> Any:  # noqa: ANN401 - any JSON
    capsys.readouterr()
    assert 0 == main([*argv, "--json"])
    return json.loads(capsys.readouterr().out)


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer, or what came of an edit, without what differs from one to the next."""
    receipt = {key: answer["receipt"][key] for key in ("freshness", "requests")}
    return {**answer, "receipt": receipt}


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, foreword; print([n for n in sys.modules if n.startswith('foreword.')], dir(foreword))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] ")
    assert "open_workspace" in done.stdout


@pytest.mark.parametrize("name", foreword.__all__)
def test_every_public_name_is_there_and_described(name: str) -> None:
    assert getattr(foreword, name).__doc__


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_session'"):
        _ = foreword.open_session  # type: ignore[attr-defined]


def test_what_it_finds_is_the_json_of_the_command_line(shop: GitRepo, capsys: Output) -> None:
    where = ("-w", str(shop.path))
    with open_workspace(shop.path, trusted=True) as workspace:
        found: dict[str, tuple[Any, list[str]]] = {
            "search": (workspace.search("refund", limit=3), ["search", "refund", "--limit", "3"]),
            "symbols": (workspace.symbols("Checkout"), ["symbols", "Checkout"]),
            "map": (workspace.map(), ["map"]),
            "context": (workspace.context(), ["context"]),
        }
        for result, argv in found.values():
            assert typed(capsys, *argv, *where) == result.to_json()
        assert shop.path.resolve() == workspace.path
        excerpts, symbols = found["search"][0], found["symbols"][0]
        assert 0 < len(excerpts) <= 3
        assert ["Checkout"] == [symbol.definition.name for symbol in symbols]


def test_an_answer_is_the_json_of_the_command_line(shop: GitRepo, api: MessagesApi, capsys: Output) -> None:
    api.script("It is money back.", "It is money back.")
    with open_workspace(shop.path, trusted=True) as workspace:
        answer = workspace.ask("What is a refund?", ["shop/checkout.py:1-2"])
    argv = ["ask", "What is a refund?", "-p", "shop/checkout.py:1-2", "-w", str(shop.path)]
    assert without_times(typed(capsys, *argv)) == without_times(answer.to_json())
    assert "It is money back." == answer.text
    assert api.messages[0].body == api.messages[1].body


def test_edits_are_proposed_and_written_on_request(shop: GitRepo, api: MessagesApi) -> None:
    shop.write("note.txt", "one\n")
    call = {"command": "str_replace", "path": "note.txt", "old_str": "one", "new_str": "two"}
    for _ in range(2):
        api.script(Reply((tool_use_block("str_replace_based_edit_tool", call),)), "Done.")
    with open_workspace(shop.path, trusted=True) as workspace:
        proposed = workspace.edit("Count on")
        assert "one\n" == (shop.path / "note.txt").read_text()
        assert "-one\n+two\n" in proposed.diff
        written = workspace.edit("Count on", apply=True)
    assert "two\n" == (shop.path / "note.txt").read_text()
    assert [False, True] == [one.to_json()["edits"][0]["applied"] for one in (proposed, written)]


def test_many_questions_go_over_one_prefix(shop: GitRepo, api: MessagesApi) -> None:
    with open_workspace(shop.path, trusted=True) as workspace:
        found = workspace.batch(["What is a refund?", {"id": 2, "question": "Who pays?"}, {"id": 3}])
    assert {None, 2, 3} == {one.id for one in found}
    assert [3] == [one.id for one in found if one.error]
    assert "foreword.error/1" in [one["schema"] for one in found.to_json()]
    assert 2 == len(api.messages)


@pytest.mark.parametrize("call", ["ask", "edit", "batch"])
def test_without_trust_nothing_is_sent(call: str, shop: GitRepo, api: MessagesApi, capsys: Output) -> None:
    typed(capsys, "trust", "-w", str(shop.path))  # what editors may do says nothing about a script
    with open_workspace(shop.path) as workspace:
        with pytest.raises(TrustError, match="open it with trusted=True"):
            getattr(workspace, call)(["What?"] if call == "batch" else "What?")
        with pytest.raises(TrustError):
            asyncio.run(getattr(workspace, f"a{call}")(["What?"] if call == "batch" else "What?"))
    assert [] == api.requests


def test_offline_needs_no_trust(shop: GitRepo) -> None:
    with open_workspace(shop.path) as workspace:
        assert "offline" == workspace.ask("Where is the checkout?").provider
        with pytest.raises(CredentialsError):
            workspace.edit("Rename it")


def test_nobody_is_asked_about_money(shop: GitRepo, api: MessagesApi) -> None:
    with (
        open_workspace(shop.path, trusted=True, settings={"limits.confirm": 0.000_001}) as workspace,
        pytest.raises(LimitError),
    ):
        workspace.ask("What is a refund?")
    assert [] == api.messages


def test_settings_are_given_flat_or_nested_and_a_wrong_one_is_refused(shop: GitRepo) -> None:
    for settings in ({"context.budget": 9_000}, {"context": {"budget": 9_000}}):
        with open_workspace(shop.path, settings=settings) as workspace:
            assert 9_000 == workspace.context().budget
    with pytest.raises(ConfigError, match=r'did you mean "context\.budget"'):
        open_workspace(shop.path, settings={"context.budgte": 1})
    with pytest.raises(WorkspaceError, match="no such folder"):
        open_workspace(shop.path / "missing")


def test_bad_input_is_one_line(shop: GitRepo) -> None:
    with open_workspace(shop.path) as workspace:
        for wrong in (
            lambda: workspace.search(" "),
            lambda: workspace.search("x", limit=0),
            lambda: workspace.symbols(""),
            lambda: workspace.ask(""),
            lambda: workspace.ask("Why?", ["nowhere.py"]),
        ):
            with pytest.raises(UsageError):
                wrong()


def test_it_is_used_from_several_threads_and_loops_at_once(shop: GitRepo) -> None:
    async def twins(workspace: WorkspaceClient) -> int:
        found = await asyncio.gather(*(workspace.asearch("refund") for _ in range(4)))
        return len({json.dumps(one.to_json()) for one in found})

    with open_workspace(shop.path) as workspace, ThreadPoolExecutor(4) as threads:
        loops = [threads.submit(asyncio.run, twins(workspace)) for _ in range(2)]
        answers = [threads.submit(workspace.ask, f"What is refund {n}?") for n in range(2)]
        assert [1, 1] == [one.result() for one in loops]
        assert 2 == len({one.result().receipt.request_id for one in answers})


async def test_a_call_that_is_cancelled_ends_its_request_and_the_next_one_is_answered(
    shop: GitRepo, api: MessagesApi
) -> None:
    api.script((Hold(after=1), "It is money back, and more."), "It is money back.")
    async with open_workspace(shop.path, trusted=True) as workspace:
        asked = asyncio.ensure_future(workspace.aask("What is a refund?"))
        await asyncio.to_thread(api.wait_for_request, 1, 60.0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        api.release()
        answer = await workspace.aask("What is a refund?")
    assert "It is money back." == answer.text


def test_a_call_that_is_interrupted_ends_its_request(shop: GitRepo, api: MessagesApi, tmp_path: Path) -> None:
    api.script((Hold(after=1), "It is money back, and more."))
    script = tmp_path / "script.py"
    script.write_text(
        "from foreword import open_workspace\n"
        f"with open_workspace({str(shop.path)!r}, trusted=True) as workspace:\n"
        "    try:\n"
        "        workspace.ask('What is a refund?')\n"
        "    except KeyboardInterrupt:\n"
        "        print(len(workspace.search('refund')) > 0)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, cwd=tmp_path) as process:
        try:
            api.wait_for_request(1, 60.0)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (0, b"True\n") == (process.returncode, out)


def test_what_is_closed_says_so_and_leaves_no_thread(shop: GitRepo) -> None:
    before = set(threading.enumerate())
    workspace = open_workspace(shop.path)
    workspace.search("refund")
    workspace.close()
    workspace.close()
    with pytest.raises(WorkspaceError, match="the workspace is closed"):
        workspace.map()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert set() == {one for one in threading.enumerate() if one not in before and one.is_alive()}


def test_a_script_without_a_guard_runs_once_however_many_processes_parse(tmp_path: Path) -> None:
    """Worker processes do not run the program that they work for."""
    shop = make_sample(tmp_path / "shop", 80)
    script = tmp_path / "script.py"
    script.write_text(
        "from foreword import open_workspace\n"
        "print('begun')\n"
        f"with open_workspace({str(shop.path)!r}) as workspace:\n"
        "    print(len(workspace.search('refund')) > 0)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path, timeout=120
    )
    assert ("begun\nTrue\n", "") == (done.stdout, done.stderr)
