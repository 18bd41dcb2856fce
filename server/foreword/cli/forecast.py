"""Say what a question will probably cost, before it is asked: tokens, the chance of a hit, money, and what is cheaper.

Nothing is sent. Without QUESTION the forecast is for a short one.
"""

from __future__ import annotations

import argparse
from typing import Any

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.pointers import parse_pointer
from foreword.assist.question.receipt import dollars
from foreword.assist.spending.advice import forecast_json
from foreword.cli.arguments import add_budget, add_json, add_model, add_paths, add_workspace
from foreword.cli.terminal import output, print_json, read_words
from foreword.cli.workspace import workspace_of

ANY_QUESTION = "What is this?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument(
        "question",
        nargs="?",
        metavar="QUESTION",
        default=ANY_QUESTION,
        help="the question, or - for standard input",
    )
    add_paths(parser)
    add_workspace(parser)
    add_model(parser)
    add_budget(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    question = read_words(arguments.question, "question")
    pointers = [parse_pointer(path) for path in arguments.path]
    with workspace_of(arguments) as session:
        use_cache = not arguments.no_cache
        prepared = prepare_now(session, question, pointers, use_cache=use_cache, keep=False)
        seen = forecast_json(session, prepared)
    if arguments.json:
        print_json(seen)
    else:
        _show(seen)
    return 0


def _show(seen: dict[str, Any]) -> None:
    console, tokens, money = output(), seen["tokens"], seen["cost"]
    simulated = ", simulated" if seen["simulated"] else ""
    console.print(f"{seen['provider']} · {seen['model']}{simulated}", markup=False)
    console.print(
        f"prompt   about {tokens['prompt']:,} tokens: {tokens['read']:,} read, {tokens['written']:,} written, "
        f"{tokens['fresh']:,} fresh",
        markup=False,
    )
    output_tokens = tokens["output"]
    console.print(
        f"answer   {output_tokens['low']:,} to {output_tokens['high']:,} tokens as a rule", markup=False
    )
    console.print(f"hit      {seen['probability']:.0%}", markup=False)
    console.print(
        f"cost     {dollars(money['low'])} to {dollars(money['high'])}, at most {dollars(money['max'])} for one "
        f"request; without a cache the prompt alone is {dollars(money['withoutCache'])}",
        markup=False,
    )
    for sentence in seen["advice"]:
        console.print(f"  - {sentence}", markup=False)
