"""Answers and diffs as documents, for clients that have no chat or review of our own.

A client that asks for the text of `foreword:` documents (LSP 3.18) reads an answer there as it grows. Any other gets a
scratch file in the user's data directory: its buffer grows by `workspace/applyEdit` where the client does that, else it
is shown when it is complete. A diff is a `foreword:` document too, or a scratch file.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from foreword.core.documents.document import make_document
from foreword.core.documents.position import Range, position_of
from foreword.core.errors import StoreError, unwritable
from foreword.lsp.connection.convert import range_to_lsp, uri_from_path
from foreword.lsp.connection.protocol import SCHEME
from foreword.lsp.connection.server import ForewordServer, handle
from foreword.storage.directories import make_private_folder, write_private

LAST_WORDS_S = 5.0
"""Seconds that a client may take for the end of an answer before the server stops waiting for it."""


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.WORKSPACE_TEXT_DOCUMENT_CONTENT, text_document_content)


def text_document_content(
    server: ForewordServer, params: types.TextDocumentContentParams
) -> types.TextDocumentContentResult:
    """The text of a virtual document as it is now; every proposal has one with its diff."""
    text = server.pages.get(params.uri)
    if text is None:
        kept = next((kept for name, kept in server.proposals.items() if diff_uri(name) == params.uri), None)
        if kept is None:
            raise JsonRpcInvalidParams(f"there is no document {params.uri}: ask again")
        text = kept.proposal.diff
    return types.TextDocumentContentResult(text)


def diff_uri(proposal_id: str) -> str:
    """The virtual document with the whole diff of a proposal."""
    return f"{SCHEME}:/proposal/{proposal_id}.diff"


def refused_uri(proposal_id: str) -> str:
    """The virtual document with what could not be applied of a proposal."""
    return f"{SCHEME}:/proposal/{proposal_id}-refused.diff"


@contextlib.asynccontextmanager
async def open_page(server: ForewordServer, folder: Path, title: str) -> AsyncIterator[Page | None]:
    """A document for one answer, shown to the user; None where the client shows none.

    Raises:
        StoreError: a scratch file in `folder` can't be written.
    """
    from foreword.core.secrets.redaction import shown  # noqa: PLC0415 - off the path to `initialize`

    # It may be a file, which is kept: without the secrets that the user wrote.
    page = _make_page(server, folder, f"# {' '.join(shown(title).split())}\n\n")
    if page is None:
        yield None
        return
    task = server.spawn(page.keep_up())
    try:
        yield page
    finally:
        page.end()
        await asyncio.wait([task], timeout=LAST_WORDS_S)


class Page:
    """A document that grows; the client is told as fast as it follows, and never waited for."""

    def __init__(self, server: ForewordServer, uri: str, text: str) -> None:
        self.server = server
        self.uri = uri
        self.text = text
        self._news = asyncio.Event()
        self._is_over = False

    def append(self, text: str) -> None:
        """More text."""
        self.text += text
        self._news.set()

    def end(self) -> None:
        """There is no more text."""
        self._is_over = True
        self._news.set()

    async def keep_up(self) -> None:
        """Show the document and let the client follow, until the end of the text."""
        try:
            await self.begin()
            is_whole = False
            while not is_whole:
                await self._news.wait()
                self._news.clear()
                # What comes while the client takes this is sent by another round.
                is_whole = self._is_over
                await self.send()
            await self.finish()
        except JsonRpcException as error:
            text = f"The client does not show {self.uri}: {error}"
            self.server.window_log_message(types.LogMessageParams(types.MessageType.Warning, text))

    async def show(self) -> None:
        """Ask the client to show the document."""
        await self.server.window_show_document_async(types.ShowDocumentParams(self.uri, take_focus=True))

    async def begin(self) -> None:
        """What comes before the first text."""
        await self.show()

    async def send(self) -> None:
        """Bring the client up to date."""

    async def finish(self) -> None:
        """What comes after the last text."""


class VirtualPage(Page):
    """A document of the `foreword:` scheme: the client asks for its text (`workspace/textDocumentContent`)."""

    async def begin(self) -> None:
        """The text must be there before the client asks for it."""
        self.server.pages[self.uri] = self.text
        await self.show()

    async def send(self) -> None:
        """Let the client read again."""
        self.server.pages[self.uri] = self.text
        await self.server.workspace_text_document_content_refresh_async(
            types.TextDocumentContentRefreshParams(self.uri)
        )


class FilePage(Page):
    """A scratch file that is shown when it is complete."""

    def __init__(self, server: ForewordServer, path: Path, text: str) -> None:
        super().__init__(server, uri_from_path(path), text)
        self._path = path

    async def begin(self) -> None:
        """Nothing: the client is asked to read when there is text."""

    async def finish(self) -> None:
        """Let the client read the whole text."""
        await asyncio.to_thread(write_scratch, self._path, self.text)
        await self.show()


class BufferPage(Page):
    """A scratch file whose buffer grows by edits; the file itself keeps its first line.

    Edits stand at the end of the last line: some editors add an empty line for one past the final newline.
    """

    def __init__(self, server: ForewordServer, path: Path, text: str) -> None:
        super().__init__(server, uri_from_path(path), text)
        self._path = path
        self._shown = make_document(self.uri, "markdown", 0, text.rstrip("\n"))
        self._follows = True

    async def send(self) -> None:
        """Append what is new; without a label, which some editors print for every edit."""
        new = self.text.rstrip("\n")[len(self._shown.text) :]
        if not new or not self._follows:
            return
        lines, last = self._shown.lines, len(self._shown.lines) - 1
        end = position_of(lines, last, len(lines[last]), self.server.encoding)
        edit = types.TextEdit(range_to_lsp(Range(end, end)), new)
        result = await self.server.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(types.WorkspaceEdit({self.uri: [edit]}))
        )
        # A buffer that refused one edit lacks its text: the next would stand in the wrong place.
        self._follows = result.applied
        self._shown = make_document(self.uri, "markdown", 0, self._shown.text + new)

    async def finish(self) -> None:
        """A buffer that does not take edits is shown anew, from the file."""
        if not self._follows:
            await asyncio.to_thread(write_scratch, self._path, self.text)
            await self.show()


def _make_page(server: ForewordServer, folder: Path, text: str) -> Page | None:
    if not server.client.shows_documents:
        return None
    if server.client.reads_virtual_documents:
        return VirtualPage(server, f"{SCHEME}:/chat/{next(server.page_numbers)}.md", text)
    # With microseconds: two answers within a second are two files.
    path = folder / f"{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.md"
    if not server.client.applies_edits:
        return FilePage(server, path, text)
    # The buffer has to begin with exactly the text that `BufferPage` believes to be shown.
    write_scratch(path, text.rstrip("\n"))
    return BufferPage(server, path, text)


async def show_diff(
    server: ForewordServer, folder: Path, uri: str, diff: str, *, take_focus: bool = False
) -> str:
    """Make a diff a document that the user can read, and show it where the client shows documents; gives its URI.

    `uri` is that of the virtual document; `folder` is for a file of the same name instead.

    Raises:
        StoreError: the file can't be written.
    """
    if server.client.reads_virtual_documents:
        server.pages[uri] = diff
    else:
        path = folder / uri.rpartition("/")[2]
        await asyncio.to_thread(write_scratch, path, diff)
        uri = uri_from_path(path)
    if server.client.shows_documents:
        server.spawn(_show(server, uri, take_focus=take_focus))
    return uri


async def _show(server: ForewordServer, uri: str, *, take_focus: bool) -> None:
    """Nothing waits for a client that opens documents slowly, or not at all."""
    try:
        await server.window_show_document_async(types.ShowDocumentParams(uri, take_focus=take_focus))
    except JsonRpcException as error:
        text = f"The client does not show {uri}: {error}"
        server.window_log_message(types.LogMessageParams(types.MessageType.Warning, text))


KEPT_DAYS = 30
"""One that nobody wrote to since then goes when the next one comes."""


def write_scratch(path: Path, text: str) -> None:
    """Write a scratch file, in a folder that has nothing else in it.

    Raises:
        StoreError: the data directory can't be written.
    """
    try:
        make_private_folder(path.parent)
        _forget_old(path.parent)
        # Half a surrogate pair in an answer has no UTF-8, and must not lose the rest of it.
        write_private(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StoreError(unwritable(path.parent, error)) from error


def _forget_old(folder: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another process was faster
            if file.stat().st_mtime < oldest and file.is_file():
                file.unlink()
