"""`foreword.complete`: what the beginning of a name in a question can mean."""

from __future__ import annotations

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from editor import connected
from gitrepo import GitRepo

FILES = {
    "shop/till.py": "def total(prices):\n    return sum(prices)\n\n\ndef totals():\n    return 1\n",
    "shop/total_sum.py": "X = 1\n",
    "secrets/.env": "KEY=1\n",
    "dist/total.local": "left out by .gitignore\n",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("till", ["till.py", "shop/till.py", "tests/test_till.py", "README.md:Till"]),
        ("TOTAL", ["shop/total_sum.py", "till.py:total", "shop/till.py:total"]),
        ("totals", ["shop/total_sum.py", "shop/till.py:totals"]),
        ("sh/ti", ["shop/till.py"]),
        ("nothing at all", []),
        (".env", []),
    ],
)
async def test_files_come_first_and_then_definitions(
    query: str, expected: list[str], repo: GitRepo, online: dict[str, str]
) -> None:
    for path, text in FILES.items():
        repo.write(path, text)
    repo.write("tests/test_till.py", "def check():\n    pass\n")
    repo.commit("Add up")
    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        items = (await editor.command("foreword.complete", query=query))["items"]
    names = [one["path"] + (f":{one['name']}" if one["kind"] == "symbol" else "") for one in items]
    assert sorted(expected) == sorted(names)
    assert expected[:1] == names[:1]
    assert all(one["uri"] == (repo.path / one["path"]).as_uri() for one in items)


async def test_without_a_query_the_definitions_of_the_open_file_are_offered(
    repo: GitRepo, online: dict[str, str]
) -> None:
    for path, text in FILES.items():
        repo.write(path, text)
    repo.commit("Add up")
    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], VSCODE_CLIENT_11, initializationOptions={"trusted": True})
        uri = (repo.path / "shop/till.py").as_uri()
        items = (await editor.command("foreword.complete", query="", uri=uri))["items"]
        elsewhere = (await editor.command("foreword.complete", query="", uri="untitled:Untitled-1"))["items"]
    found = [(one["path"], one["name"]) for one in items if one["kind"] == "symbol"]
    assert ("shop/till.py", "total") in found
    assert {"shop/till.py"} == {path for path, _ in found}
    assert [] == [one for one in elsewhere if one["kind"] == "symbol"]
