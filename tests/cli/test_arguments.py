from __future__ import annotations

import argparse

import pytest

from foreword.cli.arguments import (
    Parser,
    add_budget,
    add_json,
    add_model,
    add_workspace,
    flags_of,
    whole_number,
)
from foreword.core.errors import UsageError


@pytest.fixture
def parser() -> Parser:
    made = Parser(prog="foreword ask")
    made.add_argument("question")
    for add in (add_workspace, add_json, add_model, add_budget):
        add(made)
    return made


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["why", "--jsno"], "unrecognized arguments: --jsno; did you mean --json?"),
        (["why", "--workspce", "x"], "unrecognized arguments: --workspce x; did you mean --workspace?"),
        (["why", "--zzz"], "unrecognized arguments: --zzz; see `foreword ask --help`"),
        ([], "the following arguments are required: question; see `foreword ask --help`"),
        (["why", "--model"], "argument --model: expected one argument; see `foreword ask --help`"),
        (
            ["why", "--budget", "x"],
            "argument --budget: 'x' is no positive whole number; see `foreword ask --help`",
        ),
        (
            ["why", "--budget", "-5"],
            "argument --budget: '-5' is no positive whole number; see `foreword ask --help`",
        ),
    ],
)
def test_an_error_is_one_line_with_the_nearest_flag(parser: Parser, argv: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parser.parse_args(argv)
    assert message == str(caught.value)


def test_an_unknown_provider_is_refused_with_those_there_are(parser: Parser) -> None:
    with pytest.raises(UsageError, match=r"invalid choice: 'openai'.*offline"):
        parser.parse_args(["why", "--provider", "openai"])


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("60_000", 60_000), ("007", 7)])
def test_a_whole_number_may_have_underscores(text: str, expected: int) -> None:
    assert expected == whole_number(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e3", "many", "9" * 5_000])
def test_what_is_no_positive_whole_number_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        whole_number(text)


def test_only_flags_that_were_given_become_options(parser: Parser) -> None:
    assert {} == flags_of(parser.parse_args(["why"]))
    given = parser.parse_args(["why", "--model", "m", "--provider", "offline", "--budget", "9_000"])
    assert {"model": "m", "provider": "offline", "context.budget": 9_000} == flags_of(given)
