"""Proposals on disk, one JSON file each: what was paid for outlives the process, until it is among the oldest."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType
from typing import Any

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.edits.review import FileReview, ProposalReview
from foreword.core.documents.text import Text
from foreword.core.documents.uri import path_of_uri, uri_of_path

MAX_FILES = 200
"""Proposals of all workspaces together; of more the oldest are forgotten, those first of which all is decided."""
NAME = re.compile(r"[\w-]{1,80}", re.ASCII)
"""A proposal's id is the name of its file, so it is nothing that leads elsewhere."""
FORMAT = 1
MAX_TITLE = 80
"""Characters: in an editor it is the label of one step of undo."""
WINDOWS = os.name == "nt"


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A proposal for the folder at a URI; `title` says in a few words what it is for, `at` when it was made (Unix).

    `n_reviews` is how often somebody has decided about it: the larger number has the newer `review`.
    """

    proposal: Proposal
    folder_uri: str
    title: str
    at: float = 0.0
    review: ProposalReview = field(default_factory=ProposalReview)
    n_reviews: int = 0

    def having(self, review: ProposalReview) -> KeptProposal:
        """The proposal after the user has decided about some of it."""
        return replace(self, review=review, n_reviews=self.n_reviews + 1)


def short_title(words: str) -> str:
    """What a proposal is for, in one line, without the secrets that its user wrote: it is kept."""
    from foreword.core.secrets.redaction import shown  # noqa: PLC0415 - off the path to `initialize`

    return shorten(shown(words), MAX_TITLE, placeholder="...")


def folder_uri_of(root: Path) -> str:
    """The URI of a folder, as a kept proposal names the one that it is for."""
    return uri_of_path(str(root), windows=WINDOWS)


def is_for(kept: KeptProposal, root: Path) -> bool:
    """Whether a proposal is for the workspace at `root` (symlinks resolved), however a client writes its URI."""
    path = path_of_uri(kept.folder_uri, windows=WINDOWS)
    return path is not None and os.path.realpath(path) == str(root)


def proposals_folder(data: Path) -> Path:
    """Where proposals are kept in the directory of data that can't be computed again."""
    return data / "kept-proposals"


def write_proposal(folder: Path, name: str, kept: KeptProposal) -> None:
    """Write a proposal at once and whole; a disk that takes no more costs the memory of it after a restart, no more."""
    if not NAME.fullmatch(name):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(_to_json(kept), file)
        # Written aside and moved, so that a reader never meets half of it.
        Path(temporary).replace(folder / f"{name}.json")
        for old in _surplus(folder):
            old.unlink(missing_ok=True)
    except OSError:
        return


def read_proposal(folder: Path, name: str) -> KeptProposal | None:
    """The proposal of this name; None if there is none, or it can't be read any more."""
    if not NAME.fullmatch(name):
        return None
    return _read(folder / f"{name}.json")


def read_proposals(folder: Path) -> list[tuple[str, KeptProposal]]:
    """All that can be read, by name, newest first."""
    found = ((path.stem, _read(path)) for path in _newest_first(folder))
    kept = [(name, one) for name, one in found if one is not None]
    return sorted(kept, key=lambda item: -item[1].at)


def _surplus(folder: Path) -> list[Path]:
    """The files that are too many. What was paid for and not decided yet goes last."""
    files = _newest_first(folder)
    n_surplus = len(files) - MAX_FILES
    if n_surplus <= 0:
        return []
    oldest_first = files[::-1]
    # Sorting is stable, so within each kind the oldest stay in front.
    return sorted(oldest_first, key=_is_undecided)[:n_surplus]


def _is_undecided(path: Path) -> bool:
    kept = _read(path)
    return kept is not None and any(kept.review.pending(file) for file in kept.proposal.files.values())


def _newest_first(folder: Path) -> list[Path]:
    times = dict[Path, float]()
    for path in folder.glob("*.json"):
        try:
            times[path] = path.stat().st_mtime
        except FileNotFoundError:  # another process tidied up
            continue
    return sorted(times, key=lambda path: (-times[path], path.name))


def _read(path: Path) -> KeptProposal | None:
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        return _from_json(raw) if raw["format"] == FORMAT else None
    # A file that was cut off or is of another version is no reason to fail: the others can be read.
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _to_json(kept: KeptProposal) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "folder": kept.folder_uri,
        "title": kept.title,
        "at": kept.at,
        "reviews": kept.n_reviews,
        "files": [_file_json(file) for file in kept.proposal.files.values()],
        "review": {
            path: {"applied": review.applied, "rejected": review.rejected, "whole": review.is_whole}
            for path, review in kept.review.files.items()
        },
    }


def _file_json(file: ProposedFile) -> dict[str, Any]:
    before = file.before
    text = None if before is None else [before.content, before.encoding, before.bom]
    return {"path": file.path, "before": text, "after": file.after, "source": file.source} | (
        {"program": True} if file.is_program else {}
    )


def _from_json(raw: Mapping[str, Any]) -> KeptProposal:
    files = [
        ProposedFile(
            one["path"],
            Text(*one["before"]) if one["before"] else None,
            one["after"],
            one["source"],
            is_program=one.get("program") is True,
        )
        for one in raw["files"]
    ]
    reviews = {
        path: FileReview(tuple(one["applied"]), tuple(one["rejected"]), one["whole"])
        for path, one in raw["review"].items()
    }
    proposal = Proposal(MappingProxyType({file.path: file for file in files}))
    review = ProposalReview(MappingProxyType(reviews))
    # Files of older versions do not count.
    n_reviews = raw.get("reviews", 0)
    return KeptProposal(proposal, raw["folder"], raw["title"], raw["at"], review, n_reviews)
