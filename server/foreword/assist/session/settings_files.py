"""Settings of a workspace, read from where people put them.

In rising order of strength: the user's `config.toml`, `.foreword.toml`, `[tool.foreword]` in pyproject.toml,
`FOREWORD_*` variables, the editor, flags. Files of the project may not set what would
send text elsewhere, nor raise the price without bounds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from foreword.core.errors import Problem
from foreword.core.settings import Options, Settings, flatten, from_environment, resolve, sources
from foreword.workspace.files.disk import read_any

PROJECT_FILE = ".foreword.toml"
MAX_BYTES = 1_000_000
"""Of a file of settings; a `pyproject.toml` may have much else in it."""


def read_settings(
    root: Path,
    user_config: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    editor: Sequence[Options] = (),
) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings for a workspace, and what was wrong with the options on the way."""
    problems: list[Problem] = []
    below = _layers(root, user_config, environ, problems)
    settings, wrong = resolve([*below, *editor, Options("command line", flags)])
    return settings, (*problems, *wrong)


def settings_sources(root: Path, user_config: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Where the values of a workspace's settings come from, by key; a key that nobody sets is missing."""
    return sources(_layers(root, user_config, environ, []))


def _layers(
    root: Path,
    user_config: Path,
    environ: Mapping[str, str],
    problems: list[Problem],
) -> list[Options]:
    """What files and variables say."""
    # In rising order of strength; `trusted=False` keeps a project from setting what sends text elsewhere.
    return [
        Options("config.toml", flatten(_read(user_config / "config.toml", problems))),
        Options(PROJECT_FILE, flatten(_read(root / PROJECT_FILE, problems)), trusted=False, is_project=True),
        Options(
            "pyproject.toml",
            flatten(_tool_table(root / "pyproject.toml", problems)),
            trusted=False,
            is_project=True,
        ),
        from_environment(environ),
    ]


def _tool_table(path: Path, problems: list[Problem]) -> Mapping[str, object]:
    tool = _read(path, problems).get("tool")
    table = tool.get("foreword") if isinstance(tool, Mapping) else None
    return table if isinstance(table, Mapping) else {}


def _read(path: Path, problems: list[Problem]) -> Mapping[str, object]:
    """The tables of a file, if it is a regular one of a sensible size: a project's may be anything."""
    try:
        # `read_any` does not tell why it reads nothing; this raises for a file that is missing.
        path.stat()
        data = read_any(path, MAX_BYTES + 1)
        if data is None or len(data) > MAX_BYTES:
            why = "no regular file that can be read" if data is None else f"larger than {MAX_BYTES:,} bytes"
            problems.append(Problem(f"{path.name}: not read, it is {why}", path.name))
            return {}
        return tomllib.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, RecursionError) as error:
        problems.append(Problem(f"{path.name}: not read, it is no valid TOML ({error})", path.name))
    except OSError as error:
        problems.append(Problem(f"{path.name}: not read ({error.strerror})", path.name))
    return {}
