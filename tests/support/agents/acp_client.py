"""An editor that speaks ACP, by the SDK's own client, to `foreword acp` in a process of its own.

async with connected(online) as (client, agent):
    session = await agent.new_session(str(shop.path))
    done = await client.ask(session.session_id, "What is a refund?")
    assert "refund" in client.text
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from acp.connection import StreamDirection, StreamEvent
from acp.core import ClientSideConnection
from acp.schema import (
    AllowedOutcome,
    ClientCapabilities,
    DeniedOutcome,
    FileSystemCapabilities,
    PermissionOption,
    PromptResponse,
    ReadTextFileResponse,
    RequestPermissionResponse,
    ToolCallUpdate,
    WriteTextFileResponse,
)

from acp import PROTOCOL_VERSION, RequestError, spawn_agent_process, text_block
from acp_schema import Conformance
from foreword_cli import Foreword, command

PATIENCE = 90.0
Json = Any


class Editor:
    """What the user of a client sees, has open and decides.

    `buffers` are open files with their text; `agrees` decides about a question by its title. `writes` and `reads` are
    the paths that the agent asked for.
    """

    def __init__(self, agrees: Callable[[str], bool] = lambda _: True, *, files: bool = True) -> None:
        self.agrees = agrees
        self.files = files
        self.buffers: dict[str, str] = {}
        self.updates: list[Json] = []
        self.questions: list[Json] = []
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.changed = asyncio.Condition()
        self.on_question: Callable[[], object] = lambda: None

    @property
    def text(self) -> str:
        """All that the agent said so far."""
        return self.joined("agent_message_chunk")

    def of_kind(self, kind: str) -> list[Json]:
        return [one for one in self.updates if one["sessionUpdate"] == kind]

    def joined(self, kind: str) -> str:
        return "".join(one["content"]["text"] for one in self.of_kind(kind))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the agent does next to make something true."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(holds)

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:  # noqa: ARG002, ANN401
        async with self.changed:
            self.updates.append(update.model_dump(by_alias=True, exclude_none=True))
            self.changed.notify_all()

    async def request_permission(
        self,
        session_id: str,  # noqa: ARG002
        tool_call: ToolCallUpdate,
        options: list[PermissionOption],
        **_: Any,  # noqa: ANN401
    ) -> RequestPermissionResponse:
        self.questions.append(tool_call.model_dump(by_alias=True, exclude_none=True))
        self.on_question()
        wanted = "allow" if self.agrees(tool_call.title or "") else "reject"
        chosen = next((one for one in options if one.kind.startswith(wanted)), None)
        if chosen is None:
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        return RequestPermissionResponse(
            outcome=AllowedOutcome(outcome="selected", option_id=chosen.option_id)
        )

    async def read_text_file(self, path: str, session_id: str, **_: Any) -> ReadTextFileResponse:  # noqa: ARG002, ANN401
        self.reads.append(path)
        if path in self.buffers:
            return ReadTextFileResponse(content=self.buffers[path])
        try:
            return ReadTextFileResponse(content=read_saved(path))
        except OSError as error:
            raise RequestError.resource_not_found(path) from error

    async def write_text_file(
        self,
        content: str,
        path: str,
        session_id: str,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> WriteTextFileResponse:
        self.writes.append(path)
        if path in self.buffers:
            self.buffers[path] = content
        save(path, content)
        return WriteTextFileResponse()


def read_saved(path: str) -> str:
    return Path(path).read_bytes().decode()


def save(path: str, content: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content.encode())


class Agent:
    """The connection to an agent, and its process."""

    def __init__(self, connection: ClientSideConnection, process: asyncio.subprocess.Process) -> None:
        self.connection = connection
        self.process = process

    async def ask(self, session_id: str, *blocks: Any) -> PromptResponse:  # noqa: ANN401 - blocks or texts
        """Prompt, and wait for the end of the turn."""
        prompt = [text_block(one) if isinstance(one, str) else one for one in blocks]
        async with asyncio.timeout(PATIENCE):
            return await self.connection.prompt(prompt=prompt, session_id=session_id)


@asynccontextmanager
async def connected(user: Foreword, editor: Editor, *, conforms: bool = True) -> AsyncIterator[Agent]:
    """An agent that was introduced; whatever it says is judged by the protocol's schema."""
    judge = Conformance()

    def hear(event: StreamEvent) -> None:
        is_agents = event.direction is StreamDirection.INCOMING
        (judge.agent_said if is_agents else judge.client_said)(event.message)

    able = FileSystemCapabilities(read_text_file=editor.files, write_text_file=editor.files)
    program, *arguments = command("acp")
    async with spawn_agent_process(
        lambda _: editor,  # type: ignore[arg-type, return-value]  # a client without terminals
        program,
        *arguments,
        env=user.environ(),
        transport_kwargs={"shutdown_timeout": 30.0, "limit": 50_000_000},
        observers=[hear],
        use_unstable_protocol=True,
    ) as (connection, process):
        async with asyncio.timeout(PATIENCE):
            await connection.initialize(PROTOCOL_VERSION, ClientCapabilities(fs=able))
        yield Agent(connection, process)
    if conforms:
        assert [] == judge.wrong
        assert judge.n_judged
    assert process.stderr is not None
    with contextlib.suppress(AssertionError):
        assert b"" == await process.stderr.read()
