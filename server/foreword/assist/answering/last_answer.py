"""The newest answer of each workspace, kept so that a terminal that failed or was closed loses none that was paid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from foreword.assist.question.answer import ANSWER_SCHEMA, Answer
from foreword.core.errors import Problem
from foreword.storage.directories import Directories, make_private_folder, name_digest, write_private


def keep_answer(places: Directories, root: Path, answer: Answer) -> Problem | None:
    """Keep an answer in the place of the one before; what stands in the way is no reason to lose this one."""
    file = _file(places, root)
    try:
        make_private_folder(file.parent)
        # ASCII, for a model's words can hold half a surrogate pair, which UTF-8 can't encode.
        write_private(file, json.dumps(answer.to_json(), ensure_ascii=True).encode())
    except OSError as error:
        return Problem(
            f"The answer can't be kept for `foreword last` ({error.strerror}): copy what you need of it."
        )
    return None


def last_answer(places: Directories, root: Path) -> dict[str, Any] | None:
    """The newest answer of a workspace as `foreword.answer/1`; None where there is none that can be read."""
    try:
        kept = json.loads(_file(places, root).read_bytes())
    except (OSError, ValueError):
        return None
    is_answer = isinstance(kept, dict) and kept.get("schema") == ANSWER_SCHEMA
    return kept if is_answer and isinstance(kept.get("text"), str) else None


def _file(places: Directories, root: Path) -> Path:
    return places.data / "answers" / f"{name_digest(str(root))}.json"
