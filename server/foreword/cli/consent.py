"""Asking before money is spent: on a terminal a question, without one a refusal unless `--yes` was given."""

from __future__ import annotations

import argparse
import sys

from foreword.assist.session.ports import Consent, agree
from foreword.cli.plain_text import print_notice
from foreword.cli.signals import interruptible

YES = frozenset({"y", "yes"})


def add_consent(parser: argparse.ArgumentParser) -> None:
    """The flag that says yes beforehand."""
    parser.add_argument("--yes", action="store_true", help="go on where limits.confirm would ask")


def consent_of(arguments: argparse.Namespace) -> Consent:
    """How to ask the user of this command line."""
    return agree if arguments.yes else _ask


async def _ask(question: str) -> bool:
    """Ask on standard error, so that standard output stays for results; no answer means no.

    The first line of a batch is no answer: without a terminal nobody is asked.
    """
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print_notice(f"foreword: {question} [y/N] ")
    answer = await interruptible(sys.stdin.readline)
    return answer.strip().lower() in YES
