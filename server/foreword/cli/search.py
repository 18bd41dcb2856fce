"""Find the code that matches a query, best first."""

from __future__ import annotations

import argparse

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.usage.reports import excerpts_json, find_code
from foreword.cli.arguments import add_json, add_workspace, whole_number
from foreword.cli.terminal import notices, output, print_json
from foreword.cli.workspace import workspace_of
from foreword.core.excerpt import Excerpt

SHOWN_LINES = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument("query", metavar="QUERY", help="words, identifiers, a path, a pasted error")
    add_workspace(parser)
    parser.add_argument(
        "--limit", type=whole_number, default=10, metavar="N", help="at most so many (default: 10)"
    )
    parser.add_argument(
        "--budget",
        dest="excerpts_budget",
        type=whole_number,
        metavar="TOKENS",
        help="at most so many tokens of excerpts",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with workspace_of(arguments) as session:
        found = find_code(take_snapshot(session), arguments.query, arguments.limit, arguments.excerpts_budget)
    if arguments.json:
        print_json(excerpts_json(found))
        return 0
    for excerpt in found:
        _show(excerpt)
    if not found:
        notices().print("nothing found: try other words, or the name of a symbol")
    return 0


def _show(excerpt: Excerpt) -> None:
    console = output()
    symbol = f" {excerpt.symbol}" if excerpt.symbol else ""
    console.print(
        f"{excerpt.path}:{excerpt.start_line}-{excerpt.end_line}{symbol}", style="bold", markup=False
    )
    lines = excerpt.text.split("\n")
    n_shown = SHOWN_LINES if len(lines) > SHOWN_LINES + 1 else len(lines)
    for number, line in enumerate(lines[:n_shown], excerpt.start_line):
        console.print(f"{number:6} {line}", markup=False)
    if len(lines) > n_shown:
        console.print(f"       ... {len(lines) - n_shown} more lines", style="dim")
    console.print()
