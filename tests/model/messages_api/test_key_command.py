from __future__ import annotations

import shlex
import sys

import pytest

from foreword.core.errors import ConfigError, CredentialsError
from foreword.model.messages_api.key_command import key_from


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


def test_the_first_line_that_the_command_prints_is_the_key() -> None:
    assert "sk-one two" == key_from(python("print(' sk-one two ')\nprint('more')"))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("raise SystemExit(3)", "failed with exit code 3"),
        ("print('sk-secret'); raise SystemExit(1)", "failed with exit code 1"),
        ("print()", "printed no key"),
        ("", "printed no key"),
    ],
)
def test_a_command_that_gives_no_key_is_told_without_what_it_printed(program: str, message: str) -> None:
    with pytest.raises(CredentialsError, match=message) as caught:
        key_from(python(program))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("command", ["/no/such/program --key", "'open", "", "   "])
def test_what_is_no_command_is_a_mistake_in_the_settings(command: str) -> None:
    with pytest.raises(ConfigError, match=r"model\.key_command can't be run"):
        key_from(command)


def test_nothing_goes_through_a_shell() -> None:
    assert "$HOME; echo no" == key_from(shlex.join([sys.executable, "-c", "print('$HOME; echo no')"]))
