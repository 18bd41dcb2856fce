"""Index the workspace and say what is in it."""

from __future__ import annotations

import argparse
from collections import Counter

from rich.table import Table

from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, take_snapshot
from foreword.assist.usage.reports import index_json, read_as_text
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import output, print_json
from foreword.cli.workspace import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with workspace_of(arguments) as session:
        saved = take_snapshot(session)
    if arguments.json:
        print_json(index_json(saved))
    else:
        _show(saved)
    return 0


def _show(saved: WorkspaceSnapshot) -> None:
    console, report = output(), saved.report
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
    for path, reason in read_as_text(saved):
        console.print(f"read as text, without definitions: {path} ({reason})")
