"""What the server does, module by module. Chat (`lsp/chat/chat_methods.py`) and code actions (`lsp/features/code_actions.py`) register here too."""

from __future__ import annotations

import os
from collections.abc import Mapping

from foreword.assist.session.ports import REAL_TIME, Time
from foreword.lsp.chat import chat_methods
from foreword.lsp.connection import configuration
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.features import (
    code_actions,
    documents,
    execute_command,
    lifecycle,
    symbols,
    workspace_folders,
)
from foreword.lsp.output import virtual_documents

MODULES = (
    lifecycle,
    configuration,
    workspace_folders,
    documents,
    execute_command,
    code_actions,
    chat_methods,
    virtual_documents,
    symbols,
)


def create_server(environ: Mapping[str, str] | None = None, time: Time = REAL_TIME) -> ForewordServer:
    """A server for one client, which has not begun to listen."""
    server = ForewordServer(dict(os.environ) if environ is None else environ, time)
    for module in MODULES:
        module.register(server)
    return server
