"""The other commands: the shapes that scripts rely on, and what people see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foreword_cli import Foreword
from foreword_output import misfit
from gitrepo import GitRepo

INDEX = {
    "files": int,
    "symbols": int,
    "references": int,
    "bytes": int,
    "seconds": float,
    "parsed": int,
    "reused": int,
    "languages": dict,
    "leftOut": [{"path": str, "reason": str}],
    "asText": [{"path": str, "reason": str}],
    "inPart": [{"path": str, "language": str, "lines": int}],
}
SYMBOLS = [{"name": str, "kind": str, "path": str, "line": int, "endLine": int, "signature": str}]
SEARCH = [{"path": str, "startLine": int, "endLine": int, "score": float}]
CONTEXT = {
    "schema": str,
    "anchor": {"kind": str, "commit": str, "tree": str, "digest": str},
    "layers": [
        {
            "name": str,
            "digest": str,
            "tokens": int,
            "blocks": int,
            "files": [{"path": str, "form": str, "tokens": int, "pinned": bool}],
        }
    ],
    "leftOut": [{"path": str, "reason": str}],
    "pins": list,
    "notPinned": list,
    "tokens": int,
}
USAGE = {"rows": [{"group": str, "simulated": bool, "requests": int, "tokens": dict, "cost": dict}]}
DOCTOR = {"facts": dict, "problems": [str]}

HELPFUL = ("ask", "batch", "index", "symbols", "search", "map", "context", "verify", "usage", "doctor")


@pytest.fixture
def workspace(shop: GitRepo) -> GitRepo:
    shop.write(".env", "TOKEN=1\n")
    return shop


def test_index_says_what_there_is_and_reuses_it(offline: Foreword, workspace: GitRepo) -> None:
    first, second = (offline.json("index", workspace.path) for _ in range(2))
    assert [None, None] == [misfit(shown, INDEX) for shown in (first, second)]
    assert (8, 0) == (first["parsed"], first["reused"])
    assert (0, 8) == (second["parsed"], second["reused"])
    assert first["symbols"] == second["symbols"] > 20
    assert [{"path": ".env", "reason": "secret"}] == first["leftOut"]
    assert 7 == first["languages"]["python"]


def test_index_and_symbols_say_what_could_only_be_read_in_part(offline: Foreword, workspace: GitRepo) -> None:
    unreadable = "] ) ? :: , , )\n" * 40
    text = f"class Broken {{\n}}\n{unreadable}class Rest {{\n}}\n"
    (workspace.path / "Broken.java").write_text(text)

    printed = offline.run("index", cwd=workspace.path).out
    (broken,) = offline.json("index", workspace.path)["inPart"]
    missing = offline.run("symbols", "nowhere", cwd=workspace.path).err

    assert "in part" in printed
    assert "read in part: Broken.java (" in printed
    assert ("Broken.java", "java") == (broken["path"], broken["language"])
    assert 30 < broken["lines"] <= 42
    assert "1 file of java could only be read in part" in missing


def test_symbols_are_found_plain_and_within_their_parent(offline: Foreword, workspace: GitRepo) -> None:
    (found,) = offline.json("symbols", workspace.path, "Checkout")
    assert misfit([found], SYMBOLS) is None
    assert ("Checkout", "class", "shop/checkout.py", 8, None) == (
        found["name"],
        found["kind"],
        found["path"],
        found["line"],
        found["parent"],
    )
    (method,) = offline.json("symbols", workspace.path, "Checkout.gross_total")
    assert ("method", "Checkout", 18, 20) == (
        method["kind"],
        method["parent"],
        method["line"],
        method["endLine"],
    )
    assert [] == offline.json("symbols", workspace.path, "nothing_of_the_kind")
    nothing = offline.run("symbols", "nothing_of_the_kind", cwd=workspace.path)
    assert (0, "") == (nothing.code, nothing.out)
    assert "foreword search nothing_of_the_kind" in nothing.err


def test_search_ranks_excerpts_best_first_within_limit_and_budget(
    offline: Foreword, workspace: GitRepo
) -> None:
    found = offline.json("search", workspace.path, "gross total with tax")
    assert misfit(found, SEARCH) is None
    assert "shop/checkout.py" == found[0]["path"]
    scores = [excerpt["score"] for excerpt in found]
    assert sorted(scores, reverse=True) == scores
    assert 2 == len(offline.json("search", workspace.path, "gross total with tax", "--limit", "2"))
    assert len(offline.json("search", workspace.path, "gross total with tax", "--budget", "40")) < len(found)
    nothing = offline.run("search", "xylophone", cwd=workspace.path)
    assert (0, "") == (nothing.code, nothing.out)
    assert "nothing found" in nothing.err


def test_the_map_keeps_to_its_budget_and_shows_what_matters(offline: Foreword, workspace: GitRepo) -> None:
    small, large = (
        offline.run("map", "--budget", budget, cwd=workspace.path).out for budget in ("200", "20000")
    )
    assert len(small) < len(large)
    assert len(small) / 2.5 <= 250
    assert "class Checkout" in large
    assert "shop/checkout.py" in small
    mapped = offline.json("map", workspace.path, "--budget", "200")
    assert small == mapped["text"]


def test_context_lists_the_layers_and_what_was_left_out(offline: Foreword, workspace: GitRepo) -> None:
    workspace.write("shop/checkout.py", "CHANGED = 1\n")
    shown = offline.json("context", workspace.path)
    assert misfit(shown, CONTEXT) is None
    assert ("foreword.context/1", "git") == (shown["schema"], shown["anchor"]["kind"])
    assert workspace.head() == shown["anchor"]["commit"]
    assert ["instructions", "base", "delta"] == [layer["name"] for layer in shown["layers"]]
    assert [None, "5m", "5m"] == [layer["breakpoint"] for layer in shown["layers"]]
    base, delta = shown["layers"][1:]
    assert {"full"} == {file["form"] for file in base["files"]}
    assert [("shop/checkout.py", "diff")] == [(file["path"], file["form"]) for file in delta["files"]]
    assert [{"path": ".env", "reason": "secret"}] == shown["leftOut"]
    assert shown["tokens"] == sum(layer["tokens"] for layer in shown["layers"])
    done = offline.run("context", cwd=workspace.path)
    assert 0 == done.code
    assert "█" in done.out
    assert "1 secret" in done.out


def test_context_outside_git_names_a_snapshot(offline: Foreword, workspace: GitRepo) -> None:
    (workspace.path / ".git").rename(workspace.path.parent / "gone")
    anchor = offline.json("context", workspace.path)["anchor"]
    assert {"kind": "snapshot", "digest": anchor["digest"]} == anchor


def test_usage_sums_what_was_asked_simulated_and_real_apart(
    offline: Foreword, online: Foreword, workspace: GitRepo
) -> None:
    assert [] == offline.json_of("usage")["rows"]
    offline.ask(workspace.path, "What is a refund?")
    answers = [online.ask(workspace.path, "What is a refund?").answer for _ in range(2)]
    shown = online.json_of("usage", "--by", "model")
    assert misfit(shown, USAGE) is None
    real, simulated = sorted(shown["rows"], key=lambda row: bool(row["simulated"]))
    assert (2, 1) == (real["requests"], simulated["requests"])
    assert real["tokens"] == _sum([answer["receipt"]["tokens"] for answer in answers])
    saved = sum(answer["receipt"]["cost"]["saved"] for answer in answers)
    assert round(saved, 6) == round(real["cost"]["saved"], 6)
    table = online.run("usage")
    assert 0 == table.code
    assert "(simulated)" in table.out


def test_usage_on_a_narrow_terminal_cuts_no_figure(offline: Foreword, workspace: GitRepo) -> None:
    offline.ask(workspace.path, "What is a refund?")
    shown = offline.on_terminal("usage", columns=60).out
    assert "written" not in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown


def _sum(tokens: list[dict[str, Any]]) -> dict[str, Any]:
    return {bucket: sum(counts[bucket] for counts in tokens) for bucket in tokens[0]}


def test_doctor_tells_what_it_finds_and_what_is_wrong(offline: Foreword, workspace: GitRepo) -> None:
    shown = offline.json("doctor", workspace.path)
    assert misfit(shown, DOCTOR) is None
    assert "offline" == shown["facts"]["provider"]
    workspace.write(".foreword.toml", "nonsense = 1\n")
    done = offline.run("doctor", "--json", cwd=workspace.path)
    assert 1 == done.code
    assert "nonsense" in json.loads(done.out)["problems"][0]


def test_doctor_lists_every_setting(offline: Foreword, workspace: GitRepo) -> None:
    done = offline.run("doctor", "--settings", cwd=workspace.path)
    assert 0 == done.code
    assert "FOREWORD_CONTEXT_BUDGET" in done.out


def test_doctor_never_prints_the_key(online: Foreword, workspace: GitRepo) -> None:
    done = Foreword(online.home, url=online.url, more={"ANTHROPIC_API_KEY": "sk-hunter2"}).run(
        "doctor", "--json", cwd=workspace.path
    )
    assert "ANTHROPIC_API_KEY" in done.out
    assert "hunter2" not in done.out + done.err


@pytest.mark.parametrize("command", HELPFUL)
def test_every_command_has_help(offline: Foreword, command: str) -> None:
    done = offline.run(command, "--help")
    assert (0, "") == (done.code, done.err)
    assert f"foreword {command}" in done.out


def test_the_version_is_printed(offline: Foreword) -> None:
    done = offline.run("--version")
    assert 0 == done.code
    assert done.out.startswith("foreword ")
