"""What the offline provider answers to a request: what the index has on the question, and the lines that it points at."""

from __future__ import annotations

from dataclasses import replace

from foreword.assist.question.offline_answer import compose
from foreword.assist.question.pointers import Pointer, pointed_names, text_at
from foreword.assist.question.request import PreparedRequest
from foreword.assist.question.retrieved import find_evidence
from foreword.assist.session.snapshot.overlay import with_unsaved
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import lines_of
from foreword.core.outline import Excerpt
from foreword.prefix.base.file_selection import READMES

EVIDENCE_TOKENS = 4_000


def offline_text(prepared: PreparedRequest) -> str:
    """The text of an offline answer."""
    pointers = prepared.pointers
    near = [pointer.path for pointer in pointers]
    about = pointed_names(prepared.saved, [p for p in pointers if p.path not in prepared.unsaved])
    shown = with_unsaved(prepared.saved, prepared.unsaved)
    found = find_evidence(shown, prepared.question, budget=EVIDENCE_TOKENS, near=near, about=about)
    pointed = tuple(_pointed(prepared, pointer) for pointer in pointers if pointer.first)
    evidence = replace(found, excerpts=(*pointed, *found.excerpts))
    return compose(
        evidence,
        None if evidence.definitions or evidence.excerpts else _introduction(prepared.saved),
        prepared.question,
    )


def _pointed(prepared: PreparedRequest, pointer: Pointer) -> Excerpt:
    """The lines that a question points at, as the user sees them."""
    # What the editor shows goes first: the lines that the user points at are counted in it.
    lines = lines_of(text_at(pointer, prepared.saved, prepared.unsaved.get(pointer.path)))
    first, last = pointer.first or 1, pointer.last or len(lines)
    # What the index knows holds for the saved text alone.
    is_saved = pointer.text is None and pointer.path not in prepared.unsaved
    outline = prepared.saved.index.outline(pointer.path).definitions if is_saved else ()
    name = next((one.name for one in outline if (one.line, one.end_line) == (first, last)), None)
    return Excerpt(pointer.path, first, last, 0.0, "\n".join(lines[first - 1 : last]), name)


def _introduction(saved: WorkspaceSnapshot) -> str | None:
    return next((path for path in saved.index.paths if path.lower() in READMES), None)
