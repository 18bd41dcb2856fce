from __future__ import annotations

import re
from pathlib import Path

from foreword.api.command import Command
from foreword.api.parameters import parameters_of
from foreword.api.table import TYPED
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


def commands_table() -> str:
    """What is typed, and the first paragraph of what the table of commands says."""
    rows = [f"| `{usage_of(one)}` | {told_of(one)} |" for one in TYPED.values()]
    return "\n".join(["| command | what it does |", "| --- | --- |", *rows])


def usage_of(command: Command) -> str:
    parameters = parameters_of(command.load().parameters) if command.load else ()
    places = [one for one in parameters if one.flag.is_positional]
    words = [one.name.upper() if one.is_required else f"[{one.name.upper()}]" for one in places]
    return " ".join(["foreword", command.name, *words])


def told_of(command: Command) -> str:
    return f"{command.summary[:1].upper()}{command.summary[1:]}. {command.more.split(chr(10) * 2)[0]}"


def test_the_table_of_commands_says_what_the_commands_are() -> None:
    shown = re.search(r"<!-- commands -->\n(.*?)\n<!-- /commands -->", README, re.DOTALL)
    assert shown is not None
    assert commands_table() == shown[1]


def test_ci_runs_the_very_test_command_of_the_readme() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv")]
    assert 2 == len(commands)
    assert commands[1].replace(" && ", "\n") in (TOP / ".ci" / "run").read_text(encoding="utf-8")
