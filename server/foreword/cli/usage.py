"""Show what was spent and what the cache saved, write premiums included."""

from __future__ import annotations

import argparse
import os
import time

from rich.table import Table

from foreword.assist.ledger import Ledger, Total
from foreword.assist.receipt import dollars
from foreword.assist.reports import usage_json, usage_totals
from foreword.cli.arguments import add_json, whole_number
from foreword.cli.terminal import output, print_json, show_problems
from foreword.storage.places import find_places

WIDE = 110
"""Columns of a terminal that the whole table needs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument(
        "--by", choices=("day", "model", "kind", "workspace"), default="day", help="one row for each"
    )
    parser.add_argument(
        "--days", type=whole_number, default=30, metavar="N", help="how far back (default: 30)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with Ledger(find_places(os.environ).ledger) as ledger:
        totals = usage_totals(ledger, arguments.by, arguments.days, time.time())
        show_problems(ledger.problems)
    if arguments.json:
        print_json(usage_json(arguments.by, totals))
    elif totals:
        console = output()
        console.print(_table(arguments.by, totals, console.width))
    else:
        output().print('nothing was asked yet: try `foreword ask "what does this project do?"`')
    return 0


def _table(by: str, totals: tuple[Total, ...], columns: int) -> Table:
    """One row for each total; where there are few columns, without the kinds of tokens."""
    kinds = ("fresh", "written", "read", "output") if columns >= WIDE else ()
    table = Table(by, "requests", *kinds, "cost", "without cache", "saved", box=None)
    for total in totals:
        label = f"{total.group} (simulated)" if total.simulated else total.group
        counts = (total.n_requests, *(getattr(total.usage, kind) for kind in kinds))
        saved = f"{dollars(total.saved)} ({_percent(total)})"
        table.add_row(
            label,
            *(f"{count:,}" for count in counts),
            dollars(total.cost),
            dollars(total.without_cache),
            saved,
        )
    return table


def _percent(total: Total) -> str:
    return f"{100 * total.saved / total.without_cache:.0f} %" if total.without_cache else "0 %"
