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


@pytest.mark.parametrize(
    ("argv", "question"),
    [
        (["why is it slow?"], "why is it slow?"),
        (["why", "is", "it", "slow?"], "why is it slow?"),
        (["--path", "a.py", "why", "is  it"], "why is  it"),
        (["why", "is", "it", "--json"], "why is it"),
        (["--", "--json", "is", "what?"], "--json is what?"),
    ],
)
def test_a_question_needs_no_quotes(parser: Parser, argv: list[str], question: str) -> None:
    assert question == read_parameters(AskParameters, parser.parse_args(argv)).question


def test_words_that_may_be_left_out_are(capsys: pytest.CaptureFixture[str]) -> None:
    made = parser_of(TYPED["forecast"])
    load = TYPED["forecast"].load
    assert load is not None
    kind = load().parameters
    add_parameters(made, kind)
    assert kind() == read_parameters(kind, made.parse_args([]))
    assert "How long?" == read_parameters(kind, made.parse_args(["How", "long?"])).question
    made.print_help()
    assert "[QUESTION ...]\n" in capsys.readouterr().out
