"""Partial results of an answer, as `$/progress`: `{kind, seq, ...}`, with `seq` from 0 and without gaps."""

from __future__ import annotations

from typing import Literal

from lsprotocol import types

from foreword.lsp.connection.server import ForewordServer

PartialKind = Literal["text", "tool", "proposal", "draft", "receipt", "result"]


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
