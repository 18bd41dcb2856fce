"""Run a trace through policies, with a virtual clock and a simulated cache, and compare what they cost.

A trace has one JSON object a line, oldest first:
  {"t": seconds, "event": "ask"|"edit"|"focus"|"blur"|"sleep"|"wake", "tokens"?, "path"?, "kind"?}
Without one, --synthetic makes days of work up. Nothing is sent to anybody.

Policies: none, rebuild, stale (never told of a change), delta-5m, delta-1h, pings-N (a ping each N minutes),
foreword (what the server does), optimum (what nobody can beat).
With --developers they share the base of the day; one more row says what it costs if everybody has their own.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from foreword.assist.question.receipt import dollars
from foreword.assist.session.settings_files import read_settings
from foreword.cli.arguments import add_json, whole_number
from foreword.cli.terminal import notices, output, print_json, show_problems
from foreword.core.errors import UsageError
from foreword.model.catalog.catalog import Catalog, load_catalog
from foreword.replay.replay_report import Order, find_models, replay_json, run_order, synthetic_trace
from foreword.replay.synthetic import LAWS
from foreword.replay.trace import Event, read_trace
from foreword.replay.trace_run import BASE_TOKENS, TURN_TOKENS, Outcome, Sizes
from foreword.storage.directories import find_places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument("trace", nargs="?", metavar="TRACE", help="a file, or - for standard input")
    parser.add_argument("--synthetic", type=int, metavar="SEED", help="make days up instead")
    parser.add_argument("--law", choices=LAWS, help="how questions come (default: lognormal)")
    parser.add_argument("--days", type=whole_number, metavar="N", help="so many days (default: 60)")
    parser.add_argument("--asks", type=whole_number, metavar="N", help="questions a day (default: 45)")
    parser.add_argument(
        "--developers", type=whole_number, metavar="N", help="people who share the base (default: 1)"
    )
    parser.add_argument(
        "--base", type=whole_number, default=BASE_TOKENS, metavar="TOKENS", help="the base (default: 80000)"
    )
    parser.add_argument(
        "--turn", type=whole_number, default=TURN_TOKENS, metavar="TOKENS", help="a turn (default: 2500)"
    )
    parser.add_argument(
        "--warm-day",
        type=_amount,
        metavar="DOLLARS",
        help="budget for warming, a day (default: four writes of the base)",
    )
    parser.add_argument(
        "--model", action="append", default=[], metavar="ID", help="whose prices (may be given several times)"
    )
    parser.add_argument(
        "--policy", action="append", default=[], metavar="NAME", help="what to compare (several times)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    order = Order(
        _events(arguments),
        Sizes(arguments.base, arguments.turn),
        tuple(arguments.policy),
        arguments.developers or 1,
        arguments.warm_day,
    )
    models, problems = find_models(_catalog(), arguments.model)
    show_problems(problems)
    for model in models:
        with notices().status(f"Replaying with the prices of {model.id} ..."):
            outcomes = tuple(run_order(order, model))
        if arguments.json:
            print_json(replay_json(model, outcomes))
        else:
            output().print(_table(model.id, outcomes))
    return 0


def _events(arguments: argparse.Namespace) -> Sequence[Event]:
    made = {key: getattr(arguments, key) for key in ("law", "days", "asks", "developers")}
    if arguments.synthetic is not None and arguments.trace is None:
        law = made["law"] or LAWS[0]
        developers = made["developers"] or 1
        return synthetic_trace(arguments.synthetic, law, made["days"], made["asks"], developers)
    if arguments.trace is None or arguments.synthetic is not None:
        raise UsageError("give either a TRACE or --synthetic SEED")
    unused = next((key for key, value in made.items() if value is not None), None)
    if unused is not None:
        raise UsageError(f"--{unused} is for --synthetic; a trace says itself when what happens")
    return read_trace(_lines(arguments.trace))


def _lines(name: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"the trace {name} can't be read: {error.strerror}") from error
    return data.decode("utf-8-sig", "replace").split("\n")


def _catalog() -> Catalog:
    """The shipped models, and the user's own on top."""
    settings, wrong = read_settings(Path.cwd(), find_places(os.environ).config, os.environ, {})
    override = Path(settings.model_catalog).expanduser() if settings.model_catalog else None
    catalog, problems = load_catalog(override)
    show_problems((*wrong, *problems))
    return catalog


def _table(model_id: str, outcomes: Sequence[Outcome]) -> Table:
    table = Table(model_id, "input cost", "saved", "hits", "misses", "writes", "pings", box=None)
    for found in outcomes:
        counts = (found.hits, found.misses, found.writes, found.pings)
        shown = (f"{count:,}" for count in counts)
        table.add_row(found.policy, dollars(found.cost), f"{found.saved_percent:.1f} %", *shown)
    return table


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of dollars")
    return amount
