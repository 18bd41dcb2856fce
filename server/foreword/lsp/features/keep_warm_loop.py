"""Tells the keep-warm policy (`assist/spending/keep_warm.py`) of questions and of activity in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foreword.lsp.connection.readiness import send_status
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.workspace_folder import Folder

if TYPE_CHECKING:
    from foreword.assist.session.session import Session


def note_answer(server: ForewordServer, folder: Folder, session: Session) -> None:
    """A question was answered, with the settings of a session: its prefix is kept warm from now on if that pays."""
    send_status(server, folder)
    keep(server, folder)
    if folder.keeping is not None:
        folder.keeping.note_answer(session)


def note_intent(server: ForewordServer, folder: Folder) -> None:
    """A question is probably about to come: somebody opened a chat."""
    # Opening a chat is no consent: without trust nothing is sent, not even to keep a prefix warm.
    if folder.open_folder is not None and folder.open_folder.session.trust.granted():
        keep(server, folder)
        if folder.keeping is not None:
            folder.keeping.expect()


def note_menu(folder: Folder) -> None:
    """Somebody opened the menu of actions, in a folder that they asked about before or not."""
    if folder.keeping is not None:
        folder.keeping.expect()


def keep(server: ForewordServer, folder: Folder) -> None:
    """Have the prefix of a folder looked after until the folder is closed."""
    if folder.open_folder is None:
        return
    if folder.keeping is None:
        from foreword.assist.spending.keep_warm import KeepWarm  # noqa: PLC0415 - heavy, and imported by the answer by now

        folder.keeping = KeepWarm(
            folder.open_folder,
            server.time,
            lambda: send_status(server, folder),
        )
        folder.tasks.append(server.spawn(folder.keeping.serve()))
    folder.keeping.look()


def note_sign(server: ForewordServer, *, saved: bool) -> None:
    """The user types or saves: that makes a question more likely, also where a prefix was about to be let go."""
    server.last_sign = server.time.now()
    if saved:
        for folder in server.folders.values():
            if folder.keeping is not None:
                folder.keeping.look()
