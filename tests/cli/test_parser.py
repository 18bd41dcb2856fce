from __future__ import annotations

import argparse

import pytest

from foreword.api.commands.questions import AskParameters
from foreword.api.parameters import settings_of
from foreword.api.table import TYPED
from foreword.cli.parser import (
    Parser,
    add_json,
    add_parameters,
    add_workspace,
    parser_of,
    read_parameters,
    whole_number,
)
from foreword.core.errors import UsageError


@pytest.fixture
def parser() -> Parser:
    made = parser_of(TYPED["ask"])
    add_parameters(made, AskParameters)
    add_workspace(made)
    add_json(made)
    return made


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["why", "--jsno"], "unrecognized arguments: --jsno; did you mean --json?"),
        (["why", "--workspce", "x"], "unrecognized arguments: --workspce x; did you mean --workspace?"),
        (["why", "--zzz"], "unrecognized arguments: --zzz; see `foreword ask --help`"),
        ([], "the following arguments are required: QUESTION; see `foreword ask --help`"),
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


def test_only_flags_that_were_given_become_settings(parser: Parser) -> None:
    assert {} == settings_of(read_parameters(AskParameters, parser.parse_args(["why"])))
    flags = ["why", "--model", "m", "--provider", "offline", "--budget", "9_000"]
    given = read_parameters(AskParameters, parser.parse_args(flags))
    assert {"model": "m", "provider": "offline", "context.budget": 9_000} == settings_of(given)
