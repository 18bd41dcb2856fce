"""`workspace/executeCommand`: the commands of the command line, with the same names and the same JSON.

What they need of the core is imported when the first one runs: this module is on the path to `initialize`.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from foreword.api.table import SERVED
from foreword.lsp.connection.server import ForewordServer, handle_command


def register(server: ForewordServer) -> None:
    """Register every command."""
    for name in SERVED:
        handle_command(server, name, execute_command)


async def execute_command(server: ForewordServer, params: types.ExecuteCommandParams) -> Any:  # noqa: ANN401 - any JSON
    """Run a command."""
    await server.load("foreword.lsp.features.command_calls")
    from foreword.lsp.features.command_calls import run  # noqa: PLC0415 - loaded by now

    return await run(server, params)
