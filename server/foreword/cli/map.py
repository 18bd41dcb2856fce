"""Print the repository map as the base shows it."""

from __future__ import annotations

import argparse

from foreword.assist.session.saved import look
from foreword.assist.session.session import open_session
from foreword.assist.usage.reports import map_json
from foreword.cli.arguments import add_json, add_workspace, flags_of, whole_number
from foreword.cli.terminal import index_progress, print_json, show_problems
from foreword.core.text import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    parser.add_argument(
        "--budget", dest="map_budget", type=whole_number, metavar="TOKENS",
        help="tokens of the map (default: what the base leaves for it)",
    )  # fmt: skip
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with (
        index_progress() as progress,
        open_session(arguments.workspace, flags_of(arguments), on_progress=progress) as session,
    ):
        shown = map_json(session, look(session), arguments.map_budget)
        show_problems(session.problems)
    if arguments.json:
        print_json(shown)
    else:
        print(printable(shown["text"]), end="")
    return 0
