"""The commands of the command line alone: they serve or converse until they end, and have no result to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foreword.api.command import Command
from foreword.cli.parser import add_parameters, parser_of, read_parameters


@dataclass(frozen=True, slots=True)
class OwnBody:
    """The parameters of a command, and the function that gives its exit code."""

    parameters: type
    run: Callable[[Any], int]


def load(command: Command) -> OwnBody:
    """The body of a command that the table leaves to the command line."""
    match command.name:
        case "serve":
            from foreword.cli.serve import SERVE  # noqa: PLC0415 - imports the language server

            return SERVE
        case "chat":
            from foreword.cli.chat.chat_command import CHAT  # noqa: PLC0415 - imports the core

            return CHAT
        case "completion":
            from foreword.cli.shell_completion import COMPLETION  # noqa: PLC0415 - imports every command

            return COMPLETION
        case "mcp":
            from foreword.cli.mcp_server import MCP  # noqa: PLC0415 - imports the core

            return MCP
        case "acp":
            from foreword.cli.acp_server import ACP  # noqa: PLC0415 - imports the core

            return ACP
        case name:
            raise AssertionError(f"the table leaves {name} to the command line, which does not know it")


def execute_own(command: Command, argv: Sequence[str]) -> int:
    """Run such a command; gives the exit code."""
    body, parser = load(command), parser_of(command)
    add_parameters(parser, body.parameters)
    return body.run(read_parameters(body.parameters, parser.parse_args(argv)))
