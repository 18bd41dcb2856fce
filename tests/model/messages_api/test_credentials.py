from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from foreword.core.errors import ConfigError, CredentialsError
from foreword.model.messages_api.credentials import credential_source, has_credentials, is_loopback, key_from


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({}, None),
        ({"ANTHROPIC_API_KEY": ""}, None),
        ({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_AUTH_TOKEN": "t"}, "ANTHROPIC_API_KEY"),
        ({"ANTHROPIC_AUTH_TOKEN": "t"}, "ANTHROPIC_AUTH_TOKEN"),
        ({"ANTHROPIC_PROFILE": "work"}, "ANTHROPIC_PROFILE"),
        ({"ANTHROPIC_FEDERATION_RULE_ID": "r", "ANTHROPIC_ORGANIZATION_ID": "o"}, None),
        (
            {
                "ANTHROPIC_FEDERATION_RULE_ID": "r",
                "ANTHROPIC_ORGANIZATION_ID": "o",
                "ANTHROPIC_IDENTITY_TOKEN_FILE": "/t",
            },
            "ANTHROPIC_FEDERATION_RULE_ID",
        ),
    ],
)
def test_variables_are_found_in_the_sdk_s_order(
    environ: dict[str, str], source: str | None, tmp_path: Path
) -> None:
    assert source == credential_source({**environ, "ANTHROPIC_CONFIG_DIR": str(tmp_path)})


def test_the_default_profile_on_disk_counts(tmp_path: Path) -> None:
    configs = tmp_path / ".config" / "anthropic" / "configs"
    configs.mkdir(parents=True)
    environ = {"HOME": str(tmp_path)}
    assert not has_credentials(environ)
    (configs / "work.json").write_text("{}")
    assert not has_credentials(environ)
    (configs / "default.json").write_text("{}")
    assert str(configs / "default.json") == credential_source(environ)


def test_a_profile_that_was_chosen_counts_even_when_its_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "active_config").write_text("work\n")
    assert str(tmp_path / "configs" / "work.json") == credential_source(
        {"ANTHROPIC_CONFIG_DIR": str(tmp_path)}
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://[::1]:1/v1", True),
        ("https://api.anthropic.com", False),
        ("http://10.0.0.1", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, expected: bool) -> None:
    assert expected is is_loopback(url)


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
