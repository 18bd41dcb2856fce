"""The agent's methods, thin over chats and the values of `api/chat`.

Protocol: version 1 of https://agentclientprotocol.com, by the official SDK.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from acp.interfaces import Agent, Client
from acp.schema import (
    AgentCapabilities,
    AuthenticateResponse,
    AuthMethodAgent,
    ClientCapabilities,
    CloseSessionResponse,
    CurrentModeUpdate,
    FileSystemCapabilities,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    ResumeSessionResponse,
    SessionCapabilities,
    SessionCloseCapabilities,
    SessionListCapabilities,
    SessionResumeCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from acp import PROTOCOL_VERSION, RequestError, run_agent
from foreword import __version__
from foreword.acp.chat_sessions import (
    MODE_OPTION,
    ChatSession,
    ChatSessions,
    choose,
    commands_of,
    modes_of,
    options_of,
)
from foreword.acp.message_stream import MAX_LINE, MessageStream
from foreword.acp.prompt_turn import PromptTurn
from foreword.acp.prompts import ContentBlock
from foreword.acp.updates import asked, said
from foreword.api.chat.conversations import Conversations
from foreword.api.chat.live_workspace import HOW_TO_KEY, has_key
from foreword.api.stdio import open_stdio
from foreword.core.errors import CredentialsError, ForewordError, UsageError

T = TypeVar("T")
KEY, NO_KEY = "api-key", "offline"
INVALID_PARAMS, INTERNAL_ERROR, AUTH_REQUIRED = -32602, -32603, -32000


class ForewordAgent:
    """One connection; the SDK calls each method as a task of its own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` holds the credentials and the settings."""
        self._environ = environ
        self._chats = ChatSessions(environ)
        self._files = FileSystemCapabilities()
        self._client: Client | None = None
        self._later: set[asyncio.Task[None]] = set()

    def on_connect(self, conn: Client) -> None:
        """Take the connection, when it is made."""
        self._client = conn

    async def close(self) -> None:
        """Close what is open; the SDK has cancelled what was under way."""
        await self._chats.close()

    async def initialize(
        self,
        protocol_version: int,  # noqa: ARG002 - there is one, and who wants another hears of it
        client_capabilities: ClientCapabilities | None = None,
        client_info: Implementation | None = None,  # noqa: ARG002 - no client is treated specially
        **_meta: Any,  # noqa: ANN401 - any JSON
    ) -> InitializeResponse:
        """What this agent can do."""
        # Where a client's word is malformed the SDK gives its defaults, as plain dictionaries.
        files = getattr(client_capabilities, "fs", None)
        if isinstance(files, FileSystemCapabilities):
            self._files = files
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_info=Implementation(name="foreword", title="Foreword", version=__version__),
            agent_capabilities=AgentCapabilities(
                load_session=True,
                prompt_capabilities=PromptCapabilities(embedded_context=True, image=True),
                session_capabilities=SessionCapabilities(
                    list=SessionListCapabilities(),
                    resume=SessionResumeCapabilities(),
                    close=SessionCloseCapabilities(),
                ),
            ),
            # Who has a key needs nothing: some clients ask the user about each method that they are told of.
            auth_methods=[] if has_key(self._environ) else _auth_methods(),
        )

    async def authenticate(self, method_id: str, **_meta: Any) -> AuthenticateResponse:  # noqa: ANN401 - any JSON
        """Nothing is asked for here: keys come from the environment, and this says how."""
        if method_id == KEY and not has_key(self._environ):
            raise RequestError(AUTH_REQUIRED, HOW_TO_KEY)
        if method_id not in (KEY, NO_KEY):
            raise RequestError(INVALID_PARAMS, f"there is no method {method_id!r}: there are {KEY}, {NO_KEY}")
        return AuthenticateResponse()

    async def new_session(self, cwd: str, **_more: Any) -> NewSessionResponse:  # noqa: ANN401 - servers of tools are not used
        """A new chat in a folder."""
        held = await _told(self._chats.begin(cwd))
        self._tell_commands(held)
        return NewSessionResponse(
            session_id=held.chat.id, modes=modes_of(held), config_options=list(options_of(held))
        )

    async def load_session(self, cwd: str, session_id: str, **_more: Any) -> LoadSessionResponse:  # noqa: ANN401 - as above
        """Go on with a chat, after showing what was said."""
        held = await _told(self._chats.resume(cwd, session_id))
        for message in await _told(Conversations(held.home.workspace).messages(session_id)):
            update = (asked if message["role"] == "user" else said)(message["text"], message["id"])
            await self._connection.session_update(session_id=session_id, update=update)
            receipt = message.get("receipt")
            if receipt:
                shown = said(f"\n\n*{receipt['summary']}*\n", message["id"])
                await self._connection.session_update(session_id=session_id, update=shown)
        self._tell_commands(held)
        return LoadSessionResponse(modes=modes_of(held), config_options=list(options_of(held)))

    async def resume_session(self, session_id: str, cwd: str, **_more: Any) -> ResumeSessionResponse:  # noqa: ANN401 - as above
        """Go on with a chat, whose messages the client has."""
        held = await _told(self._chats.resume(cwd, session_id))
        self._tell_commands(held)
        return ResumeSessionResponse(modes=modes_of(held), config_options=list(options_of(held)))

    async def list_sessions(
        self,
        cwd: str | None = None,
        cursor: str | None = None,
        **_meta: Any,  # noqa: ANN401 - any JSON
    ) -> ListSessionsResponse:
        """The chats of a folder, or of all that are open, newest first."""
        sessions, next_cursor = await _told(self._chats.listed(cwd, cursor))
        return ListSessionsResponse(sessions=sessions, next_cursor=next_cursor)

    async def close_session(self, session_id: str, **_meta: Any) -> CloseSessionResponse:  # noqa: ANN401 - any JSON
        """End what is under way; the chat stays in the store."""
        held = self._chats.of(session_id)
        if held.running is not None:
            held.running.cancel()
            await asyncio.wait([held.running])
        Conversations(held.home.workspace).close(session_id)
        self._chats.sessions.pop(session_id, None)
        return CloseSessionResponse()

    async def set_session_mode(self, session_id: str, mode_id: str, **_meta: Any) -> SetSessionModeResponse:  # noqa: ANN401 - any JSON
        """Ask or edit."""
        await self._choose(session_id, MODE_OPTION, mode_id)
        return SetSessionModeResponse()

    async def set_config_option(
        self,
        config_id: str,
        session_id: str,
        value: str | bool,
        **_meta: Any,  # noqa: ANN401 - any JSON
    ) -> SetSessionConfigOptionResponse:
        """The mode, the model or the effort."""
        held = await self._choose(session_id, config_id, value)
        return SetSessionConfigOptionResponse(config_options=list(options_of(held)))

    async def prompt(
        self,
        session_id: str,
        prompt: list[ContentBlock],
        **_meta: Any,  # noqa: ANN401 - any JSON
    ) -> PromptResponse:
        """Say something, and stream the answer; one at a time in each session."""
        held = self._chats.of(session_id)
        if held.running is not None:
            raise RequestError(
                INVALID_PARAMS, "an answer of this session is under way: wait for it, or cancel it"
            )
        turn = PromptTurn(self._connection, self._files, held)
        # A task of its own, which a cancelled turn ends in while its request is still answered.
        held.running = asyncio.ensure_future(turn.run(prompt))
        try:
            return await _told(held.running)
        except asyncio.CancelledError:
            this = asyncio.current_task()
            # The connection is gone: there is nobody to answer.
            if this is not None and this.cancelling():
                raise
            await turn.tell_usage()
            return PromptResponse(stop_reason="cancelled")
        except RequestError:
            await turn.tell_usage()
            raise
        finally:
            held.running = None

    async def cancel(self, session_id: str, **_meta: Any) -> None:  # noqa: ANN401 - any JSON
        """Stop the answer that is under way; one that is over needs nothing."""
        held = self._chats.sessions.get(session_id)
        if held is not None and held.running is not None:
            held.running.cancel()

    async def ext_method(self, method: str, params: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - there is none
        """Methods beyond the protocol: there are none."""
        raise RequestError.method_not_found(f"_{method}")

    async def ext_notification(self, method: str, params: dict[str, Any]) -> None:
        """Notifications beyond the protocol: they mean nothing here."""

    @property
    def _connection(self) -> Client:
        assert self._client is not None, "the SDK connects before it calls"  # noqa: S101 - its contract
        return self._client

    async def _choose(self, session_id: str, option: str, value: object) -> ChatSession:
        held = self._chats.of(session_id)
        before = held.mode
        await _told(choose(held, option, value))
        if held.mode != before:
            update = CurrentModeUpdate(session_update="current_mode_update", current_mode_id=held.mode)
            await self._connection.session_update(session_id=session_id, update=update)
        return held

    def _tell_commands(self, held: ChatSession) -> None:
        """Tell of the commands once the client knows of the session."""

        async def tell() -> None:
            update = await held.home.workspace.run_aside(commands_of, held)
            await self._connection.session_update(session_id=held.chat.id, update=update)

        # After the answer to the request, which goes out in this step of the loop.
        task = asyncio.ensure_future(tell())
        self._later.add(task)
        task.add_done_callback(self._later.discard)


async def serve_stdio(environ: Mapping[str, str]) -> None:
    """Serve one client on standard input and output, until it closes them."""
    reader, writer = open_stdio(MAX_LINE)
    agent = ForewordAgent(environ)
    try:
        # The SDK calls closing and resuming unstable, which the schema of version 1 has.
        await run_agent(cast("Agent", agent), MessageStream(reader, writer), use_unstable_protocol=True)
    finally:
        await agent.close()
        writer.close()


@contextmanager
def _in_their_words() -> Iterator[None]:
    """Expected errors reach the client in their own words."""
    try:
        yield
    except CredentialsError as error:
        raise RequestError(AUTH_REQUIRED, str(error)) from error
    except UsageError as error:
        raise RequestError(INVALID_PARAMS, str(error)) from error
    except ForewordError as error:
        raise RequestError(INTERNAL_ERROR, str(error)) from error


async def _told(work: Awaitable[T]) -> T:
    """What work gives, or its expected error for the client."""
    with _in_their_words():
        return await work


def _auth_methods() -> list[Any]:
    # Some clients take the first without asking: it is the one that needs nothing.
    return [
        AuthMethodAgent(id=NO_KEY, name="Without a key", description="Answers come from the index alone"),
        AuthMethodAgent(id=KEY, name="API key", description=HOW_TO_KEY),
    ]
