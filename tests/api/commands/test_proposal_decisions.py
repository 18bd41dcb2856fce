"""What was proposed and not decided stays within reach of the command line, wherever it was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from editor import connected
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.proposal_store import (
    KeptProposal,
    folder_uri_of,
    proposals_folder,
    read_proposal,
    write_proposal,
)
from foreword.assist.edits.review import ProposalReview
from foreword.cli.main import main
from foreword.core.documents.text import Text
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

Json = dict[str, Any]
Output = pytest.CaptureFixture[str]
STOCK = "".join(f"price_{n} = {n}\n" for n in range(199, 212))
SOLD = STOCK.replace("price_203 = 203\n", "price_203 = 1\n").replace("price_208 = 208\n", "price_208 = 2\n")
CALLS = (
    {"command": "create", "path": "stock.py", "file_text": SOLD},
    {"command": "create", "path": "docs/README.md", "file_text": "# Docs\n"},
)


@pytest.fixture
def stock(shop: GitRepo) -> GitRepo:
    shop.write("stock.py", STOCK)
    shop.commit("Count the stock")
    return shop


def script(api: MessagesApi) -> None:
    api.script(Reply(tuple(tool_use_block("str_replace_based_edit_tool", call) for call in CALLS)), "Done.")


def proposed(stock: GitRepo, api: MessagesApi, capsys: Output) -> str:
    script(api)
    assert 0 == main(["edit", "Sell some", "--json", "-w", str(stock.path)])
    name: str = json.loads(capsys.readouterr().out)["proposalId"]
    return name


def proposals(stock: GitRepo, capsys: Output, *argv: str, code: int = 0) -> Json:
    capsys.readouterr()
    assert code == main(["proposals", *argv, "--json", "-w", str(stock.path)])
    told: Json = json.loads(capsys.readouterr().out)
    return told


def on_disk(stock: GitRepo, path: str = "stock.py") -> str:
    return (stock.path / path).read_text(encoding="utf-8")


def test_what_an_edit_proposed_is_listed_until_it_is_decided(
    stock: GitRepo, api: MessagesApi, capsys: Output
) -> None:
    name = proposed(stock, api, capsys)
    (listed,) = proposals(stock, capsys)["proposals"]
    assert (name, "Sell some") == (listed["proposalId"], listed["title"])
    files = [
        {"path": "stock.py", "kind": "change", "hunks": 2},
        {"path": "docs/README.md", "kind": "create", "hunks": 1},
    ]
    assert files == listed["files"]
    told = proposals(stock, capsys, name, "--apply")
    assert ([True, True], "applied", {}, []) == (
        [one["applied"] for one in told["edits"]],
        told["outcome"],
        told["pending"],
        told["problems"],
    )
    assert (SOLD, "# Docs\n") == (on_disk(stock), on_disk(stock, "docs/README.md"))
    assert [] == proposals(stock, capsys)["proposals"]


def test_hunks_are_decided_by_their_numbers(stock: GitRepo, api: MessagesApi, capsys: Output) -> None:
    name = proposed(stock, api, capsys)
    proposals(stock, capsys, name, "--apply", "--hunk", "2")
    only_second = STOCK.replace("price_208 = 208\n", "price_208 = 2\n")
    assert only_second == on_disk(stock)
    told = proposals(stock, capsys, name, "--reject", "--hunk", "1")
    assert {"docs/README.md": [0]} == told["pending"]
    proposals(stock, capsys, name, "--apply", "--hunk", "3")
    told = proposals(stock, capsys, name)
    assert ("partly applied", {}) == (told["outcome"], told["pending"])
    assert (only_second, "# Docs\n") == (on_disk(stock), on_disk(stock, "docs/README.md"))


def test_the_beginning_of_an_id_is_enough_and_none_where_one_is_undecided(
    stock: GitRepo, api: MessagesApi, capsys: Output
) -> None:
    name = proposed(stock, api, capsys)
    assert name == proposals(stock, capsys, name[:6])["proposalId"]
    assert name == proposals(stock, capsys, "--apply")["proposalId"]


def test_of_several_the_id_has_to_say_which(stock: GitRepo, api: MessagesApi, capsys: Output) -> None:
    proposed(stock, api, capsys)
    proposed(stock, api, capsys)
    assert 2 == main(["proposals", "--apply", "-w", str(stock.path)])
    assert "several proposals could be meant (" in capsys.readouterr().err
    assert STOCK == on_disk(stock)


def test_what_was_applied_is_taken_back_in_all_files_or_in_none(
    stock: GitRepo, api: MessagesApi, capsys: Output
) -> None:
    script(api)
    assert 0 == main(["edit", "Sell some", "--apply", "--json", "-w", str(stock.path)])
    name = json.loads(capsys.readouterr().out)["proposalId"]
    assert SOLD == on_disk(stock)
    stock.write("docs/README.md", "# Docs\n\nMine.\n")
    told = proposals(stock, capsys, name, "--undo", code=3)
    assert ["docs/README.md has changed since, so it was not deleted"] == [
        one["message"] for one in told["problems"]
    ]
    assert SOLD == on_disk(stock)
    stock.write("docs/README.md", "# Docs\n")
    assert "pending" == proposals(stock, capsys, name, "--undo")["outcome"]
    assert (STOCK, False) == (on_disk(stock), (stock.path / "docs/README.md").exists())
    assert 2 == main(["proposals", name, "--undo", "-w", str(stock.path)])
    assert "there is nothing to undo" in capsys.readouterr().err


def test_a_hunk_that_no_longer_fits_is_told_and_stays_undecided(
    stock: GitRepo, api: MessagesApi, capsys: Output
) -> None:
    name = proposed(stock, api, capsys)
    stock.write("stock.py", STOCK.replace("price_203 = 203\n", "price_203 = 7\n"))
    told = proposals(stock, capsys, name, "--apply", code=3)
    assert {"stock.py": [0]} == told["pending"]
    (problem,) = told["problems"]
    assert "was not applied: the file has changed there" in problem["message"]
    assert "price_203 = 7\n" in on_disk(stock)
    assert "price_208 = 2\n" in on_disk(stock)


def test_people_see_each_hunk_under_its_number(stock: GitRepo, api: MessagesApi, capsys: Output) -> None:
    name = proposed(stock, api, capsys)
    assert 0 == main(["proposals", "-w", str(stock.path)])
    listed = capsys.readouterr().out
    assert name[:8] in listed
    assert "Sell some" in listed
    assert 0 == main(["proposals", name, "-w", str(stock.path)])
    shown = capsys.readouterr().out
    assert "[1] stock.py\n@@ -2,7 +2,7 @@\n" in shown
    assert "[2] stock.py\n" in shown
    assert "[3] docs/README.md\n--- /dev/null\n" in shown
    assert 0 == main(["proposals", name, "--reject", "-w", str(stock.path)])
    assert "foreword: rejected\n" in capsys.readouterr().err
    assert 0 == main(["proposals", "-w", str(stock.path)])
    assert "foreword: no proposal is undecided\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["abc"], "there is no proposal abc of this workspace: `foreword proposals` lists them"),
        (["--apply"], "there is no undecided proposal of this workspace"),
        (["abc", "--apply", "--reject"], "give one of --apply, --reject and --undo"),
        (["abc", "--hunk", "1"], "--hunk goes with --apply or --reject"),
    ],
)
def test_a_wrong_order_is_one_line(argv: list[str], words: str, stock: GitRepo, capsys: Output) -> None:
    assert 2 == main(["proposals", *argv, "-w", str(stock.path)])
    shown = capsys.readouterr().err
    assert words in shown
    assert 1 == shown.count("\n")


@pytest.mark.parametrize("number", ["0", "4", "2-9", "x"])
def test_a_hunk_that_there_is_not_is_named_with_those_that_there_are(
    number: str, stock: GitRepo, api: MessagesApi, capsys: Output
) -> None:
    name = proposed(stock, api, capsys)
    assert 2 == main(["proposals", name, "--apply", "--hunk", number, "-w", str(stock.path)])
    assert f"the proposal has no hunk {number}: its hunks are 1 to 3" in capsys.readouterr().err


async def test_an_editor_and_the_command_line_decide_about_the_same_proposals(
    stock: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    script(api)
    settings = {"trusted": True, "model": "claude-sonnet-4-6", "model.url": api.url}
    environ = {"FOREWORD_HOME": str(tmp_path / "home"), "ANTHROPIC_API_KEY": "any"}
    async with connected(environ, usual_answers()) as editor:
        await editor.start([stock.path], VSCODE_CLIENT_11, initializationOptions=settings)
        told = await editor.command("foreword.edit", instruction="Sell some", apply=False)
        name = told["proposalId"]
        await editor.command("foreword.edit", proposalId=name, reject=True, hunks={"stock.py": [0]})
        folder = proposals_folder(tmp_path / "home" / "data")
        kept = read_proposal(folder, name)
        assert kept is not None
        # As another process writes it that decides about the rest.
        review = kept.review.rejecting(kept.proposal.files["docs/README.md"], (0,))
        write_proposal(folder, name, kept.having(review))
        (listed,) = (await editor.command("foreword.proposals"))["proposals"]
        assert [{"path": "stock.py", "kind": "change", "hunks": 1}] == listed["files"]
        # A decision in the editor builds on that of the other process.
        await editor.command("foreword.edit", proposalId=name, reject=True)
        assert [] == (await editor.command("foreword.proposals"))["proposals"]


def test_what_is_decided_is_forgotten_before_what_is_not(tmp_path: Path) -> None:
    file = ProposedFile("a.py", Text("old\n"), "new\n")
    open_one = KeptProposal(Proposal().having(file), folder_uri_of(tmp_path), "one")
    decided = open_one.having(ProposalReview().rejecting(file, (0,)))
    write_proposal(tmp_path, "oldest", open_one)
    for n in range(200):
        write_proposal(tmp_path, f"decided-{n}", decided)
    left = {path.stem for path in tmp_path.glob("*.json")}
    assert 200 == len(left)
    assert "oldest" in left
