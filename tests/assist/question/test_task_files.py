"""Tasks that users write: read from two folders, refused one by one, and run only where they may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.assist.question.pointers import Pointer
from foreword.assist.question.task_files import (
    MAX_BYTES,
    MAX_FILES,
    UserTask,
    UserTasks,
    parse_task,
    read_tasks,
)
from foreword.core.errors import TrustError, UsageError

REVIEW = """\
---
name: api-review
description: Look at an API
  as its caller would
kind: edit
context: [docs/api.md, "src/http.py:1-80"]
---

Read the API as its caller would.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / ".foreword" / "tasks"
    folder.mkdir(parents=True)
    (tmp_path / "config" / "tasks").mkdir(parents=True)
    return tmp_path / "project"


def write(project: Path, name: str, content: str, *, owner: str = "project") -> None:
    folder = project / ".foreword" if owner == "project" else project.parent / "config"
    (folder / "tasks" / name).write_text(content, encoding="utf-8")


def read(project: Path, *, may_run: bool = True) -> UserTasks:
    return read_tasks(project, project.parent / "config", may_run=may_run)


def test_a_task_is_its_front_matter_and_the_text_below(project: Path) -> None:
    write(project, "Any Name.md", REVIEW.replace("\n", "\r\n"))
    task = read(project).get("api-review")
    assert (
        UserTask(
            "api-review",
            "Read the API as its caller would.",
            "edit",
            "Look at an API as its caller would",
            ("docs/api.md", "src/http.py:1-80"),
            "project",
            ".foreword/tasks/Any Name.md",
        )
        == task
    )
    assert (Pointer("docs/api.md", None, None), Pointer("src/http.py", 1, 80)) == task.pointers
    assert "Read the API as its caller would.\n\nOnly GET." == task.question(" Only GET.\n")


def test_a_file_without_front_matter_is_called_as_the_file_and_gives_an_answer(project: Path) -> None:
    write(project, "Explain.md", "What is this?\n", owner="user")
    task = read(project).get("explain")
    assert ("answer", "user", "What is this?") == (task.kind, task.owner, task.text)


def test_the_users_own_task_counts_where_both_have_one(project: Path) -> None:
    write(project, "one.md", "The project's.")
    write(project, "one.md", "Mine.", owner="user")
    assert "Mine." == read(project, may_run=False).get("one").text


def test_a_task_of_a_project_without_trust_is_listed_and_not_run(project: Path) -> None:
    write(project, "one.md", "The project's.")
    tasks = read(project, may_run=False)
    (listed,) = tasks.to_json()["tasks"]
    assert ("one", False) == (listed["name"], listed["runs"])
    with pytest.raises(TrustError, match="run `foreword trust`"):
        tasks.get("one")
    assert read(project).to_json()["tasks"][0]["runs"]


def test_a_name_that_is_none_is_told_with_those_that_are(project: Path) -> None:
    with pytest.raises(UsageError, match=r"write one in .foreword/tasks/"):
        read(project).get("one")
    write(project, "one.md", "Text.")
    with pytest.raises(UsageError, match="there is no task 'two': there are one"):
        read(project).get("two")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("---\nkind: answer\n---\n", "it asks nothing"),
        ("---\nkind: both\n---\nText", '"kind" must be answer or edit'),
        ("---\nname: A b\n---\nText", "the name 'A b' must be of lower-case letters"),
        ("---\nmodel: x\n---\nText", "'model' means nothing"),
        ("---\n- a\n---\nText", "must have keys and values"),
        ("---\nname: [\n---\nText", "its front matter is no YAML"),
        ("---\nname: 3\n---\nText", '"name" must be a text'),
        ("---\ncontext: {a: b}\n---\nText", '"context" must be a list of files'),
        ("---\ncontext: ['a.py:9-2']\n---\nText", "9"),
        ("x" * (MAX_BYTES + 1), "more than"),
    ],
)
def test_a_file_that_is_no_task_is_told_and_takes_no_other_along(
    content: str, reason: str, project: Path
) -> None:
    write(project, "bad.md", content)
    write(project, "good.md", "Text.")
    tasks = read(project)
    assert ["good"] == list(tasks.tasks)
    (problem,) = tasks.problems
    assert problem.message.startswith(".foreword/tasks/bad.md is no task: ")
    assert reason in problem.message


def test_no_task_is_read_from_outside_the_project(project: Path) -> None:
    outside = project.parent / "outside.md"
    outside.write_text("Text.", encoding="utf-8")
    (project / ".foreword" / "tasks" / "link.md").symlink_to(outside)
    tasks = read(project)
    assert ({}, 1) == (dict(tasks.tasks), len(tasks.problems))
    assert "leads out of the project" in tasks.problems[0].message


def test_a_folder_of_very_many_files_is_not_read_to_its_end(project: Path) -> None:
    for number in range(MAX_FILES + 1):
        write(project, f"t{number:03}.md", "Text.")
    tasks = read(project)
    assert (MAX_FILES, 1) == (len(tasks.tasks), len(tasks.problems))


@given(st.text())
def test_any_text_is_a_task_or_is_refused_in_one_line(content: str) -> None:
    try:
        said = parse_task("any", content).text
    except UsageError as error:
        said = str(error).partition("\n")[0] if "\n" not in str(error) else ""
    assert said
