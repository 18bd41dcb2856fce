"""The sessions of one connection: each is a chat of an open workspace, with the mode and the model that were chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from acp.schema import (
    AvailableCommand,
    AvailableCommandInput,
    AvailableCommandsUpdate,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionInfo,
    SessionMode,
    SessionModeState,
    UnstructuredCommandInput,
)

from acp import RequestError
from foreword.api.chat.conversations import Conversations
from foreword.api.chat.live_workspace import LiveWorkspace
from foreword.api.chat.slash_commands import slash_commands
from foreword.assist.chat.chat import Chat
from foreword.core.errors import UsageError
from foreword.core.settings import AUTO, EFFORTS

EDIT, ASK = "edit", "ask"
MODES = (
    SessionMode(id=EDIT, name="Edit", description="Answers, and proposes edits; you allow each proposal"),
    SessionMode(id=ASK, name="Ask", description="Answers only: no file is edited"),
)
MODE_OPTION, MODEL_OPTION, EFFORT_OPTION = "mode", "model", "effort"
OWN_CACHE = "Each has a cache of its own: after a change the next message writes the whole chat anew"
PAGE = 100
"""Sessions in one page of a list."""


@dataclass(slots=True)
class ChatSession:
    """A chat that the client has open, with the answer that is under way."""

    chat: Chat
    home: LiveWorkspace
    mode: str = EDIT
    running: asyncio.Task[Any] | None = None


@dataclass(slots=True)
class ChatSessions:
    """Workspaces by their folder, and sessions by the id of their chat."""

    environ: Mapping[str, str]
    homes: dict[Path, LiveWorkspace] = field(default_factory=dict)
    sessions: dict[str, ChatSession] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def home(self, cwd: str) -> LiveWorkspace:
        """The workspace at a folder, opened when it is first asked for.

        Raises:
            UsageError: the path is not absolute.
            WorkspaceError: there is no such folder, or git refuses it.
        """
        folder = Path(cwd)
        if "\0" in cwd or not folder.is_absolute():
            raise UsageError(f"the folder of a session must be an absolute path, not {cwd!r}")
        # Two requests for one folder open it once.
        async with self._opening:
            known = self.homes.get(folder)
            if known is None:
                known = self.homes[folder] = await LiveWorkspace.open(folder, self.environ)
            return known

    def of(self, session_id: str) -> ChatSession:
        """An open session.

        Raises:
            RequestError: there is none.
        """
        held = self.sessions.get(session_id)
        if held is None:
            raise RequestError(-32002, f"there is no open session {session_id}: load it, or begin a new one")
        return held

    async def begin(self, cwd: str) -> ChatSession:
        """A session with a new chat."""
        home = await self.home(cwd)
        return self._hold(await Conversations(home.workspace).begin(), home)

    async def resume(self, cwd: str, session_id: str) -> ChatSession:
        """A session with an earlier chat; one that is open stays as it is.

        Raises:
            UsageError: the folder has no such chat.
        """
        home = await self.home(cwd)
        chat = await Conversations(home.workspace).resume(session_id)
        held = self.sessions.get(session_id)
        return held if held is not None and held.home is home else self._hold(chat, home)

    async def listed(self, cwd: str | None, cursor: str | None) -> tuple[list[SessionInfo], str | None]:
        """A page of the chats of a folder, or of all that are open, newest first; and where the next one begins."""
        homes = [await self.home(cwd)] if cwd is not None else list(self.homes.values())
        if cursor is not None and not cursor.isdecimal():
            raise UsageError(f"there is no page {cursor!r}: leave the cursor out for the first")
        found = [(chat, home) for home in homes for chat in await Conversations(home.workspace).kept()]
        found.sort(key=lambda one: -one[0].at)
        first = int(cursor[:9]) if cursor else 0
        page = [_info(chat, home) for chat, home in found[first : first + PAGE]]
        return page, str(first + PAGE) if first + PAGE < len(found) else None

    async def close(self) -> None:
        """Close all workspaces."""
        for home in self.homes.values():
            await home.close()

    def _hold(self, chat: Chat, home: LiveWorkspace) -> ChatSession:
        held = self.sessions[chat.id] = ChatSession(chat, home)
        return held


def modes_of(held: ChatSession) -> SessionModeState:
    """The modes, for clients that do not know of options."""
    return SessionModeState(current_mode_id=held.mode, available_modes=list(MODES))


def options_of(held: ChatSession) -> list[SessionConfigOptionSelect]:
    """What the user can choose for a session: the mode, the model of the catalog, and an effort that it takes."""
    settings = held.home.workspace.session.settings
    catalog, model = held.home.workspace.catalog()[0], held.chat.model or settings.model
    names = [one.id for one in catalog.models.values() if one.retired is None]
    models = names if model in names else [model, *names]
    found = catalog.find(model)[0]
    efforts = [AUTO, *found.efforts] if found.known_as else list(EFFORTS)
    effort = held.chat.effort or settings.model_effort
    return [
        SessionConfigOptionSelect(
            id=MODE_OPTION,
            name="Mode",
            category="mode",
            type="select",
            current_value=held.mode,
            options=[
                SessionConfigSelectOption(value=one.id, name=one.name, description=one.description)
                for one in MODES
            ],
        ),
        SessionConfigOptionSelect(
            id=MODEL_OPTION,
            name="Model",
            category="model",
            type="select",
            current_value=model,
            description=OWN_CACHE,
            options=[SessionConfigSelectOption(value=name, name=name) for name in models],
        ),
        SessionConfigOptionSelect(
            id=EFFORT_OPTION,
            name="Effort",
            category="thought_level",
            type="select",
            current_value=effort,
            description=OWN_CACHE,
            options=[
                SessionConfigSelectOption(value=name, name=name)
                for name in (efforts if effort in efforts else [effort, *efforts])
            ],
        ),
    ]


async def choose(held: ChatSession, option: str, value: object) -> None:
    """Take a choice of the user; model and effort stay with the chat.

    Raises:
        UsageError: there is no such option or value.
    """
    known = {one.id: one for one in options_of(held)}.get(option)
    if known is None:
        raise UsageError(
            f"there is no option {option!r}: there are {MODE_OPTION}, {MODEL_OPTION} and {EFFORT_OPTION}"
        )
    values = [one.value for one in known.options if isinstance(one, SessionConfigSelectOption)]
    if not isinstance(value, str) or value not in values:
        raise UsageError(f"{option} can't be {value!r}: there are {', '.join(values)}")
    if option == MODE_OPTION:
        held.mode = value
        return
    chats = Conversations(held.home.workspace)
    model = value if option == MODEL_OPTION else held.chat.model
    effort = value if option == EFFORT_OPTION else held.chat.effort
    held.chat = await chats.choose(held.chat, model, effort)


def commands_of(held: ChatSession) -> AvailableCommandsUpdate:
    """What a message of this session may begin with."""
    return AvailableCommandsUpdate(
        session_update="available_commands_update",
        available_commands=[
            AvailableCommand(
                name=one.name,
                description=one.description,
                input=AvailableCommandInput(root=UnstructuredCommandInput(hint=one.hint)),
            )
            for one in slash_commands(held.home.workspace)
        ],
    )


def _info(chat: Chat, home: LiveWorkspace) -> SessionInfo:
    return SessionInfo(
        session_id=chat.id, cwd=str(home.root), title=chat.title or None, updated_at=time_of(chat.at)
    )


def time_of(seconds: float) -> str:
    """A time as in ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
