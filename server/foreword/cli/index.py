"""Index the workspace and say what is in it."""

from __future__ import annotations

import argparse
from collections import Counter

from rich.table import Table

from foreword.assist.session.saved import look
from foreword.assist.session.session import open_session
from foreword.assist.usage.reports import index_json
from foreword.cli.arguments import add_json, add_workspace, flags_of
from foreword.cli.terminal import index_progress, output, print_json, show_problems
from foreword.index.build import BuildReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with (
        index_progress() as progress,
        open_session(arguments.workspace, flags_of(arguments), on_progress=progress) as session,
    ):
        report = look(session).report
        show_problems(session.problems)
    if arguments.json:
        print_json(index_json(report))
    else:
        _show(report)
    return 0


def _show(report: BuildReport) -> None:
    console = output()
    console.print(
        f"{report.files:,} files, {report.symbols:,} symbols, {report.references:,} references, "
        f"{report.bytes / 1e6:.1f} MB in {report.seconds:.1f} s ({report.parsed:,} parsed, {report.reused:,} known)"
    )
    table = Table("language", "files", box=None)
    for language, count in report.languages.items():
        table.add_row(language, f"{count:,}")
    console.print(table)
    reasons = Counter(left.reason for left in report.left_out)
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    console.print(f"left out: {left_out or 'nothing'}" + (" (see --json for the paths)" if reasons else ""))
