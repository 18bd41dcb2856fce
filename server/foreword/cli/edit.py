"""Change the repository: the model proposes edits, which are shown as a diff; --apply writes them.

INSTRUCTION `-` reads it from standard input. Exit code 3: some edit failed or could not be applied, or is doubtful.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import aclosing

from rich.syntax import Syntax

from foreword.assist.answering.ask import prepare_now
from foreword.assist.edits.apply import Outcome, apply_proposal
from foreword.assist.edits.edit import Edited, edit
from foreword.assist.question.pointers import Pointer, parse_pointer
from foreword.assist.question.receipt import receipt_line
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import request_json
from foreword.cli.arguments import add_budget, add_json, add_model, add_question, add_workspace
from foreword.cli.consent import add_consent
from foreword.cli.live import LiveText
from foreword.cli.signals import interruptible, run_cancellable
from foreword.cli.terminal import notices, output, print_json, read_words, show_problems
from foreword.cli.workspace import workspace_of
from foreword.core.documents.text import displayable
from foreword.core.errors import EditError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_question(parser, "instruction", "what to change")
    add_workspace(parser)
    parser.add_argument("--apply", action="store_true", help="write the edits to disk")
    add_model(parser)
    add_budget(parser)
    add_consent(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    instruction = read_words(arguments.instruction, "instruction")
    pointers = [parse_pointer(path) for path in arguments.path]
    with workspace_of(arguments) as session:
        if arguments.dry_run:
            return _dry_run(session, instruction, pointers, use_cache=not arguments.no_cache)
        edited = run_cancellable(_stream(session, instruction, pointers, arguments))
        apply = arguments.apply and edited.is_complete
        outcomes = apply_proposal(session.root, edited.proposal) if apply else ()
    return _end(edited, outcomes, arguments)


async def _stream(
    session: Session, instruction: str, pointers: Sequence[Pointer], arguments: argparse.Namespace
) -> Edited:
    shown = LiveText(quiet=arguments.json)
    try:
        events = edit(session, instruction, pointers, use_cache=not arguments.no_cache, run=interruptible)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Edited):
                    return event
                shown.event(event)
    finally:
        shown.close()
    raise AssertionError("edit() ends with Edited or raises")


def _dry_run(session: Session, instruction: str, pointers: Sequence[Pointer], *, use_cache: bool) -> int:
    prepared = prepare_now(session, instruction, pointers, use_cache=use_cache, keep=False, kind="edit")
    print_json(request_json(session, prepared))
    return 0


def _end(edited: Edited, outcomes: Sequence[Outcome], arguments: argparse.Namespace) -> int:
    """Show what came of it; gives the exit code."""
    problems = (*edited.problems, *(problem for outcome in outcomes for problem in outcome.problems))
    if arguments.json:
        print_json(edited.to_json(outcomes))
    else:
        _show_diff(edited.proposal.diff)
        show_problems(problems)
        console = notices()
        console.print(_summary(edited, outcomes, apply=arguments.apply), markup=False)
        console.print(receipt_line(edited.answer), style="dim", markup=False)
    return EditError.exit_code if problems else 0


def _show_diff(diff: str) -> None:
    if not diff:
        return
    if sys.stdout.isatty():
        shown = diff.removesuffix("\n")
        output().print(
            Syntax(displayable(shown), "diff", theme="ansi_dark", background_color="default", word_wrap=True)
        )
    else:
        sys.stdout.write(diff)
        sys.stdout.flush()


def _summary(edited: Edited, outcomes: Sequence[Outcome], *, apply: bool) -> str:
    if not edited.proposal.files:
        return "foreword: no edit was proposed"
    if not apply:
        return "foreword: nothing was written; --apply writes such a change"
    if not edited.is_complete:
        return "foreword: nothing was written, since the proposal may be incomplete"
    n_written = sum(outcome.applied for outcome in outcomes)
    return f"foreword: {n_written} of {len(outcomes)} file{'s' * (len(outcomes) > 1)} written"
