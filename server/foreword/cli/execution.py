"""Running a command of the table: its workspace, whom to ask before money is spent, what it tells, its result, and the exit code."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foreword.api.command import Body, Command, Result
from foreword.api.parameters import parameters_of, settings_of
from foreword.api.printed import Line
from foreword.api.workspace import Workspace
from foreword.assist.session.ports import TRUSTED, Consent, agree
from foreword.assist.session.session import Session, open_session
from foreword.cli.parser import add_json, add_parameters, add_workspace, parser_of, read_parameters
from foreword.cli.plain_text import columns, is_yes, print_blocks, print_json, print_notice, show_problems
from foreword.cli.process import collect_rarely, interruptible, run_cancellable, run_without_loop
from foreword.core.errors import UsageError

if TYPE_CHECKING:
    from foreword.api.workspace import Event
    from foreword.cli.live import LiveOutput
    from foreword.index.build.parse_jobs import Progress


def consent_of(*, yes: bool) -> Consent:
    """How to ask the user of a command line, who may have said yes beforehand."""
    return agree if yes else _ask


async def _ask(question: str) -> bool:
    """Ask on standard error, so that standard output stays for results; no answer means no.

    The first line of a batch is no answer: without a terminal nobody is asked.
    """
    # None: a process without a console has no such stream.
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print_notice(f"foreword: {question} [y/N] ")
    answer = await interruptible(sys.stdin.readline)
    return is_yes(answer)


AnyBody = Body[Any, Any]


def execute(command: Command, body: AnyBody, argv: Sequence[str]) -> int:
    """Run a command with its part of the command line; gives the exit code.

    Raises:
        ForewordError: it can't be done; the message says why.
    """
    parser = parser_of(command)
    add_parameters(parser, body.parameters)
    add_workspace(parser)
    add_json(parser)
    arguments = parser.parse_args(argv)
    given = read_parameters(body.parameters, arguments)
    collect_rarely()
    with _workspace(arguments.workspace, given) as workspace:
        with _live_events(workspace, body, arguments):
            run = run_cancellable if body.waits else run_without_loop
            result = run(body.call(workspace, given))
        result = _write_files(body, arguments, result)
        if not arguments.json:
            print_blocks(body.show(result, given, columns()))
        elif body.show_part is None:
            print_json(result.to_json())
        return body.code(result)


@contextmanager
def _live_events(workspace: Workspace, body: AnyBody, arguments: argparse.Namespace) -> Iterator[None]:
    """Show what a command tells while it runs; nothing is made ready for one that tells nothing."""
    shown: list[LiveOutput] = []

    def show(event: Event) -> None:
        if not shown:
            from foreword.cli.live import LiveOutput  # noqa: PLC0415 - most commands tell their result alone

            root = Path(arguments.workspace).resolve()
            shown.append(LiveOutput(body.show_part, as_json=arguments.json, root=root))
        shown[0].event(event)

    workspace.emit = show
    try:
        yield
    finally:
        # The spinner and the live text leave the terminal before an error is printed.
        for one in shown:
            one.close()


@contextmanager
def _workspace(folder: str, given: object) -> Iterator[Workspace]:
    """The workspace of a command line, opened when the command first needs it; its problems are told at the end."""
    with ExitStack() as stack:
        progress = stack.enter_context(_index_progress())

        def open_it() -> Session:
            session = stack.enter_context(open_session(folder, settings_of(given), on_progress=progress))
            session.trust = TRUSTED  # who types a command into a shell in a folder trusts it
            session.consent = consent_of(yes=getattr(given, "yes", False))
            # `--yes` is a word about money alone.
            session.disclose = consent_of(yes=False)
            return session

        workspace = Workspace(folder, os.environ, time.time, open_it, run=interruptible, is_typed=True)
        try:
            yield workspace
        finally:
            workspace.end_telemetry()
            show_problems(workspace.problems)


@contextmanager
def _index_progress() -> Iterator[Progress | None]:
    """A progress bar, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from foreword.cli.terminal import index_progress  # noqa: PLC0415 - rich takes longer to import than a look-up

    with index_progress() as progress:
        yield progress


def _write_files(body: AnyBody, arguments: argparse.Namespace, result: Result) -> Result:
    """Write the parts of a result that go into files, and leave them out of it."""
    for parameter in parameters_of(body.parameters):
        name = getattr(arguments, parameter.name, None)
        if parameter.flag.source == "output" and name is not None:
            _write(name, getattr(result, parameter.name))
            result = replace(result, **{parameter.name: None})  # type: ignore[type-var]  # results are dataclasses
    return result


def _write(name: str, text: str) -> None:
    """Write a file, and say where it is.

    Raises:
        UsageError: it can't be written.
    """
    path = Path(name)
    try:
        # What is there is replaced at once: a collector may be reading it. A pipe or a device is written to.
        at_once = path.is_file() and not path.is_symlink() and os.access(path.parent, os.W_OK)
        place = path.with_name(f".{path.name}.new") if at_once else path
        # newline: a page or a trace has the same bytes on every system.
        place.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        place.replace(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"can't write {name!r} ({error}): choose another file") from error
    print_blocks([Line(f"written: {path.absolute()}", is_notice=True)])
