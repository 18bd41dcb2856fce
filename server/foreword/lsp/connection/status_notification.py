"""How things stand, told without being asked: `foreword/status` to clients that know it, a quiet log line to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from foreword.lsp.connection.protocol import STATUS
from foreword.lsp.connection.readiness import note_readiness
from foreword.lsp.connection.workspace_folder import Folder

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer


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
