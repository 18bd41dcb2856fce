"""A folder of a larger repository: every command that tells what is known says that the rest is not seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo

Output = pytest.CaptureFixture[str]


def told(capsys: Output, folder: Path, *argv: str) -> str:
    """Both streams, in lines that the terminal did not break."""
    main([*argv, "-w", str(folder)])
    shown = capsys.readouterr()
    return " ".join((shown.out + shown.err).split())


def line(repo: GitRepo) -> str:
    return f"only shop/ of the repository at {repo.path.resolve()} is seen: open that folder to see the rest"


@pytest.mark.parametrize(
    "argv",
    [
        ("ask", "What does the till do?"),
        ("context",),
        ("doctor",),
        ("status",),
        ("index",),
        ("search", "zzzz"),
        ("symbols", "zzzz"),
    ],
    ids=lambda argv: argv[0],
)
def test_in_a_folder_of_a_repository_it_is_said_what_is_not_seen(
    shop: GitRepo, capsys: Output, argv: tuple[str, ...]
) -> None:
    assert line(shop) in told(capsys, shop.path / "shop", *argv)
    assert "is seen: open that folder" not in told(capsys, shop.path, *argv)


def test_a_receipt_does_not_say_fresh_without_the_folder_that_is_seen(shop: GitRepo, capsys: Output) -> None:
    answer = json.loads(
        told(capsys, shop.path / "shop", "ask", "--json", "What does the till do?").split("\n")[0]
    )
    receipt = answer["receipt"]
    assert "fresh: no file changed since the base, but only shop/ is seen" in receipt["summary"]
    assert {"folder": "shop/", "repository": str(shop.path.resolve()), "message": line(shop)} == receipt[
        "freshness"
    ]["scope"]


def test_a_base_with_every_file_of_the_folder_is_not_called_the_whole_repository(
    shop: GitRepo, capsys: Output
) -> None:
    assert ", the whole shop/" in told(capsys, shop.path / "shop", "context")
    assert ", the whole repository" in told(capsys, shop.path, "context")


def test_scripts_are_told_too(shop: GitRepo, capsys: Output) -> None:
    for command in ("context", "index", "status"):
        assert 0 == main([command, "--json", "-w", str(shop.path / "shop")])
        assert line(shop) == json.loads(capsys.readouterr().out)["scope"]["message"]
