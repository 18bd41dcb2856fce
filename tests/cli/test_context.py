"""`foreword context --pin` and `--unpin`, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo
from sample_repo import make_sample

Output = pytest.CaptureFixture[str]


@pytest.fixture
def large(tmp_path: Path) -> GitRepo:
    """More than the smallest budget holds."""
    repo = make_sample(tmp_path / "shop", 12)
    repo.write(".foreword.toml", "[context]\nbudget = 4_000  # small\n")
    return repo


def context(repo: GitRepo, *flags: str) -> int:
    return main(["context", "--workspace", str(repo.path), *flags])


def context_json(repo: GitRepo, capsys: Output, *flags: str) -> dict[str, Any]:
    assert 0 == context(repo, "--json", *flags)
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    return shown


def outlined(repo: GitRepo, capsys: Output) -> str:
    base = context_json(repo, capsys)["layers"][1]
    outlines = (file["path"] for file in base["files"] if file["form"] == "outline")
    return str(next(path for path in outlines if path != "README.md"))


def test_pinning_says_what_was_pinned_and_what_it_costs(large: GitRepo, capsys: Output) -> None:
    path = outlined(large, capsys)
    assert 0 == context(large, "--pin", path, "README.md")
    pinned, readme, cost = capsys.readouterr().out.splitlines()
    assert (f"pinned: {path}", "pinned: README.md") == (pinned, readme)
    assert cost.startswith("the base is laid anew with the next question; that writes about ")
    assert (
        f'[context]\nbudget = 4_000  # small\npins = [\n    "{path}",\n    "README.md",\n]\n'
        == (large.path / ".foreword.toml").read_text()
    )
    assert 0 == context(large, "--files")
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["full,", "pinned", path] in [row[1:] for row in rows]


def test_unpinning_by_several_flags(large: GitRepo, capsys: Output) -> None:
    context_json(large, capsys, "--pin", "README.md", "--pin", "shop/checkout.py", "shop")
    assert 0 == context(large, "--unpin", "README.md", "--unpin", "shop")
    assert ["unpinned: README.md", "unpinned: /shop/"] == capsys.readouterr().out.splitlines()[:2]
    assert ["shop/checkout.py"] == context_json(large, capsys)["pins"]


def test_what_is_pinned_already_is_said_to_be(large: GitRepo, capsys: Output) -> None:
    context_json(large, capsys, "--pin", "README.md")
    assert 0 == context(large, "--pin", "README.md")
    assert "pinned already: nothing was changed\nthe base stays as it is\n" == capsys.readouterr().out


def test_pins_without_effect_are_listed_with_their_reasons(large: GitRepo, capsys: Output) -> None:
    large.write(".env", "TOKEN=hunter2\n")
    large.write(".foreword.toml", "[context]\npins = ['.env', 'gone.py']\n")
    assert [
        {"path": ".env", "reason": "secret"},
        {"path": "gone.py", "reason": "there is no such file, or git ignores it"},
    ] == context_json(large, capsys)["notPinned"]
    assert 0 == context(large)
    shown = capsys.readouterr().out.replace("\n", " ")
    assert "pinned, but not shown in full: .env (secret)" in shown
    assert "hunter2" not in shown


def test_a_pin_of_no_file_is_one_line_and_code_2(large: GitRepo, capsys: Output) -> None:
    before = (large.path / ".foreword.toml").read_text()
    assert 2 == context(large, "--pin", "gone.py")
    shown = capsys.readouterr()
    assert ("", 1) == (shown.out, shown.err.count("\n"))
    assert shown.err.startswith("foreword: gone.py can't be pinned: ")
    assert before == (large.path / ".foreword.toml").read_text()


def test_pins_of_a_wrong_type_are_told_and_none_counts(large: GitRepo, capsys: Output) -> None:
    large.write(".foreword.toml", "[context]\npins = 'README.md'\n")
    assert 0 == context(large, "--json")
    shown = capsys.readouterr()
    assert [] == json.loads(shown.out)["pins"]
    told = " ".join(shown.err.split())
    assert ".foreword.toml: \"context.pins\" must be a list of at most 200 texts, not 'README.md'" in told


def test_it_says_which_layers_are_warm(large: GitRepo, capsys: Output) -> None:
    def cells(layer: str) -> list[str]:
        assert 0 == context(large)
        return next(
            line for line in capsys.readouterr().out.splitlines() if layer in line.split()[:1]
        ).split()

    assert "cold" in cells("base")
    assert 0 == main(["ask", "What is the rate?", "--provider", "offline", "--workspace", str(large.path)])
    capsys.readouterr()
    assert "warm" in cells("base")
    assert "cold" not in cells("delta")
