"""Every command on a small repository: its exit code, that stdout carries data only, and its JSON."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from foreword.api.commands.lookups import SHOWN_LINES
from foreword.api.table import TYPED
from foreword.cli.main import main
from gitrepo import GitRepo
from pictures import png

Output = pytest.CaptureFixture[str]

ARGUMENTS = {
    "ask": ["Where is price_of defined?"],
    "batch": [],
    "edit": ["Rename price_of", "--dry-run"],
    "review": ["--base", "HEAD"],
    "symbols": ["price_of"],
    "search": ["price of an item"],
    "replay": ["--synthetic", "1", "--days", "1", "--model", "claude-sonnet-5"],
}
WITHOUT_WORKSPACE = frozenset({"completion", "usage", "replay"})
SPECIAL = frozenset({"trust", "verify", "run", "commit", "review", "last"}) | {
    name for name, one in TYPED.items() if one.load is None
}
"""Commands that wait, ask, take long, need a model or an earlier answer: they have tests of their own."""


class Stdin:
    """Standard input with some bytes in it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def run(name: str, repo: GitRepo, *more: str) -> int:
    workspace = [] if name in WITHOUT_WORKSPACE else ["--workspace", str(repo.path)]
    return main([name, *ARGUMENTS.get(name, []), *workspace, *more])


def json_of(name: str, repo: GitRepo, capsys: Output, *more: str) -> Any:  # noqa: ANN401 - whatever a command prints
    code = run(name, repo, "--json", *more)
    printed = capsys.readouterr().out
    assert 0 == code
    assert 1 == printed.count("\n")
    return json.loads(printed)


@pytest.fixture(autouse=True)
def questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b'{"id": 7, "question": "Where is price_of?"}\n'))


@pytest.mark.parametrize("name", [name for name in TYPED if name not in SPECIAL])
def test_every_command_succeeds_for_people_and_for_scripts(name: str, repo: GitRepo, capsys: Output) -> None:
    assert 0 == run(name, repo)
    shown = capsys.readouterr()
    assert (shown.out or shown.err).strip()
    assert "Traceback" not in shown.err
    assert "hunter2" not in shown.out


@pytest.mark.parametrize("name", TYPED)
def test_every_command_explains_itself(name: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert 0 == left.value.code
    assert f"foreword {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", [name for name in TYPED if name not in WITHOUT_WORKSPACE | {"serve", "acp"}])
def test_a_folder_that_is_not_there_is_one_line(name: str, repo: GitRepo, capsys: Output) -> None:
    assert 1 == main([name, *ARGUMENTS.get(name, []), "--workspace", str(repo.path / "missing")])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert shown.err.startswith("foreword: no such folder: ")
    assert 1 == shown.err.count("\n")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], ""),
        (["frobnicate"], "there is no command 'frobnicate'; see `foreword --help`"),
        (["forcast"], "there is no command 'forcast'; did you mean forecast?"),
        (["--josn"], "see `foreword --help`"),
        (["ask"], "required: QUESTION"),
        (["ask", " "], "the question is empty"),
        (["ask", "why", "--path", "a:0"], "has no such lines"),
        (["symbols", ""], "the name is empty"),
        (["search", "  "], "the query is empty"),
        (["usage", "--days", "0"], "no positive whole number"),
        (["batch", "--parallel", "0"], "no positive whole number"),
    ],
)
def test_a_wrong_command_line_is_code_2(argv: list[str], words: str, repo: GitRepo, capsys: Output) -> None:
    assert 2 == main([*argv, *(["--workspace", str(repo.path)] if argv[:1] == ["ask"] else [])])
    assert words in capsys.readouterr().err


def test_what_is_wrong_with_the_settings_is_told_even_where_the_command_fails(
    repo: GitRepo, capsys: Output
) -> None:
    repo.write(".foreword.toml", 'modle = "x"\n')
    assert 2 == main(["symbols", "", "--workspace", str(repo.path)])
    problem, error = capsys.readouterr().err.splitlines()
    assert 'unknown setting "modle"; did you mean "model"?' in problem
    assert "the name is empty" in error


def test_the_version_is_printed(capsys: Output) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert 0 == left.value.code
    assert capsys.readouterr().out.startswith("foreword 0.")


def test_an_unexpected_error_is_one_line_with_the_way_to_its_traceback(
    repo: GitRepo, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foreword.assist.session.snapshot.workspace_snapshot.take_snapshot", lambda _: 1 // 0)
    assert 1 == run("map", repo)
    shown = r"foreword: unexpected ZeroDivisionError: .*by zero; set FOREWORD_DEBUG=1 for the traceback\n"
    assert re.search(shown, capsys.readouterr().err)
    monkeypatch.setenv("FOREWORD_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("map", repo)


def test_cancelling_is_code_130(repo: GitRepo, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("foreword.assist.session.snapshot.workspace_snapshot.take_snapshot", interrupt)
    assert 130 == run("map", repo)
    assert "foreword: cancelled\n" in capsys.readouterr().err


def test_ask_gives_an_answer_with_citations_and_a_receipt(repo: GitRepo, capsys: Output) -> None:
    answer = json_of("ask", repo, capsys)
    assert ("foreword.answer/1", "offline") == (answer["schema"], answer["provider"])
    assert {"path": "shop/price.py", "startLine": 1, "endLine": 2} in answer["citations"]
    assert ["shop/price.py"] == answer["receipt"]["freshness"]["deltaFiles"]
    assert answer["receipt"]["cache"]["simulated"]


def test_a_question_can_come_from_standard_input(
    repo: GitRepo, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin("Où est `price_of`?".encode()))
    assert 0 == main(["ask", "-", "--json", "--workspace", str(repo.path)])
    assert "price_of" in json.loads(capsys.readouterr().out)["text"]


def test_a_picture_is_pointed_at_wherever_it_is(repo: GitRepo, tmp_path: Path, capsys: Output) -> None:
    (repo.path / "flow.png").write_bytes(png(300, 200))
    (tmp_path / "shot.png").write_bytes(png(200, 300))
    paths = ["-p", "flow.png", "-p", str(tmp_path / "shot.png")]
    told = json_of("ask", repo, capsys, "--dry-run", *paths)
    content = told["request"]["messages"][-1]["content"]
    assert 2 == sum(block["type"] == "image" for block in content)
    assert 'path="flow.png"/>' in content[-2]["text"]
    assert 'name="shot.png"/>' in content[-2]["text"]
    assert str(tmp_path) not in str(told)
    assert 2 == main(["ask", "What is this?", "-w", str(repo.path), "-p", str(tmp_path / "gone.png")])
    assert "there is no file" in capsys.readouterr().err


def test_a_dry_run_prints_the_request_and_keeps_nothing(repo: GitRepo, capsys: Output) -> None:
    first = json_of("ask", repo, capsys, "--dry-run")
    assert "foreword.request/1" == first["schema"]
    assert first["request"]["messages"][0]["content"][-1]["text"].endswith("Where is price_of defined?")
    repo.write("shop/price.py", "x = 1\n")
    second = json_of("ask", repo, capsys, "--dry-run")
    delta = [
        block["text"] for block in second["request"]["messages"][0]["content"] if "<changes>" in block["text"]
    ]
    assert 1 == len(delta)
    assert "+x = 1\n" in delta[0]
    assert {"schema": "foreword.usage/1", "by": "day", "rows": [], "totals": []} == json_of(
        "usage", repo, capsys
    )


def test_a_batch_answers_each_line_under_its_id(
    repo: GitRepo, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b'{"id": 1, "question": "Where is price_of?"}\nnot json\n\n{"id": "b", "question": " "}\n{"question": "Cart?"}\n'
    monkeypatch.setattr(sys, "stdin", Stdin(lines))
    assert 2 == run("batch", repo)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_kind = sorted((line["schema"], str(line.get("id")), line.get("line", 0)) for line in printed)
    assert [
        ("foreword.answer/1", "1", 0),
        ("foreword.answer/1", "None", 0),
        ("foreword.error/1", "None", 2),
        ("foreword.error/1", "b", 4),
    ] == by_kind


def test_index_counts_what_is_there_and_names_what_is_not(repo: GitRepo, capsys: Output) -> None:
    found = json_of("index", repo, capsys)
    assert (3, 0) == (found["files"], found["reused"])
    assert [{"path": ".env", "reason": "secret"}] == found["leftOut"]
    assert 3 == json_of("index", repo, capsys)["reused"]


def test_symbols_are_found_plain_and_qualified(repo: GitRepo, capsys: Output) -> None:
    found = json_of("symbols", repo, capsys)
    assert [("shop/price.py", 1, 2, "function")] == [
        (f["path"], f["line"], f["endLine"], f["kind"]) for f in found
    ]
    assert 0 == main(["symbols", "Cart.add", "--workspace", str(repo.path)])
    assert "shop/cart.py:2 method def add(self, item)\n" == capsys.readouterr().out


@pytest.mark.parametrize(("name", "word"), [("symbols", "no_such_name"), ("search", "zzzzqqqq")])
def test_nothing_found_is_a_notice_for_people_and_an_empty_list_for_scripts(
    repo: GitRepo, capsys: Output, name: str, word: str
) -> None:
    assert 0 == main([name, word, "--workspace", str(repo.path)])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert ": try " in shown.err
    assert 0 == main([name, word, "--json", "--workspace", str(repo.path)])
    assert "[]\n" == capsys.readouterr().out


def test_search_gives_places_best_first(repo: GitRepo, capsys: Output) -> None:
    found = json_of("search", repo, capsys)
    assert "shop/price.py" == found[0]["path"]
    assert sorted((place["score"] for place in found), reverse=True) == [place["score"] for place in found]


def test_the_map_is_text_with_its_files(repo: GitRepo, capsys: Output) -> None:
    found = json_of("map", repo, capsys)
    assert {"shop/cart.py", "shop/price.py"} <= set(found["files"])
    assert "class Cart" in found["text"]


def test_a_map_without_room_says_so(repo: GitRepo, capsys: Output) -> None:
    assert 0 == main(["map", "--budget", "1", "--workspace", str(repo.path)])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert "foreword: no file fits into a map of 1 tokens: give --budget more\n" in shown.err


def test_context_shows_layers_files_and_what_was_left_out(repo: GitRepo, capsys: Output) -> None:
    context = json_of("context", repo, capsys)
    assert ["instructions", "base", "delta"] == [layer["name"] for layer in context["layers"]]
    assert ["shop/price.py"] == [file["path"] for file in context["layers"][2]["files"]]
    assert [{"path": ".env", "reason": "secret"}] == context["leftOut"]
    assert repo.head() == context["anchor"]["commit"]
    assert context["tokens"] == sum(layer["tokens"] for layer in context["layers"])


def test_verify_says_whether_the_base_is_that_of_another_clone(repo: GitRepo, capsys: Output) -> None:
    digests = {layer["name"]: layer["first"] for layer in json_of("verify", repo, capsys)["layers"]}
    assert json_of("verify", repo, capsys, "--against", digests["base"][:12])["sameAsThat"]
    assert 1 == run("verify", repo, "--against", "0" * 12)
    shown = capsys.readouterr()
    assert "the base is not the one that begins with 000000000000" in shown.out
    assert "whether one clone is shallow" in shown.err
    assert 2 == run("verify", repo, "--against", "main")
    assert "is no digest" in capsys.readouterr().err


def test_verify_builds_the_same_bytes_twice(repo: GitRepo, capsys: Output) -> None:
    found = json_of("verify", repo, capsys)
    assert ("foreword.verify/1", True) == (found["schema"], found["same"])
    assert ["instructions", "base", "delta"] == [layer["name"] for layer in found["layers"]]
    assert 0 == run("verify", repo)
    assert "both builds have the same bytes" in capsys.readouterr().out


def test_an_offline_answer_shows_the_lines_that_are_pointed_at(repo: GitRepo, capsys: Output) -> None:
    repo.write("shop/odd.py", "zebra = 1\nyak = 2\nxerus = 3\n")
    assert 0 == main(["ask", "Huh?", "--path", "shop/odd.py:2", "--workspace", str(repo.path)])
    assert "shop/odd.py:2\n\n```python\nyak = 2\n```" in capsys.readouterr().out


def test_a_match_is_not_cut_for_a_single_line(repo: GitRepo, capsys: Output) -> None:
    body = "".join(f"    step_{n} = parcel\n" for n in range(SHOWN_LINES))
    repo.write("shop/parcel.py", f"def send_parcel(parcel):\n{body}")
    assert 0 == main(["search", "send_parcel", "--workspace", str(repo.path)])
    shown = capsys.readouterr().out
    assert f"step_{SHOWN_LINES - 1}" in shown
    assert "more lines" not in shown


def test_usage_sums_up_what_was_asked(repo: GitRepo, capsys: Output) -> None:
    run("ask", repo)
    run("ask", repo)
    capsys.readouterr()
    (row,) = json_of("usage", repo, capsys, "--by", "kind")["rows"]
    assert ("ask", True, 2) == (row["group"], row["simulated"], row["requests"])
    assert row["cost"]["saved"] == pytest.approx(row["cost"]["withoutCache"] - row["cost"]["total"])


def test_the_doctor_finds_what_is_wrong(repo: GitRepo, capsys: Output) -> None:
    assert 0 == run("doctor", repo, "--settings")
    assert "FOREWORD_CONTEXT_BUDGET" in capsys.readouterr().out
    repo.write(".foreword.toml", "modle = 'x'\n")
    assert 1 == run("doctor", repo, "--json")
    assert ['.foreword.toml: unknown setting "modle"; did you mean "model"?'] == json.loads(
        capsys.readouterr().out
    )["problems"]


def test_the_doctor_says_which_value_holds_and_where_it_comes_from(
    repo: GitRepo, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write(".foreword.toml", 'model = "claude-haiku-5-5"\n[context]\nbudget = 20000\n')
    monkeypatch.setenv("FOREWORD_CONTEXT_BUDGET", "30_000")
    monkeypatch.setenv("FOREWORD_MODEL_URL", "https://me:hunter2@example.test")
    told = {one["key"]: one for one in json_of("doctor", repo, capsys, "--settings")["settings"]}
    found = {key: (one["value"], one["source"]) for key, one in told.items()}
    assert ("claude-haiku-5-5", ".foreword.toml") == found["model"]
    assert (30_000, "FOREWORD_CONTEXT_BUDGET") == found["context.budget"]
    assert (40_000, "default") == found["context.delta"]
    assert "hunter2" not in str(found["model.url"][0])
    assert 0 == run("doctor", repo, "--settings")
    shown = " ".join(capsys.readouterr().out.split())
    assert "context.budget 30000 FOREWORD_CONTEXT_BUDGET Tokens of the base" in shown


def test_code_is_not_taken_for_markup_of_the_terminal(repo: GitRepo, capsys: Output) -> None:
    repo.write("markup.py", 'def paint():\n    return "[bold]x[/bold]"\n')
    assert 0 == main(["search", "paint bold", "--workspace", str(repo.path)])
    assert "[bold]x[/bold]" in capsys.readouterr().out
