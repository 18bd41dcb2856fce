"""How ready each folder is, and how things stand, told without being asked."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from foreword.lsp.connection.convert import path_from_uri
from foreword.lsp.connection.protocol import STATUS
from foreword.lsp.connection.workspace_folder import Folder

if TYPE_CHECKING:
    from foreword.assist.session.workspace_status import Readiness
    from foreword.lsp.connection.server import ForewordServer


MAX_AGE_S = 5.0
"""Trust, limits and settings can change elsewhere: what is older is looked at again when it is asked for."""


@dataclass(slots=True)
class FolderState:
    """What is known of one folder; `at` is on the clock of the event loop.

    `strange` are the paths that were asked about and are not in the index: git is asked why.
    """

    value: Readiness | None = None
    at: float = float("-inf")
    is_asked: bool = False
    strange: set[str] = field(default_factory=set)


def readiness_of(server: ForewordServer, folder: Folder, path: str) -> Readiness | None:
    """What is known by now of a file's folder, None at the beginning. Nothing is looked at before this returns."""
    kept = server.readiness.setdefault(folder, FolderState())
    is_new = kept.value is not None and path not in kept.value.read and path not in kept.strange
    if is_new:
        kept.strange.add(path)
    if is_new or asyncio.get_running_loop().time() - kept.at > MAX_AGE_S:
        note_readiness(server, folder)
    return kept.value


def note_readiness(server: ForewordServer, folder: Folder) -> None:
    """Something may have changed: look at it as soon as there is time."""
    kept = server.readiness.setdefault(folder, FolderState())
    if folder.open_folder is not None and not kept.is_asked:
        kept.is_asked = True
        server.spawn(_refresh(server, folder, kept))


def path_below(folder: Folder, uri: str) -> str | None:
    """The path of a file relative to its folder, by the names alone; None if it is somewhere else."""
    path = path_from_uri(uri)
    if path is None:
        return None
    # Not `resolve`, which looks at the disk: code actions are answered from memory.
    plain = Path(os.path.normpath(path))
    roots = [folder.path] if folder.open_folder is None else [folder.path, folder.open_folder.root]
    found = (plain.relative_to(root).as_posix() for root in roots if plain.is_relative_to(root))
    # The folder itself is no file.
    return next((inside for inside in found if inside != "."), None)


async def _refresh(server: ForewordServer, folder: Folder, kept: FolderState) -> None:
    await server.load("foreword.assist.session.workspace_status")
    from foreword.assist.session.workspace_status import ignored_among, readiness  # noqa: PLC0415 - loaded by now

    # Before anything is read: what changes from here on asks for another look.
    kept.is_asked, kept.at = False, asyncio.get_running_loop().time()
    opened = folder.open_folder
    if opened is None:
        return
    kept.value = readiness(opened.session, opened.latest, kept.value)
    strange = frozenset(path for path in kept.strange if path not in kept.value.read)
    if strange:
        ignored = await opened.run(ignored_among, opened.session, strange)
        kept.value = replace(kept.value, ignored=ignored)


def send_status(server: ForewordServer, folder: Folder, *, is_news: bool = True) -> None:
    """Tell how a folder stands; while it is indexed, only those who show it hear of every step.

    `is_news`: something happened, such as a saved file, by which more than the status may be another. Without, what was
    told last is not told again: a client may ask for more after each status, and if that were followed by a status in
    turn, the two would be busy for ever.
    """
    opened = folder.open_folder
    if opened is None:
        return
    from foreword.assist.session.workspace_status import standing  # noqa: PLC0415 - heavy, and imported by the folder by now

    done, total = folder.progress
    found: dict[str, Any] = {
        "workspace": folder.uri,
        "index": {"done": done, "total": total},
        **standing(opened.session, opened.latest),
    }
    if done == total:
        note_readiness(server, folder)
    if found == folder.told_status and not is_news:
        return
    folder.told_status = found
    if server.client.knows_our_methods:
        server.protocol.notify(STATUS, found)
    elif done == total:
        server.window_log_message(types.LogMessageParams(types.MessageType.Log, _line(found)))


def _line(found: dict[str, Any]) -> str:
    index, share = found["index"], found["hitRatio"]
    hits = "" if share is None else f", {share:.0%} of today's prompt tokens read from the cache"
    return f"{index['total']:,} files; {found['provider']}, {found['model']}; ${found['spentToday']:.2f} today{hits}"
