"""Explain what the cache did with a request, what it cost, and what to do."""

from __future__ import annotations

import argparse
import os

from foreword.assist.accounts.ledger import Ledger
from foreword.assist.spending.explain import explain
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import output, print_json, show_problems
from foreword.storage.directories import find_places
from foreword.workspace.files.disk import open_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument(
        "--request",
        default="",
        metavar="ID",
        help="the request to explain, by the beginning of its row id or message id (default: the last one)",
    )
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    root = open_root(arguments.workspace)
    with Ledger(find_places(os.environ).ledger) as ledger:
        explanation = explain(ledger, str(root), arguments.request)
        show_problems(ledger.problems)
    if arguments.json:
        print_json(explanation.to_json())
    else:
        for line in explanation.lines:
            output().print(line, markup=False)
    return 0
