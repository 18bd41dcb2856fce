"""What a client really did that says it applied an edit: its documents are looked at afterwards.

Some editors leave out an edit of a document that has changed meanwhile, and say "applied" all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from foreword.assist.edits.proposal import ProposedFile
from foreword.assist.session.open_workspace import OpenFolder
from foreword.core.documents.document import Document
from foreword.core.documents.text import Text, printable
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.output.workspace_edit import FileState, FileStep, now_of, open_documents

PATIENCE_S = 2.0
"""Seconds to wait for the last changes of documents: some editors collect them before they send them."""


async def left_out(
    server: ForewordServer, opened: OpenFolder, steps: Sequence[FileStep]
) -> tuple[FileStep, ...]:
    """The steps that the client did not take, although it said so.

    A document that it changes without having told of it is believed to be changed.
    """
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        documents = open_documents(server, opened)
        missing = await opened.run(_missing, opened, tuple(steps), documents)
        # Only of an open document can a change still be on its way.
        waits = any(step.file.path in documents for step in missing)
        left = end - asyncio.get_running_loop().time()
        if not missing or not waits or left <= 0 or not await server.next_change(left):
            break
    documents = open_documents(server, opened)
    missing = await opened.run(_missing, opened, tuple(missing), documents)
    return tuple(step for step in missing if not _is_in(step, documents.get(step.file.path)))


def _missing(
    opened: OpenFolder, steps: Sequence[FileStep], documents: Mapping[str, Document]
) -> tuple[FileStep, ...]:
    """The steps whose outcome is not to be seen."""
    return tuple(step for step in steps if not _is_seen(opened, step, documents))


def _is_seen(opened: OpenFolder, step: FileStep, documents: Mapping[str, Document]) -> bool:
    path = step.file.path
    now = now_of(opened.root, opened.root, path, documents.get(path))
    if step.file.kind == "delete":
        return now.text is None or now.version is not None  # its buffer may stay open
    if step.file.kind in ("create", "rename"):
        # An obstacle means that something is there, though it can't be read.
        return now.text is not None or now.obstacle != ""
    # Open neither before nor now: the editor may hold the change in a buffer that it did not tell of.
    return _content(now) == step.after or (now.version is None and not step.was_open)


def _is_in(step: FileStep, document: Document | None) -> bool:
    """Whether a text that is not quite the wanted one has the change: the user may have typed elsewhere in it."""
    if document is None or step.file.kind != "change" or document.text == step.before:
        return False
    now, before = Text(document.text), printable(step.before or "")
    wanted = replace(step.file, before=Text(step.before or ""), after=printable(step.after or ""), part=None)
    taken_back = ProposedFile(step.file.path, Text(step.after or ""), before)
    is_open = not wanted.resolve(now).resolution.refused
    return not is_open and not taken_back.resolve(now).resolution.refused


def _content(now: FileState) -> str | None:
    return now.text.content if now.text is not None else None
