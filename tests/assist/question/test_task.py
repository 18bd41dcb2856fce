from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foreword.assist.question.pointers import Pointer
from foreword.assist.question.request import INSTRUCTIONS, prepare
from foreword.assist.question.task import (
    ANSWER_KINDS,
    EDIT_KINDS,
    Task,
    edits,
    pointers_of,
    question_of,
    task_from_json,
)
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.core.errors import UsageError
from foreword.model.tool_definitions import tool_definitions
from gitrepo import make_repo
from workspace_fixture import WorkspaceFixture

HERE = "file:///w/till.py"


def path_of(uri: str) -> str | None:
    return uri.removeprefix("file:///w/") if uri.startswith("file:///w/") else None


def lsp_range(*numbers: int) -> dict[str, Any]:
    line, character, end_line, end_character = numbers
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ((3, 0, 3, 0), (4, 4)),
        ((3, 2, 5, 1), (4, 6)),
        ((3, 2, 5, 0), (4, 5)),
        ((0, 0, 0, 0), (1, 1)),
        ((5, 3, 3, 1), (4, 6)),
    ],
)
def test_a_range_becomes_lines(numbers: tuple[int, ...], lines: tuple[int, int]) -> None:
    task = task_from_json({"kind": "explain", "uri": HERE, "range": lsp_range(*numbers)}, path_of)
    assert lines == (task.first_line, task.last_line)
    assert (Pointer("till.py", *lines),) == pointers_of(task)


def test_a_task_without_a_range_is_about_the_whole_file() -> None:
    task = task_from_json({"kind": "review", "uri": HERE}, path_of)
    assert Task("review", "till.py") == task
    assert (Pointer("till.py"),) == pointers_of(task)
    assert "Review till.py." == question_of(task)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Task("explain", "a.py", 4, 6, "total"), "Explain `total` in a.py:4-6."),
        (Task("document", "a.py", 4, 4), "Document a.py:4."),
        (Task("rewrite", "a.py", 4, 6, instruction=" Make it lazy. "), "Rewrite a.py:4-6.\n\nMake it lazy."),
        (Task("tests", "a.py", 1, 2, "f"), "Write tests for `f` in a.py:1-2."),
        (
            Task(
                "fix",
                "a.py",
                4,
                4,
                "total",
                diagnostics=("line 4: undefined name `x` (Ruff F821)", "line 4: no"),
            ),
            "Fix `total` in a.py:4:\n- line 4: undefined name `x` (Ruff F821)\n- line 4: no",
        ),
        (
            Task("ask", "a.py", 4, 6, "total", "Who calls it?"),
            "Who calls it?\n\nThis is about `total` in a.py:4-6.",
        ),
        (Task("ask", "a.py"), ""),
    ],
)
def test_the_words_of_a_task(task: Task, words: str) -> None:
    assert words == question_of(task)


@pytest.mark.parametrize(
    ("diagnostic", "line"),
    [
        ({"message": "no"}, "no"),
        ({"message": "no", "range": lsp_range(3, 0, 3, 4)}, "line 4: no"),
        ({"message": "no\n  way", "source": "Ruff", "code": "F821"}, "no way (Ruff F821)"),
        ({"message": "no", "code": 0}, "no (0)"),
        ({"message": {"kind": "markdown", "value": "**no**"}}, "**no**"),
        ({"message": "x" * 5_000}, "x" * 2_000),
    ],
)
def test_a_diagnostic_becomes_one_line(diagnostic: dict[str, Any], line: str) -> None:
    task = task_from_json({"kind": "fix", "uri": HERE, "diagnostics": [diagnostic]}, path_of)
    assert (line,) == task.diagnostics


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, '"kind" must be one of explain, '),
        ({"kind": "edit", "uri": HERE}, '"kind" must be one of'),
        ({"kind": ["fix"], "uri": HERE}, '"kind" must be one of'),
        ({"kind": "fix"}, '"uri" must be that of a file in the workspace'),
        ({"kind": "fix", "uri": "untitled:Untitled-1"}, "open its folder first"),
        ({"kind": "fix", "uri": 5}, '"uri" must be a text'),
        ({"kind": "fix", "uri": HERE, "symbol": []}, '"symbol" must be a text'),
        ({"kind": "fix", "uri": HERE, "instruction": {}}, '"instruction" must be a text'),
        ({"kind": "fix", "uri": HERE, "range": 5}, '"range" must be a range'),
        ({"kind": "fix", "uri": HERE, "range": {"start": {"line": 0, "character": 0}}}, '"range"'),
        ({"kind": "fix", "uri": HERE, "range": lsp_range(-1, 0, 0, 0)}, '"range"'),
        ({"kind": "fix", "uri": HERE, "diagnostics": "no"}, '"diagnostics" must be a list'),
        ({"kind": "fix", "uri": HERE, "diagnostics": ["no"]}, '"diagnostics" must be a list'),
        ({"kind": "fix", "uri": HERE, "diagnostics": [{}]}, "must have a message"),
    ],
)
def test_what_is_no_task_is_refused_in_one_line(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=r"\A[^\n]+\Z") as caught:
        task_from_json(given, path_of)
    assert complaint in str(caught.value)


def test_every_kind_either_answers_or_edits_and_has_instructions() -> None:
    assert not set(ANSWER_KINDS) & set(EDIT_KINDS)
    assert [True] * 5 == [edits(kind) for kind in EDIT_KINDS]
    assert [False] * 3 == [edits(kind) for kind in ANSWER_KINDS]
    assert {*ANSWER_KINDS, *EDIT_KINDS, "edit", "chat"} == set(INSTRUCTIONS)


def test_all_kinds_share_every_byte_before_the_turn(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("till.py", "def total():\n    return 1\n")
    repo.commit("Begin")
    with WorkspaceFixture(tmp_path / "home").session(repo.path) as session:
        saved = take_snapshot(session)
        bodies = {kind: prepare(session, saved, "Why?", kind=kind).body() for kind in INSTRUCTIONS}
    turns = {kind: body["messages"][0]["content"].pop()["text"] for kind, body in bodies.items()}
    assert 1 == len({repr(body) for body in bodies.values()})
    assert {kind: f"{INSTRUCTIONS[kind]}\nWhy?" for kind in INSTRUCTIONS} == turns
    assert tool_definitions("native") == bodies["chat"]["tools"]
