"""What the commands say, as the JSON that scripts read: the same from the command line and from an editor."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from foreword import __version__
from foreword.assist.accounts.ledger import GroupBy, Ledger, Total
from foreword.assist.context.map_view import repository_map
from foreword.assist.context.verification import Verification
from foreword.assist.question.answer import tokens_json
from foreword.assist.question.symbol_lookup import find_definitions
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.assist.usage.periods import SECONDS_A_DAY, sum_totals
from foreword.core.errors import UsageError
from foreword.core.excerpt import Excerpt
from foreword.index.search.search import search
from foreword.index.store.schema import VERSION
from foreword.model.messages_api.credentials import credential_source
from foreword.workspace.git.history import clean_revision

PACKAGES = ("anthropic", "gitpython", "pygls", "tree-sitter", "rustworkx", "pebble", "rich")
Json = dict[str, Any]


def index_json(saved: WorkspaceSnapshot) -> Json:
    """As `foreword.index/1`; `asText` are files that no grammar could be used on: it crashed or took too long."""
    report = saved.report
    return {
        "schema": "foreword.index/1",
        "files": report.files,
        "symbols": report.symbols,
        "references": report.references,
        "bytes": report.bytes,
        "seconds": round(report.seconds, 3),
        "parsed": report.parsed,
        "reused": report.reused,
        "languages": dict(report.languages),
        "leftOut": [{"path": left.path, "reason": left.reason} for left in report.left_out],
        "asText": [{"path": path, "reason": reason} for path, reason in read_as_text(saved)],
    }


def read_as_text(saved: WorkspaceSnapshot) -> list[tuple[str, str]]:
    """The paths of the files whose grammar failed, with what happened to it."""
    return sorted((path, row.failed) for path, row in saved.index.rows.items() if row.failed is not None)


def symbols_json(saved: WorkspaceSnapshot, name: str) -> list[Json]:
    """The definitions of a name.

    Raises:
        UsageError: the name is empty.
    """
    if not name.strip():
        raise UsageError("the name is empty: give the name of a definition")
    return [
        {
            "name": definition.name,
            "kind": definition.kind,
            "path": path,
            "line": definition.line,
            "endLine": definition.end_line,
            "signature": definition.signature,
            "parent": definition.parent,
        }
        for path, definition in find_definitions(saved.index, name)
    ]


def find_code(saved: WorkspaceSnapshot, query: str, limit: int, budget: int | None) -> Sequence[Excerpt]:
    """The code that matches a query, best first.

    Raises:
        UsageError: the query is empty.
    """
    if not query.strip():
        raise UsageError("the query is empty: give words to look for")
    return search(
        saved.index,
        query,
        saved.read_content,
        limit=limit,
        budget_tokens=budget,
        echoes=saved.commit_messages,
    )


def excerpts_json(found: Iterable[Excerpt]) -> list[Json]:
    """Excerpts without their text."""
    return [
        {"path": e.path, "startLine": e.start_line, "endLine": e.end_line, "score": e.score}
        | ({"symbol": e.symbol} if e.symbol else {})
        for e in found
    ]


def map_json(session: Session, saved: WorkspaceSnapshot, budget: int | None) -> Json:
    """As `foreword.map/1`."""
    text, paths = repository_map(session, saved, budget)
    return {"schema": "foreword.map/1", "text": text, "files": list(paths)}


def usage_totals(ledger: Ledger, by: GroupBy, days: int, now: float) -> tuple[Total, ...]:
    """The sums of the last days, `now` in Unix seconds."""
    return ledger.totals(by, now - days * SECONDS_A_DAY)


def usage_json(by: GroupBy, totals: Iterable[Total]) -> Json:
    """As `foreword.usage/1`."""
    listed = tuple(totals)
    rows, sums = [_total(total) for total in listed], [_total(total) for total in sum_totals(listed)]
    return {"schema": "foreword.usage/1", "by": by, "rows": rows, "totals": sums}


def verification_json(result: Verification) -> Json:
    """Whether two builds of the prefix have the same bytes, as `foreword.verify/1`."""
    layers = [{"name": name, "first": first, "second": second} for name, first, second in result.layers]
    same = {"same": result.is_same, "layers": layers, "firstDifference": result.first_difference}
    return {"schema": "foreword.verify/1", **same}


def doctor_json(session: Session) -> Json:
    """As `foreword.doctor/1`."""
    facts, problems = _facts(session), [problem.message for problem in session.problems]
    return {"schema": "foreword.doctor/1", "facts": facts, "problems": problems}


def _total(total: Total) -> Json:
    return {
        "group": total.group,
        "simulated": total.simulated,
        "requests": total.n_requests,
        "tokens": tokens_json(total.usage),
        "cost": {
            "currency": "USD",
            "total": round(total.cost, 8),
            "withoutCache": round(total.without_cache, 8),
            "saved": round(total.saved, 8),
        },
    }


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
        or session.environ.get("ANTHROPIC_BASE_URL")
        or "the provider's own",
        "model": session.settings.model,
        "prices": session.catalog.version,
        "index": _place(session.places.index(repository.common_dir if repository else session.root, VERSION)),
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
