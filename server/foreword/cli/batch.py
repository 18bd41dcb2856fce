"""Answer many questions over one warm prefix.

Reads one {"id"?, "question", "path"?} a line from standard input and prints one answer object a line, as each
finishes. A bad line gets an error object; the rest goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from foreword.assist.answering.batch import run_batch
from foreword.assist.session.session import Session
from foreword.cli.arguments import add_budget, add_model, add_workspace, whole_number
from foreword.cli.consent import add_consent
from foreword.cli.signals import interruptible, run_cancellable
from foreword.cli.terminal import print_json
from foreword.cli.workspace import workspace_of
from foreword.core.errors import ForewordError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    add_model(parser)
    add_budget(parser)
    add_consent(parser)
    parser.add_argument(
        "--parallel", type=whole_number, metavar="N", help="requests under way at once (default: 4)"
    )
    parser.add_argument(
        "--json", action="store_true", help="accepted for symmetry: the output is always JSON"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit code is that of the first error, if all else went well it is 0."""
    with workspace_of(arguments) as session:
        parallel = arguments.parallel or session.settings.batch_parallel
        errors = run_cancellable(_run(session, parallel, use_cache=not arguments.no_cache))
    return errors[0].exit_code if errors else 0


async def _run(session: Session, parallel: int, *, use_cache: bool) -> tuple[ForewordError, ...]:
    async with aclosing(_stdin_lines()) as lines:
        return await run_batch(
            session, lines, print_json, parallel=parallel, use_cache=use_cache, run=interruptible
        )


async def _stdin_lines() -> AsyncGenerator[str, None]:
    """Lines of standard input as they come; a daemon thread reads, so that an interrupt need not wait for it."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[bytes]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: an interrupt was faster than the end of the input
            for line in sys.stdin.buffer:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, b"")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line.decode("utf-8", "replace")
