"""What may be spent: the user's own limits and budgets, and those of a team.

A team's stand in a file or at a URL that the user names (`limits.team`), never a project. That is TOML with one key, `budgets`, a list of lines as in `limits.budgets`. What was last read is kept: it holds while the
file or the URL can't be had, which is said. A URL is fetched once an hour at most.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from foreword.assist.accounts.reservations import Cap, Overdraft, Reservation
from foreword.assist.accounts.spending_budgets import MAX_BUDGETS, SETTING, Budget, parse_budgets
from foreword.assist.session.session import Session
from foreword.core.documents.uri import without_credentials
from foreword.core.errors import ConfigError, ModelUnavailable, Problem, unwritable
from foreword.model.text_download import download_text, is_url
from foreword.storage.directories import name_digest, write_private
from foreword.workspace.files.disk import read_any

MAX_BYTES = 64_000
FRESH_S = 3_600.0
"""How long a URL is not asked again."""
OWN = frozenset({"limits.day", SETTING, "warm.day"})
"""The settings by which a user says what may be spent."""
AGAIN_S = 60.0
"""How long it is not asked again after it failed."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """What was last read: its lines, when (Unix seconds), and when it was last tried; `lines` is None before the first."""

    lines: tuple[str, ...] | None
    at: float = 0.0
    tried: float = 0.0


def user_budgets(session: Session) -> tuple[Budget, ...]:
    """The user's own budgets and those of the team as they are known now; what is wrong with them is reported."""
    settings, home = session.settings, Path.home()
    own, wrong = parse_budgets(settings.limits_budgets, home)
    session.report(*wrong)
    day = (Budget(settings.limits_day, "day", source="limits.day"),) if settings.limits_day else ()
    return (*day, *own, *_team(session, home))


def budget_caps(session: Session) -> tuple[Cap, ...]:
    """All caps of the user and their team, whatever requests they are about."""
    now = session.clock()
    return tuple(budget.cap(now) for budget in user_budgets(session))


def budgets_left(session: Session, kind: str) -> tuple[Overdraft, ...]:
    """How each cap stands that is about a request of this kind from here."""
    asked = Reservation("", kind, 0.0, 0.0, session.model_id, str(session.root))
    return session.ledger.standings(asked, budget_caps(session))


def remedy_of(cap: Cap) -> str:
    """What the user can do about a cap that stands in the way."""
    return f"raise {cap.key}" if cap.key in OWN else f"the team says so ({cap.key})"


async def refresh_team(session: Session) -> None:
    """Fetch the team's budgets if they stand at a URL and were not fetched lately; waits a few seconds at most."""
    place, now = session.settings.limits_team, session.clock()
    if not is_url(place):
        return
    known = _kept(session, place)
    if now - known.at < FRESH_S or now - known.tried < AGAIN_S:
        return
    try:
        lines = _lines_of(await asyncio.to_thread(download_text, place, MAX_BYTES))
    except (ConfigError, ModelUnavailable, ValueError) as error:
        _keep(session, place, _Copy(known.lines, known.at, now))
        session.report(_failure(place, error, known))
    else:
        _keep(session, place, _Copy(lines, now, now))


def _team(session: Session, home: Path) -> tuple[Budget, ...]:
    place = session.settings.limits_team
    if not place:
        return ()
    known = _kept(session, place)
    lines = known.lines if is_url(place) else _read(session, place, known)
    budgets, wrong = parse_budgets(lines or (), home, _shown(place))
    session.report(*wrong)
    return budgets


def _read(session: Session, place: str, known: _Copy) -> tuple[str, ...] | None:
    """The lines of a file, or those that it last had."""
    try:
        lines = _lines_of(_text_of(Path(place).expanduser()))
    except (ValueError, RuntimeError) as error:
        session.report(_failure(place, error, known))
        return known.lines
    if lines != known.lines:
        _keep(session, place, _Copy(lines, session.clock()))
    return lines


def _text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        ValueError: it can't be read; the message says why.
    """
    data = read_any(path, MAX_BYTES + 1)
    if data is None or len(data) > MAX_BYTES:
        raise ValueError("it can't be read" if data is None else f"it is larger than {MAX_BYTES:,} bytes")
    return data.decode()


def _lines_of(text: str) -> tuple[str, ...]:
    """The lines of a team's file.

    Raises:
        ValueError: it is none; the message says why.
    """
    table = tomllib.loads(text)
    lines = table.get("budgets")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("it has no list of texts named `budgets`")
    if len(lines) > MAX_BUDGETS:
        raise ValueError(f"it has more than {MAX_BUDGETS} budgets")
    return tuple(lines)


def _failure(place: str, error: Exception, known: _Copy) -> Problem:
    held = "none are known, so only your own hold" if known.lines is None else "those that it last had hold"
    return Problem(f"the team's budgets are not read from {_shown(place)} ({error}): {held} (limits.team)")


def _shown(place: str) -> str:
    return without_credentials(place) if is_url(place) else place


def _file(session: Session, place: str) -> Path:
    return session.places.data / f"team-budgets-{name_digest(place)}.json"


def _kept(session: Session, place: str) -> _Copy:
    data = read_any(_file(session, place), 10 * MAX_BYTES)
    try:
        kept: dict[str, Any] = json.loads(data or b"{}")
        lines = kept["lines"]
        return _Copy(
            None if lines is None else tuple(map(str, lines)), float(kept["at"]), float(kept["tried"])
        )
    except (ValueError, KeyError, TypeError):
        return _Copy(None)


def _keep(session: Session, place: str, copy: _Copy) -> None:
    kept = {"lines": copy.lines, "at": copy.at, "tried": copy.tried}
    try:
        path = _file(session, place)
        part = path.with_name(f"{path.name}.{uuid4().hex}")
        write_private(part, json.dumps(kept).encode())
        part.replace(path)  # at once: another process may be reading it
    except OSError as error:
        session.report(
            Problem(f"the team's budgets can't be kept for later: {unwritable(session.places.data, error)}")
        )
