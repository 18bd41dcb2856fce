"""What `editors/README.md` says of the protocol is what the server speaks, and its client runs."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword.api.table import SERVED
from foreword.assist.question.task import TASK_KEYS
from foreword.lsp.chat import chat_methods
from foreword.lsp.connection.protocol import STATUS
from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from installed import environ
from messages_api import MessagesApi
from sample_repo import make_sample

README = (Path(__file__).parent.parent / "editors" / "README.md").read_text(encoding="utf-8")
OWN = {
    value
    for name, value in vars(chat_methods).items()
    if name.isupper() and str(value).startswith("foreword/")
}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "shop", 2)


def test_the_methods_of_our_own_are_all_there_and_no_others() -> None:
    assert 9 == len(OWN)
    assert {*OWN, STATUS} == set(re.findall(r"`(foreword/[a-z/]+)`", README))


def test_the_commands_are_all_there_and_no_others() -> None:
    assert set(SERVED) == set(re.findall(r"`(foreword\.[a-z]+)`", README))


def test_the_keys_of_a_task_are_those_that_are_read() -> None:
    told = re.search(r"A \*task\* is `\{(.*?)\}`", README)
    assert told is not None
    assert TASK_KEYS == tuple(key.strip(" ?") for key in told[1].split(","))


def test_the_client_that_takes_an_hour_runs(tmp_path: Path, api: MessagesApi, shop: GitRepo) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = tmp_path / "chat.py"
    script.write_text(code, encoding="utf-8")
    api.script("It is 19 percent.", "In shop/checkout.py:5.")
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [sys.executable, str(script), str(shop.path)],
            env=environ(Foreword(tmp_path / "user", url=api.url), Path(place)),
            input="What is the VAT rate?\nWhere is it?\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert (0, "") == (done.returncode, done.stderr)
    first, receipt, second, last = done.stdout.splitlines()
    assert ("It is 19 percent.", "In shop/checkout.py:5.") == (first, second)
    assert re.fullmatch(r"\[cold, \$0\.\d{4}\]", receipt)
    assert re.fullmatch(r"\[hit, \$0\.\d{4}\]", last)
