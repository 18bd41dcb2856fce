"""Completion for shells: a script that knows the commands, their flags, and what these take, made from the table."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import shtab

from foreword.api.parameters import Parameter, parameters_of, positional
from foreword.api.table import TYPED
from foreword.cli.own import OwnBody, load
from foreword.cli.parser import Parser, add_json, add_parameters, add_workspace

FOLDERS = frozenset({"DIR"})
FILES = frozenset({"FILE", "PATH", "FILE[:LINE[-LINE]]"})
"""What the values of flags are called that are folders or files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionParameters:
    """The parameters of `completion`."""

    shell: Annotated[Literal["bash", "zsh", "fish"], positional("the shell")]


def script_for(shell: Literal["bash", "zsh", "fish"]) -> str:
    """The script of a shell."""
    return str(shtab.complete(whole_parser(), shell))


def whole_parser() -> argparse.ArgumentParser:
    """All commands as one parser, as the library wants it; no command line is read by it."""
    whole = Parser(prog="foreword")
    commands = whole.add_subparsers(dest="command")
    for command in TYPED.values():
        parser = commands.add_parser(command.name, help=command.summary, description=command.summary)
        body: Any = command.load() if command.load is not None else load(command)
        add_parameters(parser, body.parameters)
        if command.load is not None:
            add_workspace(parser)
            add_json(parser)
        for action in parser._actions:  # noqa: SLF001 - the library's own way to say what completes a value
            _say_what_completes(action, {one.name: one for one in parameters_of(body.parameters)})
    return whole


def _say_what_completes(action: argparse.Action, parameters: dict[str, Parameter]) -> None:
    known = parameters.get(action.dest)
    name = str(action.metavar or "")
    if name in FOLDERS:
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    elif name in FILES or (known is not None and known.flag.source in ("file", "output")):
        action.complete = shtab.FILE  # type: ignore[attr-defined]


def print_script(given: CompletionParameters) -> int:
    """Print the script."""
    sys.stdout.write(script_for(given.shell))
    sys.stdout.flush()
    return 0


COMPLETION = OwnBody(CompletionParameters, print_script)
