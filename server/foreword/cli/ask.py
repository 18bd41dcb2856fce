"""Answer a question about the repository.

QUESTION `-` reads it from standard input. Without an API key the answer comes from the index alone.
"""

from __future__ import annotations

import argparse
from contextlib import aclosing

from foreword.assist.answering.ask import ask, prepare_now
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import Pointer, parse_pointer
from foreword.assist.question.receipt import receipt_line
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import request_json
from foreword.cli.arguments import add_budget, add_json, add_model, add_question, add_workspace
from foreword.cli.consent import add_consent
from foreword.cli.live import LiveText
from foreword.cli.signals import interruptible, run_cancellable
from foreword.cli.terminal import notices, print_json, read_words
from foreword.cli.workspace import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_question(parser, "question", "the question")
    add_workspace(parser)
    add_model(parser)
    add_budget(parser)
    add_consent(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    question = read_words(arguments.question, "question")
    pointers = [parse_pointer(path) for path in arguments.path]
    with workspace_of(arguments) as session:
        if arguments.dry_run:
            return _dry_run(session, question, pointers, use_cache=not arguments.no_cache)
        run_cancellable(_stream(session, question, pointers, arguments))
    return 0


async def _stream(
    session: Session, question: str, pointers: list[Pointer], arguments: argparse.Namespace
) -> None:
    live = LiveText(quiet=arguments.json)
    try:
        events = ask(session, question, pointers, use_cache=not arguments.no_cache, run=interruptible)
        async with aclosing(events):
            async for event in events:
                live.event(event)
                if isinstance(event, Answer):
                    live.close()
                    _end(event, as_json=arguments.json)
    finally:
        live.close()


def _dry_run(session: Session, question: str, pointers: list[Pointer], *, use_cache: bool) -> int:
    prepared = prepare_now(session, question, pointers, use_cache=use_cache, keep=False)
    print_json(request_json(session, prepared))
    return 0


def _end(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.to_json())
        return
    console = notices()
    if answer.note:
        console.print(f"foreword: {answer.note}", style="yellow", markup=False)
    console.print(receipt_line(answer), style="dim", markup=False)
