"""Whether all is as it should be: `trust`, `verify` and `doctor`."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

from foreword import __version__
from foreword.api.command import Body
from foreword.api.parameters import Flag
from foreword.api.printed import Line, Printed, Table, notice
from foreword.api.workspace import Stage, Workspace
from foreword.assist.context.verification import Verification
from foreword.assist.context.verification import verify as build_twice
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.settings_files import read_settings, settings_sources
from foreword.assist.session.trust_store import TRUST_SCHEMA, set_trust
from foreword.core.documents.uri import without_credentials
from foreword.core.errors import Problem, UsageError
from foreword.core.secrets.redaction import shown
from foreword.core.settings import default_of, doc_of, environment_name, keys, value_of
from foreword.core.tree import repositories_message
from foreword.index.store.store_file import VERSION
from foreword.model.messages_api.credentials import credential_source
from foreword.workspace.git.git_listing import repositories_within
from foreword.workspace.git.history import clean_revision

KEY_COMMAND = "(a command that is not shown)"
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
PACKAGES = ("anthropic", "gitpython", "pygls", "tree-sitter", "rustworkx", "pebble", "rich")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustParameters:
    """The parameters of `trust`."""

    revoke: Annotated[bool, Flag("take the trust back")] = False


@dataclass(frozen=True, slots=True)
class TrustState:
    """Whether a workspace is trusted."""

    workspace: Path
    trusted: bool

    def to_json(self) -> dict[str, Any]:
        """As `foreword.trust/1`."""
        return {"schema": TRUST_SCHEMA, "workspace": str(self.workspace), "trusted": self.trusted}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyParameters:
    """The parameters of `verify`."""

    budget: Annotated[int | None, Flag("tokens of the base (context.budget)", "TOKENS")] = None
    against: Annotated[
        str | None, Flag("a digest that the base should have, as another clone prints it", "DIGEST")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorParameters:
    """The parameters of `doctor`."""

    settings: Annotated[bool, Flag("list every setting with its value and where that comes from")] = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its key: its value, where that comes from, and how to give another one.

    `source` is `default`, `config.toml`, a file of the project, a variable, or `editor`.
    """

    key: str
    value: Any
    source: str
    default: Any
    variable: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """What there is to know of an installation and a workspace, and what is wrong; the settings if asked for."""

    facts: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    settings: tuple[Setting, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As `foreword.doctor/1`."""
        messages = [problem.message for problem in self.problems]
        told: dict[str, Any] = {
            "schema": "foreword.doctor/1",
            "facts": dict(self.facts),
            "problems": messages,
        }
        if self.settings is not None:
            told["settings"] = [
                {
                    "key": s.key,
                    "value": s.value,
                    "source": s.source,
                    "default": s.default,
                    "variable": s.variable,
                    "meaning": s.meaning,
                }
                for s in self.settings
            ]
        return told


def trust(workspace: Workspace, given: TrustParameters) -> TrustState:
    """Let editors send this workspace to the model, or stop that.

    Raises:
        WorkspaceError: there is no such folder.
        StoreError: the data directory can't be written.
    """
    root, is_trusted = workspace.root, not given.revoke
    set_trust(workspace.places, root, trusted=is_trusted)
    return TrustState(root, is_trusted)


def verify(workspace: Workspace, given: VerifyParameters) -> Verification:
    """Build the prefix twice in fresh processes and compare the bytes.

    Raises:
        UsageError: the digest to compare with is none.
        WorkspaceError: there is no such folder, or one of the processes failed.
    """
    root, expected = workspace.root, (given.against or "").lower()
    if given.against is not None and not _DIGEST.fullmatch(expected):
        raise UsageError(
            f"{given.against!r} is no digest: take the one of the base that `foreword verify` prints"
        )
    workspace.emit(Stage("Building the prefix twice, from nothing ..."))
    return replace(
        build_twice(root, ["--budget", str(given.budget)] if given.budget else []), expected=expected
    )


def doctor(workspace: Workspace, given: DoctorParameters) -> Checkup:
    """Check the installation and the workspace.

    Raises:
        ForewordError: the workspace can't be opened.
    """
    session = workspace.session
    every = _settings(session) if given.settings else None
    return Checkup(tuple(_facts(session).items()), tuple(session.problems), every)


def _settings(session: Session) -> tuple[Setting, ...]:
    """Every setting with the value that holds for a session."""
    places, environ = session.places, session.environ
    known = settings_sources(session.root, places.config, environ)
    settings, _ = read_settings(session.root, places.config, environ, {})
    found = []
    for key in keys():
        value, source = value_of(session.settings, key), known.get(key, "default")
        # What neither a file nor a variable says comes from who opened the session.
        if value != value_of(settings, key):
            source = "editor"
        elif source == "environment":
            source = environment_name(key)
        found.append(
            Setting(key, _harmless(key, value), source, default_of(key), environment_name(key), doc_of(key))
        )
    return tuple(found)


def _harmless(key: str, value: Any) -> Any:  # noqa: ANN401 - as the setting is typed
    """A value without what lets others in: a URL may have a password, and a command a key."""
    if key == "model.url":
        return without_credentials(value)
    # A key within it need not look like one.
    if key == "model.key_command" and value:
        return KEY_COMMAND
    return shown(value) if isinstance(value, str) else value


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
        "scope": session.scope.message if session.scope else _extent(session),
        "provider": provider_name(session),
        "credentials": f"from {source}" if source else "none: set ANTHROPIC_API_KEY to ask Claude",
        "endpoint": without_credentials(
            session.settings.model_url or session.environ.get("ANTHROPIC_BASE_URL") or "the provider's own"
        ),
        "model": session.settings.model,
        "prices": session.catalog.version,
        "index": _file_fact(
            session.places.index(repository.common_dir if repository else session.root, VERSION)
        ),
        "ledger": _file_fact(session.places.ledger),
        "config": str(session.places.config / "config.toml"),
    }


def _extent(session: Session) -> str:
    """What of the folder is seen: all, or all but the repositories within it."""
    within = repositories_within(session.repository) if session.repository else []
    return f"the whole folder, but {repositories_message(within)}" if within else "the whole folder"


def _file_fact(path: os.PathLike[str]) -> str:
    size = os.stat(path).st_size if os.path.exists(path) else 0  # noqa: PTH116, PTH110 - a plain size
    return f"{os.fspath(path)} ({size / 1e6:.1f} MB)"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _show_trust(found: TrustState, _: TrustParameters, _columns: int) -> Iterator[Printed]:
    yield Line(f"{'trusted' if found.trusted else 'no longer trusted'}: {found.workspace}")


def _show_verification(found: Verification, _: VerifyParameters, _columns: int) -> Iterator[Printed]:
    for name, first, second in found.layers:
        yield Line(f"{name:12} {first}" + ("" if first == second else f"  differs: {second}"))
    if found.is_same:
        yield Line("both builds have the same bytes")
    else:
        yield Line(f"first difference: {found.first_difference}")
    if found.expected:
        yield Line(
            f"the base is {'the' if found.is_expected else 'not the'} one that begins with {found.expected}"
        )
    if found.expected and not found.is_expected:
        yield notice(
            "Bases are the same for the same merge base, settings and version: compare `foreword context`, and whether one clone is shallow."
        )


def _show_checkup(found: Checkup, _: DoctorParameters, _columns: int) -> Iterator[Printed]:
    """Without the problems, which every command tells."""
    for name, value in found.facts:
        yield Line(f"{name:14} {value}")
    if found.settings is not None:
        yield Line("")
        rows = ((one.key, _written(one.value), one.source, one.meaning) for one in found.settings)
        yield Table(("setting", "value", "from", "meaning"), tuple(rows))
        yield Line("\nThe variable of context.budget is FOREWORD_CONTEXT_BUDGET, and so on.")


def _written(value: object) -> str:
    """A value as it stands in a file of settings."""
    return json.dumps(value, ensure_ascii=False)


TRUST = Body(TrustParameters, trust, _show_trust)
VERIFY = Body(
    VerifyParameters,
    verify,
    _show_verification,
    lambda found: int(not (found.is_same and found.is_expected)),
    is_slow=True,
)
DOCTOR = Body(DoctorParameters, doctor, _show_checkup, lambda found: int(bool(found.problems)))
