from __future__ import annotations

import re
from pathlib import Path

from foreword.cli.main import COMMANDS
from foreword.core.settings import default_of, doc_of, keys

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    rows = [f"| `{key}` | `{default_of(key)}` | {doc_of(key)} |" for key in keys()]
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows])


def test_the_settings_table_says_what_the_settings_are() -> None:
    shown = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert shown is not None
    assert settings_table() == shown[1]


def test_every_command_is_in_the_table_of_commands() -> None:
    for name in COMMANDS:
        assert f"| `foreword {name}" in README


def test_ci_runs_the_very_test_command_of_the_readme() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv")]
    assert 2 == len(commands)
    assert commands[1].replace(" && ", "\n") in (TOP / ".ci" / "run").read_text(encoding="utf-8")
