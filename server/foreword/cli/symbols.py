"""Find where a name is defined."""

from __future__ import annotations

import argparse

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.usage.reports import symbols_json
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import notices, output, print_json
from foreword.cli.workspace import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument("name", metavar="NAME", help="the name, plain or as Parent.name")
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with workspace_of(arguments) as session:
        found = symbols_json(take_snapshot(session), arguments.name)
    if arguments.json:
        print_json(found)
        return 0
    for d in found:
        output().print(f"{d['path']}:{d['line']} {d['kind']} {d['signature']}", markup=False)
    if not found:
        notices().print(
            f"no definition of {arguments.name}: try `foreword search {arguments.name}`", markup=False
        )
    return 0
