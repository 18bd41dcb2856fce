"""Settings of a workspace, read from where people put them.

In rising order of strength: the user's `config.toml`, `.foreword.toml`, `[tool.foreword]` in pyproject.toml,
`FOREWORD_*` variables, the editor, flags. Files of the project may not set what would
send text elsewhere, nor raise the price without bounds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path

from foreword.core.errors import Problem, cause_of
from foreword.core.settings import (
    Options,
    Settings,
    environment_name,
    flatten,
    from_environment,
    looks_like_key,
    resolve,
    sources,
)
from foreword.model.catalog.catalog import Catalog, load_catalog
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
    layers = _affordable([*below, *editor, Options("command line", flags)], problems)
    settings, wrong = resolve(layers)
    return settings, (*problems, *wrong)


def settings_sources(root: Path, user_config: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Where the values of a workspace's settings come from, by key; a key that nobody sets is missing."""
    return sources(_affordable(_layers(root, user_config, environ, []), []))


def _affordable(layers: Sequence[Options], problems: list[Problem]) -> list[Options]:
    """The layers without the models of a project that cost more than the user's own, or that nobody knows the price of."""
    if not any(layer.is_project and "model" in layer.values for layer in layers):
        return list(layers)
    values = [layer.values for layer in layers if not layer.is_project]
    own = next((str(one["model"]) for one in reversed(values) if "model" in one), Settings().model)
    path = next((str(one["model.catalog"]) for one in reversed(values) if one.get("model.catalog")), "")
    # What is wrong with the user's own table is told where the models are looked up.
    catalog, _ = load_catalog(Path(path) if path else None)
    return [_with_model(layer, own, catalog, problems) for layer in layers]


def _with_model(layer: Options, own: str, catalog: Catalog, problems: list[Problem]) -> Options:
    wanted = layer.values.get("model")
    if not layer.is_project or not isinstance(wanted, str) or wanted == own:
        return layer
    model, before = catalog.find(wanted)[0], catalog.find(own)[0]
    is_dearer = any(
        more > less for more, less in zip(astuple(model.prices), astuple(before.prices), strict=True)
    )
    if model.known_as and not is_dearer:
        return layer
    why = (
        f"costs more than {own}"
        if model.known_as
        else f"may cost more than {own}: it is in no list of prices"
    )
    name = "its model" if looks_like_key(wanted) else wanted
    problems.append(
        Problem(
            f'{layer.origin}: "model" stays {own}, {name} {why}; to have it, set {environment_name("model")}'
        )
    )
    return replace(layer, values={key: value for key, value in layer.values.items() if key != "model"})


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
        problems.append(Problem(f"{path.name}: not read ({cause_of(error)})", path.name))
    return {}
