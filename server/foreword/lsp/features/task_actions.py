"""The user's own tasks as code actions: what `foreword run` lists, about the place where the user is."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from lsprotocol import types

from foreword.assist.session.trust_store import is_trusted
from foreword.lsp.connection.configuration import is_trusted_by_client
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder
from foreword.storage.directories import find_places

if TYPE_CHECKING:
    from foreword.assist.question.task_files import UserTask, UserTasks

TASK_KIND = "source.foreword.run"
MAX_AGE_S = 1.0
NOT_TRUSTED = "this project is not trusted: read its tasks, then run `foreword trust` there"


async def task_actions(
    server: ForewordServer, folder: Folder, uri: str, selected: types.Range, *, is_menu: bool
) -> list[types.CodeAction]:
    """An action for each task whose result this client has a place for; those that may not run are shown as such.

    Without `is_menu` it may be no user who asks, but an editor at a move of the cursor: then what was read of late will do.
    """
    tasks = await _tasks(server, folder, max_age_s=0.0 if is_menu else MAX_AGE_S)
    client = server.client
    shows_answers = client.knows_our_methods or client.shows_documents
    return [
        action
        for task in tasks.tasks.values()
        if (task.kind == "edit" or shows_answers)
        and (action := _action(server, uri, selected, task, runs=tasks.may_run or task.owner == "user"))
    ]


async def _tasks(server: ForewordServer, folder: Folder, max_age_s: float) -> UserTasks:
    if folder.own_tasks is not None and time.monotonic() - folder.own_tasks[0] < max_age_s:
        return folder.own_tasks[1]
    await server.load("foreword.assist.question.task_files")
    from foreword.assist.question.task_files import read_tasks  # noqa: PLC0415 - loaded by now

    places, granted = find_places(server.environ), is_trusted_by_client(server)

    def read() -> UserTasks:
        # Trust is kept under the real path of a folder.
        root = folder.path.resolve()
        return read_tasks(root, places.config, may_run=granted or is_trusted(places, root))

    tasks = await asyncio.to_thread(read)
    folder.own_tasks = time.monotonic(), tasks
    return tasks


def _action(
    server: ForewordServer,
    uri: str,
    selected: types.Range,
    task: UserTask,
    *,
    runs: bool,
) -> types.CodeAction | None:
    known, title = server.client.code_actions, task.description or task.name
    action = types.CodeAction(title, TASK_KIND)
    if not runs:
        action.disabled = types.CodeActionDisabled(NOT_TRUSTED)
        return action if known.code_action_literal_support and known.disabled_support else None
    place: dict[str, object] = {"name": task.name, "uri": uri}
    if selected.start != selected.end:
        start, end = selected.start, selected.end
        place |= {
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            }
        }
    action.command = types.Command(title, "foreword.run", arguments=[place])
    return action
