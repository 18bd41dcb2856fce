"""`workspace/executeCommand`: the commands of the command line, with the same names and the same JSON.

What they need of the core is imported when the first one runs: this module is on the path to `initialize`.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from foreword.lsp.connection.protocol import COMMANDS
from foreword.lsp.connection.server import ForewordServer, handle_command


def register(server: ForewordServer) -> None:
    """Register every command."""
    for name in COMMANDS:
        handle_command(server, name, execute_command)


async def execute_command(server: ForewordServer, params: types.ExecuteCommandParams) -> Any:  # noqa: ANN401 - any JSON
    """Run a command."""
    running = await server.load("foreword.lsp.features.command_calls")
    return await running.run(server, params)
