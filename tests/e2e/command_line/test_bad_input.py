"""What people get wrong on the command line and in settings: one line that says what to do, and the right exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo, make_repo
from messages_api import MessagesApi

Q = "What is a refund?"

BAD_COMMAND_LINES = {
    "no such workspace": (["ask", Q, "--workspace", "nowhere"], 1, "no such folder"),
    "a file as workspace": (["ask", Q, "--workspace", "README.md"], 1, "README.md is not a folder"),
    "an empty question": (["ask", ""], 2, "the question is empty"),
    "a blank question": (["ask", " \n\t"], 2, "the question is empty"),
    "nothing on standard input": (["ask", "-"], 2, "the question is empty"),
    "no question": (["ask"], 2, "QUESTION"),
    "an unknown flag": (["ask", Q, "--jsno"], 2, "did you mean --json?"),
    "an unknown flag of batch": (["batch", "--paralel", "3"], 2, "did you mean --parallel?"),
    "an unknown command": (["aks", Q], 2, "did you mean ask?"),
    "a number that is none": (["batch", "--parallel", "many"], 2, "'many' is no positive whole number"),
    "an unknown provider": (["ask", Q, "--provider", "oracle"], 2, "'anthropic'"),
    "no key for the provider": (["ask", Q, "--provider", "anthropic"], 5, "set ANTHROPIC_API_KEY"),
    "a missing file": (["ask", Q, "--path", "shop/nowhere.py"], 2, "no file shop/nowhere.py"),
    "a file outside": (["ask", Q, "--path", "../secret.txt"], 2, "../secret.txt"),
    "an absolute path outside": (["ask", Q, "--path", "/etc/passwd"], 2, "not in the workspace"),
    "an ignored file": (["ask", Q, "--path", "ignored.txt"], 2, "ignored by .forewordignore"),
    "a secret file": (["ask", Q, "--path", ".env"], 2, ".env is left out (secret)"),
    "a line after the end": (["ask", Q, "--path", "shop/checkout.py:9999"], 2, "not 9999"),
    "line zero": (["ask", Q, "--path", "shop/checkout.py:0"], 2, "count from 1"),
    "lines in reverse": (["ask", Q, "--path", "shop/checkout.py:9-3"], 2, "the first before the last"),
    "an empty path": (["ask", Q, "--path", ""], 2, "FILE:LINE"),
    "an empty name": (["symbols", ""], 2, "the name is empty"),
    "an empty query": (["search", " "], 2, "the query is empty"),
}


@pytest.fixture
def workspace(tmp_path: Path, shop: GitRepo) -> GitRepo:
    shop.write(".forewordignore", "ignored.txt\n")
    shop.write("ignored.txt", "x\n")
    shop.write(".env", "TOKEN=1\n")
    (tmp_path / "secret.txt").write_text("x\n")
    return shop


@pytest.mark.parametrize("name", BAD_COMMAND_LINES)
def test_a_bad_command_line_gets_one_line_that_says_what_to_do(
    offline: Foreword, workspace: GitRepo, name: str
) -> None:
    arguments, code, words = BAD_COMMAND_LINES[name]
    done = offline.run(*arguments, cwd=workspace.path)
    assert words in done.complaint
    assert (code, "") == (done.code, done.out)


def test_no_command_shows_what_there_is(offline: Foreword) -> None:
    done = offline.run()
    assert 2 == done.code
    assert "ask" in done.out


def test_a_nul_byte_in_a_path_is_refused(offline: Foreword, shop: GitRepo) -> None:
    done = offline.batch(shop.path, [{"id": 1, "question": Q, "path": "shop/\0.py"}])
    assert "\\x00" in done.answer["error"]["message"]
    assert (1, 2, "") == (done.answer["id"], done.code, done.err)


def test_a_nul_byte_in_a_question_does_no_harm(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    done = online.batch(shop.path, [{"question": "What is a \0 refund \ud800?"}])
    assert (0, []) == (done.code, api.rejected)


def test_an_empty_folder_is_answered_with_a_notice(offline: Foreword, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = offline.ask(tmp_path / "empty", Q)
    assert 0 == done.code
    assert "no files to read here" in done.complaint
    assert [] == done.answer["citations"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("contxt.budget = 5000", 'did you mean "context.budget"?'),
        ('context.budget = "many"', "must be a whole number"),
        ("context.budget = 1", "from 2,000"),
        ("context.budget = true", "must be a whole number"),
        ("tools = 3", '"tools"'),
        ('cache.ttl = "2h"', "one of auto, 5m, 1h, off"),
        ('model.url = "http://evil.example"', "can't be set by a project"),
        ("context.budget = ", "no valid TOML"),
        ("\xff\xfe", "no valid TOML"),
    ],
)
def test_a_wrong_setting_is_reported_and_never_fatal(
    offline: Foreword, shop: GitRepo, written: str, words: str
) -> None:
    shop.write(".foreword.toml", written.encode("latin-1"))
    done = offline.ask(shop.path, Q)
    assert words in done.complaint
    assert ".foreword.toml" in done.complaint
    assert 0 == done.code
    assert any(words in problem["message"] for problem in done.answer["problems"])


def test_settings_come_from_pyproject_and_variables_and_flags_in_rising_strength(
    offline: Foreword, shop: GitRepo
) -> None:
    def budget(user: Foreword, *flags: str) -> int:
        return int(user.json("context", shop.path, *flags)["budget"])

    shop.write(".foreword.toml", "[context]\nbudget = 3000\n")
    assert 3_000 == budget(offline)
    shop.write("pyproject.toml", "[tool.foreword.context]\nbudget = 4000\n")
    assert 4_000 == budget(offline)
    loud = Foreword(offline.home, more={"FOREWORD_CONTEXT_BUDGET": "5000"})
    assert 5_000 == budget(loud)
    assert 6_000 == budget(loud, "--budget", "6000")


def test_an_unknown_model_gets_safe_defaults_and_a_notice(offline: Foreword, shop: GitRepo) -> None:
    done = offline.ask(shop.path, Q, "--model", "gpt-9")
    assert 0 == done.code
    assert "gpt-9" in done.complaint


def test_an_unknown_variable_is_reported(offline: Foreword, shop: GitRepo) -> None:
    done = Foreword(offline.home, more={"FOREWORD_MODLE": "x"}).ask(shop.path, Q)
    assert 0 == done.code
    assert "FOREWORD_MODEL" in done.complaint


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_an_unreadable_file_is_left_out_and_listed(ordinary: tuple[Foreword, Path]) -> None:
    user, folder = ordinary
    repo = make_repo(folder / "repo")
    repo.write("open.py", "def opened():\n    pass\n")
    repo.write("shut.py", "def shut():\n    pass\n").chmod(0)
    _give(user, folder)
    done = user.ask(repo.path, "What is opened?")
    assert 0 == done.code
    assert "open.py" in [citation["path"] for citation in done.answer["citations"]]
    index = user.json("index", repo.path)
    assert {"path": "shut.py", "reason": "unreadable"} in index["leftOut"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_home_that_cannot_be_written_is_said_in_one_line(ordinary: tuple[Foreword, Path]) -> None:
    user, folder = ordinary
    repo = make_repo(folder / "repo")
    repo.write("open.py", "def opened():\n    pass\n")
    user.data.mkdir(parents=True)
    _give(user, folder)
    user.data.chmod(0o555)
    done = user.ask(repo.path, "What is opened?")
    user.data.chmod(0o755)
    assert "set FOREWORD_HOME" in done.complaint
    assert (1, "") == (done.code, done.out)


def _give(user: Foreword, folder: Path) -> None:
    """Make `folder` the property of who runs the command."""
    user.home.mkdir(parents=True, exist_ok=True)
    if user.uid is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.uid, user.uid)


def test_output_of_an_error_is_never_json_on_standard_output(offline: Foreword, tmp_path: Path) -> None:
    done = offline.ask(tmp_path / "nowhere", Q)
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.out)
