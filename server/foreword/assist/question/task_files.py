"""Tasks that users write themselves: Markdown files with front matter, in a project and in the user's configuration.

    ---
    name: api-review
    description: Look at an API as its caller would
    kind: answer            or: edit
    context: [docs/api.md, "src/http.py:1-80"]
    ---
    What the model is asked. What the user adds when running the task follows it.

A file of a project is somebody else's words until the user trusts the project: such a task is listed, and not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from foreword.assist.question.pointers import Pointer, parse_pointer
from foreword.core.errors import Problem, TrustError, UsageError
from foreword.workspace.files.disk import read_any

TASKS_SCHEMA = "foreword.tasks/1"
PROJECT_FOLDER = ".foreword/tasks"
USER_FOLDER = "tasks"
"""Below the user's configuration directory."""
MAX_FILES = 100
"""The most task files that are read of one folder; that there are more is reported."""
MAX_BYTES = 64_000
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|$)", re.DOTALL)
KEYS = ("name", "description", "kind", "context")

TaskKind = Literal["answer", "edit"]
Owner = Literal["project", "user"]


@dataclass(frozen=True, slots=True)
class UserTask:
    """A task; `text` is what the model is asked, `context` what it is about (`FILE:10-20`), `file` where it is written."""

    name: str
    text: str
    kind: TaskKind = "answer"
    description: str = ""
    context: tuple[str, ...] = ()
    owner: Owner = "user"
    file: str = ""

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        """What the question points at."""
        return tuple(parse_pointer(place) for place in self.context)

    def question(self, words: str = "") -> str:
        """The words of the question, with those that the user adds."""
        return f"{self.text}\n\n{words.strip()}" if words.strip() else self.text

    def to_json(self) -> dict[str, Any]:
        """The task as an entry of `foreword.tasks/1`."""
        told = {"name": self.name, "description": self.description, "kind": self.kind, "owner": self.owner}
        return {**told, "context": list(self.context), "file": self.file}


@dataclass(frozen=True, slots=True)
class UserTasks:
    """All tasks by name, in order; `problems` are files that are none. With `may_run` those of the project run too."""

    tasks: Mapping[str, UserTask]
    problems: tuple[Problem, ...] = ()
    may_run: bool = True

    def get(self, name: str) -> UserTask:
        """The task of a name, if it may be run.

        Raises:
            UsageError: there is none.
            TrustError: it is the project's, which is not trusted.
        """
        task = self.tasks.get(name)
        if task is None:
            known = f"there are {', '.join(self.tasks)}" if self.tasks else f"write one in {PROJECT_FOLDER}/"
            raise UsageError(f"there is no task {name!r}: {known}")
        if task.owner == "project" and not self.may_run:
            raise TrustError(
                f"{task.file} is a task of a project that is not trusted, so it is not run: read it, then run `foreword trust`"
            )
        return task

    def to_json(self) -> dict[str, Any]:
        """As `foreword.tasks/1`."""
        listed = [
            {**task.to_json(), "runs": self.may_run or task.owner == "user"} for task in self.tasks.values()
        ]
        problems = [{"message": one.message, "path": one.path} for one in self.problems]
        return {"schema": TASKS_SCHEMA, "tasks": listed, "problems": problems}


def read_tasks(root: Path, user_config: Path, *, may_run: bool) -> UserTasks:
    """The tasks of a project and of the user; where both have one of a name, the user's own counts."""
    found: dict[str, UserTask] = {}
    problems: list[Problem] = []
    for owner, folder in _folders(root, user_config):
        for task in _tasks_in(folder, owner, root, problems):
            # The user's folder comes last, so its task replaces a project's of the same name.
            found[task.name] = task
    return UserTasks(dict(sorted(found.items())), tuple(problems), may_run)


def _folders(root: Path, user_config: Path) -> tuple[tuple[Owner, Path], ...]:
    return ("project", root / PROJECT_FOLDER), ("user", user_config / USER_FOLDER)


def _tasks_in(folder: Path, owner: Owner, root: Path, problems: list[Problem]) -> Iterator[UserTask]:
    # Sorted, for the order of a folder's entries differs between file systems, and only the first are read.
    files = sorted(_files(folder))
    for file in files[:MAX_FILES]:
        shown = f"{PROJECT_FOLDER}/{file.name}" if owner == "project" else str(file)
        try:
            content = _read(file, root if owner == "project" else None)
            yield replace(parse_task(file.stem, content), owner=owner, file=shown)
        except (OSError, UsageError) as error:
            problems.append(Problem(f"{shown} is no task: {error}", shown))
    if len(files) > MAX_FILES:
        problems.append(Problem(f"{folder.name}: only the first {MAX_FILES} tasks are read", str(folder)))


def _files(folder: Path) -> Iterable[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == ".md" and not path.name.startswith(".")]
    except OSError:
        return []


def _read(file: Path, inside: Path | None) -> str:
    # A project is somebody else's: a link in it could have any file of the user sent.
    if inside is not None and not file.resolve().is_relative_to(inside.resolve()):
        raise UsageError("it leads out of the project")
    data = read_any(file, MAX_BYTES + 1)
    if data is None:
        raise UsageError("it is no regular file that can be read")
    if len(data) > MAX_BYTES:
        raise UsageError(f"it has more than {MAX_BYTES} bytes")
    try:
        # Some editors begin a file with a byte order mark.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError("it is not in UTF-8") from error


def parse_task(stem: str, content: str) -> UserTask:
    """A task out of its file; it is called as the file where the front matter does not say otherwise.

    Raises:
        UsageError: it is none; the message says why, and fits behind "it is no task:".
    """
    match = FRONT_MATTER.match(content)
    head = _head(match[1] or "") if match else {}
    text = content[match.end() :].strip() if match else content.strip()
    unknown = next((key for key in head if key not in KEYS), None)
    if unknown is not None:
        raise UsageError(f"{unknown!r} means nothing: there are {', '.join(KEYS)}")
    name = _text(head, "name") or stem.lower()
    if not NAME.fullmatch(name):
        raise UsageError(f"the name {name!r} must be of lower-case letters, digits, '.', '_' and '-'")
    kind = next((known for known in get_args(TaskKind) if known == (_text(head, "kind") or "answer")), None)
    if kind is None:
        raise UsageError(f'"kind" must be {" or ".join(get_args(TaskKind))}')
    if not text:
        raise UsageError("it asks nothing: write what the model is to do below the front matter")
    task = UserTask(name, text, kind, " ".join(_text(head, "description").split()), _context(head))
    # Read once, for its error: a wrong place is told when tasks are listed and not when one runs.
    _ = task.pointers
    return task


def _head(yaml_text: str) -> Mapping[str, Any]:
    import yaml  # noqa: PLC0415 - heavy for what a start of the server needs

    try:
        # Safe: the file may be somebody else's, and YAML's other loader makes any Python object.
        head = yaml.safe_load(yaml_text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = str(getattr(error, "problem", "") or "it can't be read")
        raise UsageError(f"its front matter is no YAML ({line})") from error
    if head is not None and not isinstance(head, dict):
        raise UsageError("its front matter must have keys and values")
    return {str(key): value for key, value in (head or {}).items()}


def _text(head: Mapping[str, Any], key: str) -> str:
    value = head.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f'"{key}" must be a text')
    return (value or "").strip()


def _context(head: Mapping[str, Any]) -> tuple[str, ...]:
    value = head.get("context")
    listed = [value] if isinstance(value, str) else value or []
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise UsageError('"context" must be a list of files, such as "src/http.py:1-80"')
    return tuple(listed)
