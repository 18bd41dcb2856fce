"""Partial results of a chat's answer, as `$/progress`: `{kind, seq, ...}`, with `seq` from 0 and without gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never

from lsprotocol import types

from foreword.core.errors import Problem
from foreword.lsp.connection.server import ForewordServer
from foreword.model.tool_call import (
    CreateCall,
    DeleteCall,
    FileCall,
    InsertCall,
    RenameCall,
    ReplaceCall,
    SearchCall,
    SymbolsCall,
    ViewCall,
    parse_call,
)

PartialKind = Literal["text", "tool", "proposal", "receipt", "result"]


class Partials:
    """Sends partial results under the client's token; without one, none."""

    def __init__(self, server: ForewordServer, token: types.ProgressToken | None) -> None:
        self._server = server
        self._token = token
        self._n_sent = 0

    def send(self, kind: PartialKind, **value: object) -> None:
        """Send the next one."""
        if self._token is not None:
            told = {"kind": kind, "seq": self._n_sent, **value}
            self._server.progress(types.ProgressParams(self._token, told))
            self._n_sent += 1


def tool_lines(content: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """For each tool call of an assistant's message: the tool's name, and what it looks at in one line."""
    return [(str(block.get("name")), _line(block)) for block in content if block.get("type") == "tool_use"]


def _line(block: Mapping[str, Any]) -> str:
    call = parse_call(block)
    match call:
        case Problem():
            return "a call that can't be understood"
        case SearchCall(query):
            # The model's query may have several lines, and this is one line of progress.
            return " ".join(f"search {query}".split())
        case SymbolsCall(name):
            return f"look up {name}"
        case ViewCall(path, first, last):
            lines = "" if first == 1 and last is None else f":{first}-{last or ''}"
            return f"view {path}{lines}"
        case _:
            return _edit_line(call)


def _edit_line(call: CreateCall | ReplaceCall | InsertCall | FileCall) -> str:
    match call:
        case CreateCall(path):
            return f"write {path}"
        case ReplaceCall(path) | InsertCall(path):
            return f"edit {path}"
        case DeleteCall(path):
            return f"delete {path}"
        case RenameCall(path, new_path):
            return f"rename {path} to {new_path}"
        case _:
            assert_never(call)
