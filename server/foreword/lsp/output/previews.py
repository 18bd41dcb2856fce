"""Diffs as documents: `foreword:` ones where the client reads those, scratch files elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.lsp.connection.convert import uri_from_path
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.output.scratch import write_scratch


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
