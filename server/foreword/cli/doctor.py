"""Check the installation and the workspace, and say what to do about what is wrong."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

from foreword import __version__
from foreword.assist.providers import provider_name
from foreword.assist.session import Session, open_session
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import output, print_json, show_problems
from foreword.core.settings import default_of, doc_of, environment_name, keys
from foreword.model.credentials import credential_source
from foreword.workspace.history import clean_revision

PACKAGES = ("anthropic", "gitpython", "tree-sitter", "rustworkx", "pebble", "rich")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    parser.add_argument(
        "--settings", action="store_true", help="list every setting with its default and variable"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; 1 if something is wrong."""
    with open_session(arguments.workspace, {}) as session:
        facts = _facts(session)
        problems = tuple(session.problems)
    if arguments.json:
        print_json({"schema": "foreword.doctor/1", "facts": facts, "problems": [p.message for p in problems]})
        return 1 if problems else 0
    console = output()
    for name, value in facts.items():
        console.print(f"{name:14} {value}", markup=False)
    if arguments.settings:
        _show_settings()
    show_problems(problems)
    return 1 if problems else 0


def _facts(session: Session) -> dict[str, str]:
    repository = session.repository
    source = credential_source(session.environ)
    return {
        "foreword": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": platform.platform(terse=True),
        "git": shutil.which("git") or "not found",
        "sqlite": sqlite3.sqlite_version,
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "workspace": str(session.root),
        "repository": clean_revision(repository) if repository else "none: read as it stands on disk",
        "provider": provider_name(session),
        "credentials": f"from {source}" if source else "none: set ANTHROPIC_API_KEY to ask Claude",
        "endpoint": session.settings.model_url
        or os.environ.get("ANTHROPIC_BASE_URL")
        or "the provider's own",
        "model": session.settings.model,
        "prices": session.catalog.version,
        "index": _place(session.places.index(repository.common_dir if repository else session.root)),
        "ledger": _place(session.places.ledger),
        "config": str(session.places.config / "config.toml"),
    }


def _place(path: os.PathLike[str]) -> str:
    size = os.stat(path).st_size if os.path.exists(path) else 0  # noqa: PTH116, PTH110 - a plain size
    return f"{os.fspath(path)} ({size / 1e6:.1f} MB)"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _show_settings() -> None:
    console = output()
    console.print("\nsettings (.foreword.toml, [tool.foreword] in pyproject.toml, variables):")
    for key in keys():
        console.print(
            f"  {key:18} {default_of(key)!r:20} {environment_name(key):28} {doc_of(key)}", markup=False
        )
