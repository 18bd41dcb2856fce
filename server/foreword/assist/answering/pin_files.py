"""Pinning and unpinning: changes of `context.pins` in the project's settings file, and what they cost."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.context_view import ContextReport, Json, context_report
from foreword.assist.question.names import why_unseen
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.cache_key import current_cache_key
from foreword.assist.session.session import Session
from foreword.assist.session.settings_files import PROJECT_FILE
from foreword.assist.session.snapshot.overlay import workspace_path
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.errors import ConfigError, UsageError, WorkspaceError
from foreword.core.exclusion import SYMLINK, reason_for_path
from foreword.core.settings import Options, resolve
from foreword.prefix.warmth import warm_until
from foreword.workspace.files.atomic_write import replace_file
from foreword.workspace.files.disk import read_file
from foreword.workspace.ignore import is_pattern, matching

LOOK_QUESTION = "context"
_WILDCARDS = re.compile(r"([*?\[\\])")


@dataclass(frozen=True, slots=True)
class PinChange:
    """What to pin and to unpin: files and folders (relative to the workspace, or absolute), and patterns."""

    pin: Sequence[str] = ()
    unpin: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PinOutcome:
    """What became of the pins. `rebase`: the base is laid anew, which writes so many tokens; `message` says it."""

    pinned: tuple[str, ...]
    unpinned: tuple[str, ...]
    rebase: bool
    tokens: int
    message: str

    def to_json(self) -> Json:
        """As the `change` of `foreword.context/1`."""
        return {
            "file": PROJECT_FILE,
            "pinned": list(self.pinned),
            "unpinned": list(self.unpinned),
            "rebase": self.rebase,
            "tokens": self.tokens,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class PinnedContext:
    """A change of the pins, and the context afterwards."""

    context: ContextReport
    change: PinOutcome

    def to_json(self) -> Json:
        """As `foreword.context/1` with a `change`."""
        return self.context.to_json() | {"change": self.change.to_json()}


def change_pins(
    session: Session, wish: PinChange, *, use_cache: bool = True, shown: str | None = None
) -> PinnedContext:
    """Change the pins of the workspace.

    All is checked before anything is written. `shown` is the text of the settings file as an editor has it.

    Raises:
        UsageError: there is no such file, it is left out, or it is not pinned.
        ConfigError: the settings file can't be changed safely, or the pins are not set there alone.
        WorkspaceError: it can't be written.
    """
    before = prepare_now(session, LOOK_QUESTION, use_cache=use_cache, keep=False)
    from foreword.workspace.project_file import with_pins  # noqa: PLC0415 - only a change of pins writes TOML

    # Kept as bytes: the file is replaced only where it still holds exactly these.
    data = read_file(session.root, PROJECT_FILE)
    text = _decoded(data or b"")
    old = _pins_in_force(session, text, shown)
    removed = [_pinned_entry(session.root, before.saved, written, old) for written in wish.unpin]
    entries = [_entry(session.root, before.saved, written) for written in wish.pin]
    added = [entry for entry in dict.fromkeys(entries) if entry not in old]
    if both := [entry for entry in entries if entry in removed]:
        raise UsageError(f"{both[0]} can't be pinned and unpinned at once: do one of them")
    new = (*(pin for pin in old if pin not in removed), *added)
    # The same check that reading the settings makes, before anything is written that it would refuse.
    _, wrong = resolve([Options("the new pins", {"context.pins": list(new)})])
    if wrong:
        raise UsageError(f"{wrong[0].message}; pin a folder instead")
    if new != old:
        problem = replace_file(session.root, PROJECT_FILE, data, with_pins(text, new).encode())
        if problem is not None:
            raise WorkspaceError(problem.message)
        session.settings = replace(session.settings, context_pins=new)
    after = prepare_now(session, LOOK_QUESTION, use_cache=use_cache, keep=False)
    context = context_report(session, after)
    rebase, tokens, message = _cost(session, before, after, context.tokens)
    return PinnedContext(context, PinOutcome(tuple(added), tuple(removed), rebase, tokens, message))


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{PROJECT_FILE} is no UTF-8: save it as UTF-8, then pin again") from error


def _pins_in_force(session: Session, text: str, shown: str | None) -> tuple[str, ...]:
    """The pins of the settings file, which must be those in force: another place would go on to win, or be overruled."""
    # Editors may give "\n" for each line end of the file.
    if shown is not None and shown.replace("\r\n", "\n") != text.replace("\r\n", "\n"):
        raise ConfigError(f"{PROJECT_FILE} has changes in the editor: save it, then pin again")
    from foreword.workspace.project_file import pins_in  # noqa: PLC0415 - as above

    pins = pins_in(text)
    if pins != session.settings.context_pins:
        raise ConfigError(
            f"context.pins is not set by {PROJECT_FILE} alone: change it where it is set "
            "(config.toml, pyproject.toml, FOREWORD_CONTEXT_PINS or the editor)"
        )
    return pins


def _entry(root: Path, saved: WorkspaceSnapshot, written: str) -> str:
    """The pin for something that the user names: a file by its path, a folder from the root, a pattern as it is."""
    path = _path(root, written)
    # A file first: its name may look like a pattern.
    if path in saved.index.blobs or path in saved.unread:
        return path
    reasons = {left.path: left.reason for left in saved.report.left_out}
    reason = reasons.get(path) or reason_for_path(path)
    if reason and reason != SYMLINK:
        raise UsageError(f"{path} is left out ({reason}): it can't be pinned")
    folder = path.rstrip("/") + "/"
    if any(known.startswith(folder) for known in saved.paths):
        return _folder_entry(path)
    if is_pattern(path) and matching([path], saved.paths)[path]:
        return path
    unseen = why_unseen(path, saved)
    if unseen is not None:
        raise UsageError(f"{path} can't be pinned: {unseen}")
    raise UsageError(
        f"{path} can't be pinned: there is no such file, or it is ignored; give a path in the workspace"
    )


def _pinned_entry(root: Path, saved: WorkspaceSnapshot, written: str, pins: Sequence[str]) -> str:
    """The entry of `pins` that the user means by a path or a pattern; a `UsageError` if there is none."""
    if written in pins:
        return written
    path = _path(root, written)
    for entry in (path, _folder_entry(path)):
        if entry in pins:
            return entry
    found = matching(pins, (*saved.paths, path))
    by = next((pin for pin, means in found.items() if path in means), None)
    if by is not None:
        raise UsageError(f"{path} is pinned by {by}: unpin that")
    raise UsageError(f"{path} is not pinned: `foreword context` lists the pins")


def _path(root: Path, written: str) -> str:
    """What was written, relative to the workspace."""
    if not written.strip() or "\0" in written:
        raise UsageError("that is no path: give one in the workspace")
    if not os.path.isabs(written):  # noqa: PTH117 - a pattern is no path
        return written.removeprefix("./")
    path = workspace_path(root, Path(written))
    if path is None:
        raise UsageError(f"{written} is not in the workspace: give a path in it")
    return path


def _folder_entry(path: str) -> str:
    """A pattern for all files of one folder, whatever it is called."""
    # A folder is named literally, while a pin is a pattern: `[id]` would mean one character.
    plain = _WILDCARDS.sub(r"\\\1", path.strip("/"))
    return f"/{plain}/"


def _cost(
    session: Session, before: PreparedRequest, after: PreparedRequest, tokens: int
) -> tuple[bool, int, str]:
    """Whether the base is laid anew, what the next question writes for it in tokens, and both in words."""
    new = after.prefix.digests["base"]
    # No base that will be sent exists yet, so its price can't be told.
    if after.prefix.provisional:
        return True, 0, "the index is still being built: the base comes after it"
    if new == before.prefix.digests["base"]:
        return False, 0, "the base stays as it is"
    if _is_warm(session, new):
        return True, 0, "the base of before is used again: the cache still has it"
    return True, tokens, f"the base is laid anew with the next question; that writes about {tokens:,} tokens"


def _is_warm(session: Session, digest: str) -> bool:
    sent = session.prefix_store.sent(session.worktree)
    return warm_until(sent, current_cache_key(session, {"base": digest}), session.clock()) is not None
