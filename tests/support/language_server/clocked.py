"""A server process whose time is the test's own, and with it the cache of the stand-in.

async with clocked(user, clock) as editor:           MessagesApi(clock=clock.now)
    await editor.start([folder])
    await editor.command("foreword.ask", question="...")
    await clock.pass_until(clock.now() + 3600)       whatever the server does by itself until then is done
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editor import PATIENCE, Answers, Editor
from foreword_cli import Foreword
from server_process import served

PROGRAM = Path(__file__).parent / "clocked_server.py"
START = 1_750_032_000.0
"""A Monday's midnight in UTC; whole seconds, so that no sum of times is rounded."""

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Clock:
    """The time of the stand-in and of the server, in Unix seconds; `n_kept` prefixes are looked after."""

    at: float = START
    n_kept: int = 1
    wire: Wire | None = None

    def now(self) -> float:
        """For the stand-in."""
        return self.at

    async def settle(self) -> float:
        """Wait until the server has nothing to do; when it wants to be woken."""
        assert self.wire is not None
        reader, writer = self.wire
        writer.write(f"{self.at!r} {self.n_kept}\n".encode())
        return float(await asyncio.wait_for(reader.readline(), PATIENCE))

    async def pass_until(self, until: float) -> None:
        """Let time pass; the server wakes up on time, and time waits for what it does then."""
        while (due := await self.settle()) <= until:
            self.at = due
        self.at = until
        await self.settle()


@asynccontextmanager
async def clocked(user: Foreword, clock: Clock, answers: Answers | None = None) -> AsyncIterator[Editor]:
    """A server at the clock's time with an editor at its pipes."""
    async with clocked_process(user, clock, answers) as (editor, _):
        yield editor


@asynccontextmanager
async def clocked_process(
    user: Foreword, clock: Clock, answers: Answers | None = None
) -> AsyncIterator[tuple[Editor, asyncio.subprocess.Process]]:
    """The same, with the process."""
    wires: asyncio.Queue[Wire] = asyncio.Queue()
    listening: Any = await asyncio.start_server(lambda *wire: wires.put_nowait(wire), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    line = [sys.executable, str(PROGRAM), str(port), repr(clock.at)]
    try:
        async with served(user, line=line, answers=answers) as (editor, process):
            clock.wire = await asyncio.wait_for(wires.get(), PATIENCE)
            try:
                yield editor, process
            finally:
                clock.wire[1].close()
    finally:
        listening.close()
        await listening.wait_closed()


async def save(editor: Editor, path: Path, text: str) -> None:
    """Type a new text into an open document and save it, so that the server knows of it when this ends."""
    uri = path.as_uri()
    editor.replace(uri, text)
    await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    await editor.refusal("foreword/heard")
