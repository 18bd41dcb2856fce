"""One table of commands, and every front door says all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from editor import connected
from foreword.api.command import Command
from foreword.api.parameters import Arguments, Parameter, parameters_of, read
from foreword.api.table import COMMANDS, SERVED, TYPED
from foreword.cli import own
from foreword.cli.parser import Parser, add_parameters, parser_of, read_parameters
from foreword.lsp.features.command_calls import WITH_EDITOR
from gitrepo import GitRepo

BOTH = [one for one in COMMANDS if one.load is not None]
"""Commands that both front doors take from the table alone."""


def parser_for(command: Command) -> Parser:
    parser = parser_of(command)
    assert command.load is not None
    add_parameters(parser, command.load().parameters)
    return parser


def typed_and_sent(parameter: Parameter) -> tuple[list[str], Any]:
    """A value of a parameter, as it is typed and as it stands in JSON."""
    name = [] if parameter.flag.is_positional else [f"--{parameter.name.replace('_', '-')}"]
    if parameter.kind is bool:
        return name, True
    if parameter.choices:
        return [*name, parameter.choices[-1]], parameter.choices[-1]
    if parameter.kind is int:
        return [*name, "3"], 3
    if parameter.kind is float:
        return [*name, "2.5"], 2.5
    return [*name, "word"], "word"


@pytest.mark.parametrize("command", BOTH, ids=lambda command: command.name)
def test_each_parameter_is_the_same_typed_and_in_json(command: Command) -> None:
    assert command.load is not None
    kind = command.load().parameters
    every = [p for p in parameters_of(kind) if p.flag.source not in ("file", "lines", "output")]
    needed = [p for p in every if p.is_required]
    for parameter in every:
        # What is known by its place is nothing without what stands before it.
        places = [
            p
            for p in every[: every.index(parameter)]
            if p.flag.is_positional and parameter.flag.is_positional
        ]
        wanted = {id(p): p for p in (*needed, *places, parameter)}.values()
        given = [typed_and_sent(one) for one in wanted]
        argv = [word for words, _ in given for word in words]
        keys = {one.key: typed_and_sent(one)[1] for one in wanted}
        typed = read_parameters(kind, parser_for(command).parse_args(argv))
        arguments = Arguments([keys])
        sent = read(kind, arguments) if command.name != "batch" else typed
        arguments.finish() if command.name != "batch" else None
        assert typed == sent, parameter.name


def test_what_only_the_command_line_has_is_there() -> None:
    for command in TYPED.values():
        if command.load is None:
            assert callable(own.load(command).run)


def test_what_only_the_server_has_is_there() -> None:
    for command in SERVED.values():
        if command.load is None:
            assert command.name in WITH_EDITOR
    assert WITH_EDITOR.keys() <= {command.name for command in SERVED.values()}


async def test_the_server_offers_the_commands_of_the_table_and_no_others(
    shop: GitRepo, tmp_path: Path
) -> None:
    async with connected({"FOREWORD_HOME": str(tmp_path / "home")}) as editor:
        result = await editor.start([shop.path])
        offered: list[str] = result["capabilities"]["executeCommandProvider"]["commands"]
        assert sorted(SERVED) == sorted(offered)


def test_names_are_there_once_and_every_summary_is_a_phrase() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    for command in COMMANDS:
        assert command.summary[0].islower()
        assert not command.summary.endswith(".")
        assert command.more.endswith(".")
