"""Print the repository map as the base shows it."""

from __future__ import annotations

import argparse

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.usage.reports import map_json
from foreword.cli.arguments import add_json, add_workspace, whole_number
from foreword.cli.plain_text import print_text
from foreword.cli.terminal import print_json, show_problems
from foreword.cli.workspace import workspace_of
from foreword.core.documents.text import printable
from foreword.core.errors import Problem


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
    with workspace_of(arguments) as session:
        shown = map_json(session, take_snapshot(session), arguments.map_budget)
    if arguments.json:
        print_json(shown)
        return 0
    print_text(printable(shown["text"]))
    if not shown["text"]:
        show_problems([Problem(_why_empty(arguments.map_budget))])
    return 0


def _why_empty(budget: int | None) -> str:
    if budget is None:
        return "there is nothing to map: see `foreword index` for what was left out"
    return f"no file fits into a map of {budget:,} tokens: give --budget more"
