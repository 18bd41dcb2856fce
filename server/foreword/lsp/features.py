"""What the server does, module by module. Chat (`lsp/chat.py`) and code actions (`lsp/actions.py`) register here too."""

from __future__ import annotations

import os
from collections.abc import Mapping

from foreword.assist.session.ports import REAL_TIME, Time
from foreword.lsp import (
    actions,
    chat,
    commands,
    configuration,
    documents,
    folders,
    lifetime,
    pages,
    resolving,
    symbols,
)
from foreword.lsp.server import ForewordServer

MODULES = (lifetime, configuration, folders, documents, commands, actions, chat, pages, resolving, symbols)


def create_server(environ: Mapping[str, str] | None = None, time: Time = REAL_TIME) -> ForewordServer:
    """A server for one client, which has not begun to listen."""
    server = ForewordServer(dict(os.environ) if environ is None else environ, time)
    for module in MODULES:
        module.register(server)
    return server
