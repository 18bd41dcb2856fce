"""The tasks that a client sends: what they are about, in the folder that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from foreword.assist.question.task import Task, task_from_json
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.lsp.connection.convert import path_from_uri

Document = tuple[str, str]
"""What a document that is no file yet is called, and its text."""


def task_in(opened: OpenFolder, given: Mapping[str, Any], untitled: Document | None = None) -> Task:
    """The task that a client sent, about a file of this folder, or about the document `untitled`.

    Raises:
        UsageError: it is no task, or not about a file here.
    """

    def path_of(uri: str) -> str | None:
        path = path_from_uri(uri)
        return workspace_path(opened.root, path) if path is not None else None

    if untitled is None:
        return task_from_json(given, path_of)
    name, text = untitled
    return replace(task_from_json(given, lambda _: name), text=text)
