"""What a chat's parameters mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foreword.assist.question.pointers import AttachmentRef
from foreword.core.errors import UsageError
from foreword.lsp.chat.attachments import read_attachments


def no_document(_: str) -> None:
    """No untitled document is open."""


def span(first: int, start: int, last: int, end: int) -> dict[str, Any]:
    return {"start": {"line": first, "character": start}, "end": {"line": last, "character": end}}


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (span(0, 0, 0, 0), (1, 1)),
        (span(4, 2, 6, 1), (5, 7)),
        (span(4, 2, 6, 0), (5, 6)),
        (span(4, 9, 5, 0), (5, 5)),
    ],
)
def test_a_range_means_the_lines_that_it_touches(
    found: dict[str, Any], lines: tuple[int, int], tmp_path: Path
) -> None:
    root = tmp_path.resolve()
    given = {"uri": (root / "a b.py").as_uri(), "range": found, "more": "ignored"}
    kept = {"uri": given["uri"], "range": found}
    assert ((AttachmentRef("a b.py", *lines),), (kept,)) == read_attachments(root, [given], no_document)


@pytest.mark.parametrize("found", [span(2, 0, 1, 0), span(1, 5, 1, 4), span(-1, 0, 0, 0), {}, [], 5, "1-2"])
def test_what_is_no_range_is_refused(found: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be a range of the protocol"):
        read_attachments(tmp_path, [{"uri": (tmp_path / "a.py").as_uri(), "range": found}], no_document)


def test_a_hundred_and_one_attachments_are_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="up to 100"):
        read_attachments(tmp_path, [{"uri": "file:///a"}] * 101, no_document)
