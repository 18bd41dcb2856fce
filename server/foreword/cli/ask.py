"""Answer a question about the repository.

QUESTION `-` reads it from standard input. Without an API key the answer comes from the index alone.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import aclosing

from foreword.assist.answer import Answer
from foreword.assist.answering import AnswerEvent, ToolsUsed
from foreword.assist.asking import ask
from foreword.assist.forecast import request_json
from foreword.assist.pointing import Pointer, parse_pointer
from foreword.assist.preparing import prepare
from foreword.assist.providers import tools_style
from foreword.assist.saved import look
from foreword.assist.session import Session, open_session
from foreword.cli.arguments import add_budget, add_json, add_model, add_workspace, flags_of
from foreword.cli.receipt import receipt_line
from foreword.cli.streaming import MarkdownStream
from foreword.cli.terminal import index_progress, notices, output, print_json, show_problems
from foreword.core.errors import UsageError
from foreword.core.reply import TextDelta, ThinkingDelta, ToolCallStarted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    parser.add_argument("question", metavar="QUESTION", help="the question, or - for standard input")
    add_workspace(parser)
    parser.add_argument(
        "-p", "--path", action="append", default=[], metavar="FILE[:LINE[-LINE]]",
        help="a file or lines that the question is about (may be given several times)",
    )  # fmt: skip
    add_model(parser)
    add_budget(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="send nothing; print the exact request as JSON"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    question = _read_stdin() if arguments.question == "-" else arguments.question
    if not question.strip():
        raise UsageError("the question is empty: give it in quotes, or - to read it from standard input")
    pointers = [parse_pointer(path) for path in arguments.path]
    with (
        index_progress() as progress,
        open_session(arguments.workspace, flags_of(arguments), on_progress=progress) as session,
    ):
        if arguments.dry_run:
            return _dry_run(session, question, pointers, use_cache=not arguments.no_cache)
        events = _Shown(as_json=arguments.json)
        try:
            asyncio.run(_stream(session, question, pointers, events, use_cache=not arguments.no_cache))
        finally:
            events.close()
            show_problems(session.problems)
    return 0


async def _stream(
    session: Session, question: str, pointers: list[Pointer], shown: _Shown, *, use_cache: bool
) -> None:
    async with aclosing(ask(session, question, pointers, use_cache=use_cache)) as events:
        async for event in events:
            shown.event(event)


def _dry_run(session: Session, question: str, pointers: list[Pointer], *, use_cache: bool) -> int:
    prepared = prepare(
        session,
        look(session),
        question,
        pointers,
        use_cache=use_cache,
        keep=False,
        tools_style=tools_style(session),
    )
    print_json(request_json(session, prepared))
    show_problems(session.problems)
    return 0


class _Shown:
    """Shows events as they come: markdown on a terminal, plain text into a pipe, one object at the end as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._markdown = MarkdownStream(output()) if sys.stdout.isatty() and not as_json else None

    def event(self, event: AnswerEvent) -> None:
        match event:
            case TextDelta(text) if not self._as_json:
                self._text(text)
            case ToolsUsed(names) if self._markdown is not None:
                self._markdown.status(f"({', '.join(names)})")
            case ToolCallStarted(name) if self._markdown is not None:
                self._markdown.status(f"({name} ...)")
            case ThinkingDelta() if self._markdown is not None:
                self._markdown.status("(thinking ...)")
            case Answer():
                self._end(event)
            case _:
                pass

    def close(self) -> None:
        if self._markdown is not None:
            self._markdown.close()
            self._markdown = None

    def _text(self, text: str) -> None:
        if self._markdown is not None:
            self._markdown.feed(text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _end(self, answer: Answer) -> None:
        if self._as_json:
            print_json(answer.to_json())
            return
        self.close()
        if not sys.stdout.isatty() and not answer.text.endswith("\n"):
            sys.stdout.write("\n")
            sys.stdout.flush()
        console = notices()
        if answer.note:
            console.print(f"foreword: {answer.note}", style="yellow", markup=False)
        console.print(receipt_line(answer), style="dim", markup=False)


def _read_stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")
