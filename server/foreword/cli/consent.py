"""Asking before money is spent: on a terminal a question, without one a refusal unless `--yes` was given."""

from __future__ import annotations

import sys

from foreword.assist.session.ports import Consent, agree
from foreword.cli.plain_text import print_notice
from foreword.cli.signals import interruptible

YES = frozenset({"y", "yes"})


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
    return answer.strip().lower() in YES
