"""A folder of a larger repository: every command that tells what is known says that the rest is not seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo, make_repo

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


@pytest.mark.parametrize(
    "argv", [("doctor",), ("index",), ("search", "zzzz"), ("symbols", "zzzz")], ids=lambda argv: argv[0]
)
def test_repositories_within_a_workspace_are_named_as_not_seen(
    shop: GitRepo, capsys: Output, argv: tuple[str, ...]
) -> None:
    assert "of its own" not in told(capsys, shop.path, *argv)
    nested = make_repo(shop.path / "nested")
    nested.write("n.py", "n = 1\n")
    nested.commit()
    shop.git("worktree", "add", "-q", str(shop.path / ".trees" / "x"), "-b", "x")
    seen = told(capsys, shop.path, *argv)
    assert (
        ".trees/x, nested are repositories of their own, and not seen here: open their folders as well"
        in seen
    )


def test_a_folder_that_is_a_repository_is_named_with_what_to_do(
    shop: GitRepo, tmp_path: Path, capsys: Output
) -> None:
    library = make_repo(tmp_path / "library")
    library.write("in.py", "x = 1\n")
    library.commit()
    shop.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", library.path.as_uri(), "libs/inner"
    )
    shop.commit()
    said = told(capsys, shop.path, "ask", "What is it?", "--path", "libs/inner")
    assert "libs/inner is a repository of its own: open that folder as a workspace" in said
    shop.git("submodule", "deinit", "-q", "-f", "libs/inner")
    for path in ("libs/inner", "libs/inner/in.py"):
        said = told(capsys, shop.path, "ask", "What is it?", "--path", path)
        assert f"{path} is in a submodule that is not checked out: run `git submodule update --init`" in said


def test_what_is_left_out_is_told_anew_where_no_file_has_changed(shop: GitRepo, capsys: Output) -> None:
    first = told(capsys, shop.path, "index")
    shop.write("prod.env", "HOST=a\n")
    assert "1 secret" in told(capsys, shop.path, "index")
    shop.remove("prod.env")
    (shop.path / "link.py").symlink_to("shop/rates.py")
    seen = told(capsys, shop.path, "index")
    assert ("secret" in first, "secret" in seen, "1 symlink" in seen) == (False, False, True)
