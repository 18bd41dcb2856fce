"""Find where a name is defined."""

from __future__ import annotations

import argparse

from foreword.assist.saved import look
from foreword.assist.session import open_session
from foreword.assist.symbols import find_definitions
from foreword.cli.arguments import add_json, add_workspace, flags_of
from foreword.cli.terminal import index_progress, notices, output, print_json, show_problems
from foreword.core.errors import UsageError
from foreword.core.outline import Definition


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument("name", metavar="NAME", help="the name, plain or as Parent.name")
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    if not arguments.name.strip():
        raise UsageError("the name is empty: give the name of a definition")
    with (
        index_progress() as progress,
        open_session(arguments.workspace, flags_of(arguments), on_progress=progress) as session,
    ):
        found = find_definitions(look(session).index, arguments.name)
        show_problems(session.problems)
    if arguments.json:
        print_json([_as_json(path, definition) for path, definition in found])
        return 0
    for path, d in found:
        output().print(f"{path}:{d.line} {d.kind} {d.signature}", markup=False)
    if not found:
        notices().print(
            f"no definition of {arguments.name}: try `foreword search {arguments.name}`", markup=False
        )
    return 0


def _as_json(path: str, definition: Definition) -> dict[str, object]:
    return {
        "name": definition.name,
        "kind": definition.kind,
        "path": path,
        "line": definition.line,
        "endLine": definition.end_line,
        "signature": definition.signature,
        "parent": definition.parent,
    }
