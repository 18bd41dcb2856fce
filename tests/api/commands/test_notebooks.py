"""Notebooks through the commands: cells are found and shown, outputs are neither."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo, make_repo

Output = pytest.CaptureFixture[str]
PICTURE = base64.b64encode(bytes(range(256)) * 200).decode()
PAGE = [f"<tr><td>zanzibar{n}</td></tr>\n" for n in range(400)]


def notebook(code: str, *outputs: object) -> str:
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": list(outputs),
            "source": code.splitlines(keepends=True),
        }
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1) + "\n"


def outputs(*numbers: int) -> list[Any]:
    data = {"image/png": PICTURE, "text/html": PAGE, "text/plain": [f"tally {n}\n" for n in numbers]}
    # As some programs write pictures: in lines of their own.
    lines = {"image/png": [f"{PICTURE[at : at + 76]}\n" for at in range(0, len(PICTURE), 76)]}
    return [{"data": one, "metadata": {}, "output_type": "display_data"} for one in (data, lines)]


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    repo.write("sales.ipynb", notebook("def forecast(frame):\n    return frame\n", *outputs(1, 2)))
    repo.write("a.py", "a = 1\n")
    repo.commit()
    return repo


def told(capsys: Output, repo: GitRepo, *argv: str) -> str:
    main([*argv, "-w", str(repo.path)])
    shown = capsys.readouterr()
    return shown.out + shown.err


@pytest.mark.parametrize("query", ["forecast", "zanzibar7", PICTURE[:12], "text/html tr td"])
def test_a_search_prints_no_output_of_a_cell(repo: GitRepo, capsys: Output, query: str) -> None:
    seen = told(capsys, repo, "search", query)
    assert "zanzibar" not in seen
    assert PICTURE[:12] not in seen
    assert "def forecast(frame)" in seen or query != "forecast"


def test_what_a_cell_is_about_is_found(repo: GitRepo, capsys: Output) -> None:
    assert "sales.ipynb:" in told(capsys, repo, "symbols", "forecast")


def test_a_question_sends_the_cell_and_the_beginning_of_what_it_printed(
    repo: GitRepo, capsys: Output
) -> None:
    sent = told(capsys, repo, "ask", "What does forecast do?", "--path", "sales.ipynb", "--dry-run")
    assert "def forecast(frame)" in sent
    assert "tally 1" in sent
    assert "zanzibar" not in sent
    assert PICTURE[:12] not in sent
    assert len(sent) < 40_000


def test_a_cell_that_was_run_again_is_a_short_change(repo: GitRepo, capsys: Output) -> None:
    told(capsys, repo, "ask", "What does forecast do?")
    again = outputs(3, 4)
    again[0]["data"]["text/html"] = PAGE * 3
    repo.write("sales.ipynb", notebook("def forecast(frame):\n    return frame\n", *again))
    sent = told(capsys, repo, "ask", "And now?", "--dry-run")
    delta = sent[sent.index("sales.ipynb") :]
    assert "tally 3" in delta
    assert "zanzibar" not in sent
    assert delta.count("⋮") < 20
