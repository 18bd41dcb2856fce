"""Show what the model knows of the repository: layers, files, tokens, and what was left out.

With --pin or --unpin it changes which files stand in the base in full (`context.pins` in .foreword.toml).
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from rich.table import Table

from foreword.assist.answering.ask import prepare_now
from foreword.assist.answering.pin_files import LOOK_QUESTION, PinChange, change_pins
from foreword.assist.question.context_view import context_json
from foreword.assist.session.session import Session
from foreword.cli.arguments import add_budget, add_json, add_model, add_workspace
from foreword.cli.terminal import output, print_json
from foreword.cli.workspace import workspace_of
from foreword.model.messages_api.retry_policy import spell

BAR_CELLS = 40
MIN_BAR_CELLS = 4
OTHER_CELLS = 77
"""What the other columns of the table of layers take."""
SHOWN_FILES = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    add_model(parser)
    add_budget(parser)
    parser.add_argument("--files", action="store_true", help="list every file, not the largest only")
    parser.add_argument(
        "--pin",
        action="extend",
        nargs="+",
        default=[],
        metavar="PATH",
        help="show these files in full from now on",
    )
    parser.add_argument(
        "--unpin",
        action="extend",
        nargs="+",
        default=[],
        metavar="PATH",
        help="leave these to the ranking again",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    with workspace_of(arguments) as session:
        context, now = _context(session, arguments), session.clock()
    if arguments.json:
        print_json(context)
    elif "change" in context:
        _show_change(context)
    else:
        _show(context, now, every_file=arguments.files)
    return 0


def _context(session: Session, arguments: argparse.Namespace) -> dict[str, Any]:
    use_cache = not arguments.no_cache
    if arguments.pin or arguments.unpin:
        return change_pins(session, PinChange(arguments.pin, arguments.unpin), use_cache=use_cache)
    return context_json(session, prepare_now(session, LOOK_QUESTION, use_cache=use_cache, keep=False))


def _show_change(context: dict[str, Any]) -> None:
    console, change = output(), context["change"]
    for verb in ("pinned", "unpinned"):
        for path in change[verb]:
            console.print(f"{verb}: {path}", markup=False)
    if not (change["pinned"] or change["unpinned"]):
        console.print("pinned already: nothing was changed")
    console.print(change["message"])
    _show_not_pinned(context)


def _show_not_pinned(context: dict[str, Any]) -> None:
    console, missing = output(), context["notPinned"]
    for one in missing[:SHOWN_FILES]:
        console.print(f"pinned, but not shown in full: {one['path']} ({one['reason']})", markup=False)
    if len(missing) > SHOWN_FILES:
        console.print(f"pinned, but not shown in full: {len(missing) - SHOWN_FILES:,} more (see --json)")


def _show(context: dict[str, Any], now: float, *, every_file: bool) -> None:
    console, anchor = output(), context["anchor"]
    whole = ", the whole repository" if context["whole"] else ""
    console.print(f"anchor: {anchor['kind']} {anchor.get('commit', anchor['digest'])[:12]}{whole}")
    console.print(_layers(context, max(MIN_BAR_CELLS, min(BAR_CELLS, console.width - OTHER_CELLS)), now))
    for layer in context["layers"]:
        if layer["files"]:
            console.print(_files(layer, every_file=every_file))
    reasons = Counter(left["reason"] for left in context["leftOut"])
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    _show_not_pinned(context)
    console.print(f"left out: {left_out or 'nothing'}")
    if context["notShown"]:
        console.print(f"in the index only (found by search and tools): {context['notShown']:,} files")
    if context["tokens"] < context["minimum"]:
        console.print(
            f"the prefix is under the {context['minimum']:,} tokens that the model caches: "
            "every question pays its full price",
            style="yellow",
        )


def _layers(context: dict[str, Any], bar_cells: int, now: float) -> Table:
    table = Table("layer", "tokens", "", "blocks", "cached for", "cache", "digest", box=None)
    largest = max(layer["tokens"] for layer in context["layers"]) or 1
    for layer in context["layers"]:
        bar = "█" * max(1, round(bar_cells * layer["tokens"] / largest)) if layer["tokens"] else ""
        kept, warmth = layer["breakpoint"] or "-", _warmth(layer, now)
        tokens, digest = f"{layer['tokens']:,}", layer["digest"][:12]
        table.add_row(layer["name"], tokens, bar, str(layer["blocks"]), kept, warmth, digest)
    table.add_row("total", f"{context['tokens']:,}", f"of {context['budget']:,} for the base", "", "", "", "")
    return table


def _warmth(layer: dict[str, Any], now: float) -> str:
    if layer["warmUntil"] is not None:
        return f"warm {spell(max(layer['warmUntil'] - now, 0))}"
    return "-" if layer["warm"] is None else "cold"


def _files(layer: dict[str, Any], *, every_file: bool) -> Table:
    table = Table("tokens", "form", layer["name"], box=None)
    ordered = sorted(layer["files"], key=lambda file: (-file["tokens"], file["path"]))
    for file in ordered if every_file else ordered[:SHOWN_FILES]:
        form = f"{file['form']}, pinned" if file["pinned"] else file["form"]
        table.add_row(f"{file['tokens']:,}", form, file["path"])
    rest = 0 if every_file else len(ordered) - SHOWN_FILES
    if rest > 0:
        table.add_row("", "", f"... {rest:,} more (--files)")
    return table
