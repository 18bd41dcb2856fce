"""The files of the workspace as the client has them: `fs/read_text_file` and `fs/write_text_file`.

A client that does not answer holds nothing up for long: its text is then the saved one.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as OutOfTime
from pathlib import Path

from acp.interfaces import Client
from acp.schema import FileSystemCapabilities

from acp import RequestError
from foreword.core.exclusion import MAX_FILE_BYTES

READ_S = 10.0
WRITE_S = 60.0


class EditorFiles:
    """For one session: the client may show other files in others."""

    def __init__(self, client: Client, able: FileSystemCapabilities, session_id: str, root: Path) -> None:
        """`able` is what the client said that it can do."""
        self._client = client
        self._session_id = session_id
        self._root = root
        self._loop = asyncio.get_running_loop()
        self.can_read = bool(able.read_text_file)
        self.can_write = bool(able.write_text_file)

    async def read(self, path: str) -> str | None:
        """The client's text of a file; None where it has none, can't say, or the text is too large."""
        if not self.can_read:
            return None
        reading = self._client.read_text_file(path=str(self._root / path), session_id=self._session_id)
        try:
            found = await asyncio.wait_for(reading, READ_S)
        except (RequestError, ConnectionError, TimeoutError, ValueError):
            return None
        return found.content if len(found.content) <= MAX_FILE_BYTES else None

    def read_in_thread(self, path: str) -> str | None:
        """The same for a thread beside the event loop."""
        reading = asyncio.run_coroutine_threadsafe(self.read(path), self._loop)
        try:
            return reading.result(READ_S + 1)
        except (CancelledError, OutOfTime):
            return None

    async def write(self, path: str, text: str) -> str:
        """Have the client write a file; why it did not, or nothing."""
        writing = self._client.write_text_file(
            content=text, path=str(self._root / path), session_id=self._session_id
        )
        try:
            await asyncio.wait_for(writing, WRITE_S)
        except TimeoutError:
            return "it did not answer"
        except (RequestError, ConnectionError) as error:
            return " ".join(str(error).split()) or "it did not say why"
        return ""
