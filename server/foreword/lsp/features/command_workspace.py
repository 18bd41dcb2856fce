"""The workspace that a command or a task of a client is about: a folder of this server, with what the editor has open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from foreword.api.workspace import Event, Workspace, ignore
from foreword.assist.question.task import Task, task_from_json
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.lsp.connection.convert import path_from_uri
from foreword.lsp.connection.server import ForewordServer

Tell = Callable[[Event], None]


def workspace_of(
    server: ForewordServer, opened: OpenFolder, session: Session, tell: Tell = ignore
) -> Workspace:
    """The workspace of a command; `tell` is called on the event loop, wherever the command does its work."""
    loop = asyncio.get_running_loop()

    async def saved_files(whole: bool) -> WorkspaceSnapshot:
        return await (opened.index() if whole else opened.look())

    return Workspace(
        session.root,
        session.environ,
        session.clock,
        session,
        run=opened.run,
        # Not the folder's own thread: what works there for seconds would hold up every question.
        run_aside=asyncio.to_thread,
        saved_files=saved_files,
        # Read when a command asks for them: what was typed meanwhile counts.
        documents=lambda: documents_in(server, opened),
        emit=lambda event: _on_loop(loop, tell, event),
    )


def documents_in(server: ForewordServer, opened: OpenFolder) -> tuple[tuple[str, str], ...]:
    """The open documents of a folder: path in the workspace, and text."""
    found = []
    for document in server.snapshot.documents.values():
        path = path_from_uri(document.uri)
        inside = workspace_path(opened.root, path) if path is not None else None
        if inside is not None:
            found.append((inside, document.text))
    return tuple(found)


def _on_loop(loop: asyncio.AbstractEventLoop, tell: Tell, event: Event) -> None:
    """Tell of an event on the event loop, whichever thread it comes from."""
    try:
        is_here = asyncio.get_running_loop() is loop
    except RuntimeError:
        is_here = False
    if is_here:
        tell(event)
    else:
        loop.call_soon_threadsafe(tell, event)


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
