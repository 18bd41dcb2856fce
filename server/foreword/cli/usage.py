"""Show what was spent and what the cache saved, write premiums and warm-ups included."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from foreword.assist.accounts.ledger import Ledger, Total
from foreword.assist.question.receipt import dollars
from foreword.assist.usage.periods import SECONDS_A_DAY, sum_totals
from foreword.assist.usage.reports import usage_json, usage_totals
from foreword.assist.usage.usage_page import usage_page
from foreword.cli.arguments import add_json, add_workspace, whole_number
from foreword.cli.terminal import notices, output, print_json, show_problems
from foreword.core.errors import UsageError
from foreword.prefix.prefix_store import PrefixStore
from foreword.replay.ledger_trace import trace_lines
from foreword.storage.directories import Directories, find_places
from foreword.workspace.files.disk import open_root

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
    parser.add_argument(
        "--html", metavar="FILE", help="write a page with charts and the prefix of the workspace instead"
    )
    parser.add_argument(
        "--export-trace", metavar="FILE", help="write sizes and times for `foreword replay` instead; no text"
    )
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    places, now = find_places(os.environ), time.time()
    with Ledger(places.ledger) as ledger:
        show_problems(ledger.problems)
        if arguments.html:
            _write(arguments.html, [_page(places, ledger, arguments, now)])
        if arguments.export_trace:
            lines = trace_lines(ledger, now - arguments.days * SECONDS_A_DAY)
            _write(arguments.export_trace, (f"{line}\n" for line in lines))
        if arguments.json or not (arguments.html or arguments.export_trace):
            _show(arguments, usage_totals(ledger, arguments.by, arguments.days, now))
    return 0


def _show(arguments: argparse.Namespace, totals: tuple[Total, ...]) -> None:
    if arguments.json:
        print_json(usage_json(arguments.by, totals))
    elif totals:
        console = output()
        console.print(_table(arguments.by, totals, console.width))
    else:
        output().print('nothing was asked yet: try `foreword ask "what does this project do?"`')


def _page(places: Directories, ledger: Ledger, arguments: argparse.Namespace, now: float) -> str:
    with PrefixStore(places.prefixes) as prefixes:
        show_problems(prefixes.problems)
        root = open_root(arguments.workspace)
        return usage_page(ledger, prefixes, root, by=arguments.by, days=arguments.days, now=now)


def _write(name: str, pieces: Iterable[str]) -> None:
    """Write a file, and say where it is.

    Raises:
        UsageError: it can't be written.
    """
    path = Path(name)
    try:
        with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(pieces)
    except (OSError, ValueError) as error:
        raise UsageError(f"can't write {name!r} ({error}): choose another file") from error
    notices().print(f"written: {path.absolute()}", markup=False)


def _table(by: str, totals: tuple[Total, ...], columns: int) -> Table:
    """One row for each total, and one for all; where there are few columns, without the kinds of tokens."""
    kinds = ("fresh", "written", "read", "output") if columns >= WIDE else ()
    table = Table(by, "requests", *kinds, "cost", "without cache", "saved", box=None)
    for total in (*totals, *(sum_totals(totals) if len(totals) > 1 else ())):
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
