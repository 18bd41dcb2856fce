"""The newest answer of a workspace is kept, and `foreword last` prints it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo


@pytest.fixture(autouse=True)
def home(bare_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    bare_environment.setenv("FOREWORD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert 0 == main(list(argv))
    return capsys.readouterr().out


def test_the_last_answer_is_printed_again_as_it_was(
    repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "ask", "Where is Cart?", "-w", str(repo.path))
    answer = json.loads(printed(capsys, "ask", "Where is price_of?", "--json", "-w", str(repo.path)))
    assert answer == json.loads(printed(capsys, "last", "--json", "-w", str(repo.path)))
    assert answer["text"].strip() == printed(capsys, "last", "-w", str(repo.path)).strip()


def test_an_answer_is_for_its_user_alone(
    repo: GitRepo, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "ask", "Where is Cart?", "-w", str(repo.path))
    (kept,) = (file for file in home.rglob("answers/*.json"))
    assert 0o600 == kept.stat().st_mode & 0o777


@pytest.mark.parametrize("damage", ["", "{", '{"schema": "foreword.answer/1"}', "[]"])
def test_where_nothing_readable_is_kept_it_says_so(
    repo: GitRepo, home: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "ask", "Where is Cart?", "-w", str(repo.path))
    for file in home.rglob("answers/*.json"):
        file.write_text(damage, encoding="utf-8")
    assert 2 == main(["last", "-w", str(repo.path)])
    assert "ask something first" in capsys.readouterr().err
