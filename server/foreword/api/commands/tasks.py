"""The user's own tasks: `run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from foreword.api.command import Body
from foreword.api.commands.questions import (
    ASK,
    EDIT,
    ApplyOptions,
    EditParameters,
    EditResult,
    Question,
    RequestPreview,
    answer,
    answer_code,
    apply_edits,
    preview,
    propose,
)
from foreword.api.parameters import AskingParameters, Flag, positional
from foreword.api.printed import Printed, Table, notice, problem_lines
from foreword.api.workspace import Workspace
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import parse_pointer
from foreword.assist.question.request import Kind
from foreword.assist.question.task_files import PROJECT_FOLDER, UserTask, UserTasks, read_tasks
from foreword.assist.session.trust_store import is_trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParameters(AskingParameters):
    """The parameters of `run`."""

    name: Annotated[str, positional("the task; without a name all are listed")] = ""
    words: Annotated[str, Flag("what to add to it", "TEXT", short="-m")] = ""
    apply: Annotated[bool, Flag("write the edits to disk")] = False
    allow_config: Annotated[
        bool, Flag("with --apply, write files too that change what runs on this machine")
    ] = False


RunResult = UserTasks | Answer | EditResult | RequestPreview


def tasks_of(workspace: Workspace) -> UserTasks:
    """The tasks that there are; those of a project run once the user has trusted it by `foreword trust`.

    Typing a command is trust enough for the user's own words, and not for those that a clone brought along.
    """
    places, root = workspace.places, workspace.root
    return read_tasks(root, places.config, may_run=is_trusted(places, root))


def question_of_task(task: UserTask, given: RunParameters) -> Question:
    """What a task asks, with what the parameters add.

    Raises:
        UsageError: a path is no place in a workspace.
    """
    pointers = (*task.pointers, *map(parse_pointer, given.path))
    kind: Kind = "edit" if task.kind == "edit" else "ask"
    return Question(task.question(given.words), pointers, kind, not given.no_cache)


async def run(workspace: Workspace, given: RunParameters) -> RunResult:
    """What comes of a task, or without a name the tasks that there are.

    Raises:
        ForewordError: there is no such task, or no answer; the message says why.
    """
    tasks = await workspace.run(tasks_of, workspace)
    if not given.name:
        return tasks
    task = tasks.get(given.name)
    question = question_of_task(task, given)
    if given.dry_run:
        return await preview(workspace, question)
    if task.kind == "answer":
        return await answer(workspace, question)
    how = ApplyOptions(task.description or task.name, apply=given.apply, allow_config=given.allow_config)
    return await apply_edits(workspace, await propose(workspace, question), how)


def _show(found: RunResult, given: RunParameters, columns: int) -> Iterator[Printed]:
    if isinstance(found, UserTasks):
        yield from _show_tasks(found)
    elif isinstance(found, EditResult):
        yield from EDIT.show(found, EditParameters(instruction="", apply=given.apply), columns)
    else:
        yield from ASK.show(found, None, columns)  # type: ignore[arg-type]  # it reads no parameters


def _show_tasks(found: UserTasks) -> Iterator[Printed]:
    rows = tuple(
        (task.name, task.kind, task.owner, task.description or task.file) for task in found.tasks.values()
    )
    if rows:
        yield Table(("task", "kind", "of the", "what it does"), rows)
    else:
        yield notice(f"foreword: there is no task: write one as a Markdown file in {PROJECT_FOLDER}/")
    yield from problem_lines(found.problems)
    if not found.may_run and any(task.owner == "project" for task in found.tasks.values()):
        yield notice(
            "foreword: the project's tasks run once you trust it: read them, then run `foreword trust`"
        )


def _code(found: RunResult) -> int:
    return EDIT.code(found) if isinstance(found, EditResult) else answer_code(found)


RUN = Body(RunParameters, run, _show, _code)
