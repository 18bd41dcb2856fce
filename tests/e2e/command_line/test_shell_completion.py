"""Completion in real shells, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from foreword.api.table import TYPED
from foreword_cli import PATIENCE, Foreword


@pytest.fixture
def completed(offline: Foreword, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[str, Path]:
    shell = str(request.param)
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}: install it with the system's package manager")
    done = offline.run("completion", shell)
    assert (0, "") == (done.code, done.err)
    script = tmp_path / f"foreword.{shell}"
    script.write_text(done.out, encoding="utf-8")
    return shell, script


def asked(shell: str, script: Path, *words: str) -> set[str]:
    """What a shell offers for the last of some words."""
    lines = {
        "bash": f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        'COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}; '
        '_shtab_foreword foreword "${COMP_WORDS[-1]}"; printf "%s\\n" "${COMPREPLY[@]}"',
        "fish": f"source {script}; complete -C '{' '.join(words)}'",
    }
    done = subprocess.run(
        [shell, "-c", lines[shell]], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return {line.partition("\t")[0].strip() for line in done.stdout.splitlines()}


@pytest.mark.parametrize("completed", ["bash", "fish"], indirect=True)
def test_a_shell_offers_commands_flags_and_their_values(completed: tuple[str, Path]) -> None:
    shell, script = completed
    assert {"search", "secrets", "serve"} == asked(shell, script, "foreword", "se")
    assert "--synthetic" in asked(shell, script, "foreword", "replay", "--sy")
    assert {"offline"} == asked(shell, script, "foreword", "ask", "--provider", "off")


@pytest.mark.parametrize("completed", ["zsh"], indirect=True)
def test_zsh_reads_its_script(completed: tuple[str, Path]) -> None:
    _, script = completed
    line = f'autoload -U compinit; compinit -u -d {script}.dump; eval "$(<{script})"; print $_comps[foreword]'
    done = subprocess.run(
        ["zsh", "-f", "-c", line], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ("_shtab_foreword\n", "") == (done.stdout, done.stderr)


def test_every_command_is_in_the_script(offline: Foreword) -> None:
    script = offline.run("completion", "bash").out
    line = next(one for one in script.splitlines() if one.startswith("_shtab_foreword_subparsers="))
    assert set(TYPED) == set(line.partition("(")[2].rstrip(")").split())


def test_another_shell_is_refused_with_those_there_are(offline: Foreword) -> None:
    done = offline.run("completion", "tcsh")
    assert 2 == done.code
    assert "'bash', 'zsh', 'fish'" in done.err
