from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.registry import create_server

URI = "file:///w/a%20b.py"
PIECES = st.sampled_from(
    ["a", "bc", "\n", "\r\n", "\r", "é", "e\u0301", "😀", "\f", "\u2028", "漢", "\x00", ""]
)
TEXTS = st.lists(PIECES, max_size=10).map("".join)


class Quiet:
    """Takes what the server says and keeps nothing."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


def send(server: ForewordServer, method: str, params: object, **more: object) -> None:
    server.protocol.receive(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}))


def started(encoding: str) -> ForewordServer:
    """A server that agreed on an encoding."""
    server = create_server({})
    server.protocol.set_writer(Quiet())
    capabilities = {"general": {"positionEncodings": [encoding]}}
    params = {"capabilities": capabilities, "processId": None, "rootUri": None}
    send(server, "initialize", params, id=0)
    return server


def edited(text: str, start: int, end: int, new: str, encoding: str) -> dict[str, Any]:
    """A change as an editor writes it that counts in this encoding."""

    def position(offset: int) -> dict[str, int]:
        before = text[:offset].replace("\r\n", "\n ").replace("\r", "\n").replace("\n ", "\r\n")
        line = before.count("\n")
        start_of_line = before.rfind("\n") + 1
        piece = text[start_of_line:offset]
        size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
        coded = piece.encode(encoding if size == 1 else f"{encoding}-le")
        return {"line": line, "character": len(coded) // size}

    return {"range": {"start": position(start), "end": position(end)}, "text": new}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_after_random_edits_the_server_has_the_text_of_the_client(encoding: str, data: st.DataObject) -> None:
    server, text = started(encoding), data.draw(TEXTS)
    item = {"uri": URI, "languageId": "python", "version": 0, "text": text}
    send(server, "textDocument/didOpen", {"textDocument": item})
    for version in range(1, data.draw(st.integers(1, 5)) + 1):
        changes = []
        for _ in range(data.draw(st.integers(1, 3))):
            places = [n for n in range(len(text) + 1) if not n or text[n - 1 : n + 1] != "\r\n"]
            start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
            new = data.draw(TEXTS)
            changes.append(edited(text, start, end, new, encoding))
            text = text[:start] + new + text[end:]
        document = {"uri": URI, "version": version}
        send(server, "textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        shown = server.snapshot.document(URI)
        assert shown is not None
        assert (text, version) == (shown.text, shown.version)
    send(server, "textDocument/didClose", {"textDocument": {"uri": URI}})
    assert server.snapshot.document(URI) is None


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [(["utf-32", "utf-16"], "utf-32"), (["utf-7"], "utf-16"), ([], "utf-16"), (None, "utf-16")],
)
def test_the_encoding_is_the_first_that_both_know(offered: list[str] | None, agreed: str) -> None:
    server = create_server({})
    server.protocol.set_writer(Quiet())
    params = {"capabilities": {"general": {"positionEncodings": offered}}, "processId": None, "rootUri": None}
    send(server, "initialize", params, id=0)
    assert agreed == server.encoding
