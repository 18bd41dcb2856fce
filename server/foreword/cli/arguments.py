"""The command line's grammar: a parser whose errors are one line that says what to do next."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping
from typing import NoReturn

from foreword.core.errors import UsageError
from foreword.core.settings import PROVIDERS


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` with the nearest flag instead of printing its usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        nearest = difflib.get_close_matches(unknown, self._option_string_actions, n=1, cutoff=0.5)
        hint = (
            f"did you mean {nearest[0]}?" if nearest and message != unknown else f"see `{self.prog} --help`"
        )
        raise UsageError(f"{message}; {hint}")


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """The flag that every command with a workspace has."""
    parser.add_argument(
        "-w", "--workspace", default=".", metavar="DIR", help="the folder to work in (default: here)"
    )


def add_question(parser: argparse.ArgumentParser, name: str, meaning: str) -> None:
    """What is asked or ordered, the places that it is about, and the look at the request before it is sent."""
    parser.add_argument(name, metavar=name.upper(), help=f"{meaning}, or - for standard input")
    add_paths(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="send nothing; print the exact request as JSON"
    )


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The places that a question is about."""
    parser.add_argument(
        "-p",
        "--path",
        action="append",
        default=[],
        metavar="FILE[:LINE[-LINE]]",
        help="a file or lines that it is about (may be given several times)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """The flag for scripts."""
    parser.add_argument(
        "--json", action="store_true", help="print JSON for scripts instead of text for people"
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """The flags of commands that may ask a model."""
    parser.add_argument("--model", metavar="ID", help="the model to ask")
    parser.add_argument("--provider", choices=PROVIDERS, help="who answers")
    parser.add_argument("--no-cache", action="store_true", help="send no cache marks")


def add_budget(parser: argparse.ArgumentParser) -> None:
    """The flag for the size of the base."""
    parser.add_argument(
        "--budget", type=whole_number, metavar="TOKENS", help="tokens of the base (context.budget)"
    )


def whole_number(text: str) -> int:
    """A positive whole number, underscores allowed."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive whole number")
    return number


def flags_of(arguments: argparse.Namespace) -> Mapping[str, object]:
    """The settings that the flags of a command line give."""
    given = {
        "model": getattr(arguments, "model", None),
        "provider": getattr(arguments, "provider", None),
        "context.budget": getattr(arguments, "budget", None),
    }
    return {key: value for key, value in given.items() if value is not None}
