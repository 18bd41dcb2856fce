"""The server as a process at the pipes of an editor.

async with served(user) as (editor, process):
    await editor.start([folder])
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from editor import PATIENCE, Answers, Editor
from foreword_cli import Foreword, command


@asynccontextmanager
async def served(
    user: Foreword, *flags: str, line: Sequence[str] = (), answers: Answers | None = None
) -> AsyncIterator[tuple[Editor, asyncio.subprocess.Process]]:
    """A server process and an editor; it must end by itself when the editor goes. `line` starts another program."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(line or command("serve", *flags)), env=user.environ(), stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdin is not None
    assert process.stdout is not None
    editor = Editor(process.stdout, process.stdin, dict(answers or {}))
    listening = asyncio.ensure_future(editor.listen())
    editor.exit_code = asyncio.ensure_future(process.wait())
    try:
        yield editor, process
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE)
        await asyncio.wait_for(listening, PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
