"""Check the installation and the workspace, and say what to do about what is wrong."""

from __future__ import annotations

import argparse

from foreword.assist.session.session import open_session
from foreword.assist.usage.reports import doctor_json
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import output, print_json, show_problems
from foreword.core.settings import default_of, doc_of, environment_name, keys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    parser.add_argument(
        "--settings", action="store_true", help="list every setting with its default and variable"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; 1 if something is wrong."""
    with open_session(arguments.workspace, {}) as session:
        found, problems = doctor_json(session), tuple(session.problems)
    if arguments.json:
        print_json(found)
        return 1 if problems else 0
    console = output()
    for name, value in found["facts"].items():
        console.print(f"{name:14} {value}", markup=False)
    if arguments.settings:
        _show_settings()
    show_problems(problems)
    return 1 if problems else 0


def _show_settings() -> None:
    console = output()
    console.print("\nsettings (.foreword.toml, [tool.foreword] in pyproject.toml, variables):")
    for key in keys():
        console.print(
            f"  {key:18} {default_of(key)!r:20} {environment_name(key):28} {doc_of(key)}", markup=False
        )
