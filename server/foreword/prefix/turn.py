"""The turn: everything that belongs to this question alone. It comes after the last repository breakpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foreword.core.documents.media import Media
from foreword.core.documents.text import printable
from foreword.core.outline import Excerpt
from foreword.core.secrets.redaction import collapsed, shown
from foreword.core.tokens import estimate
from foreword.prefix.base.render import numbered, quoted
from foreword.prefix.delta import unified_diff

EXCERPTS_HEAD = "Found for the question, what is less likely left out; each line begins with its number."
MAX_UNSAVED_TOKENS = 8_000
"""Of all unsaved files together; what does not fit is named only."""
MAX_COMPARED = 400_000
"""Characters of a file that is compared with its saved text; a diff of more would take seconds."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, or a range of its lines (1-based, inclusive), that the user points at.

    `content` is the text of the whole file, or None where the model was shown it in full already.
    """

    path: str
    content: str | None
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class UnsavedFile:
    """A file as it stands in the user's editor; `saved` is its text on disk, None where there is none yet."""

    path: str
    text: str
    saved: str | None


def render_turn(
    instructions: str,
    attachments: Sequence[Attachment],
    excerpts: Sequence[Excerpt],
    question: str,
    unsaved: str = "",
    *,
    media: Sequence[Media] = (),
    as_it_is: bool = False,
) -> tuple[str, ...]:
    """The texts of the turn, the question last.

    `unsaved` is as `render_unsaved` gives it; `as_it_is` if the user wants the secrets in the question to be sent. `media`
    are the pictures and PDF files before them, whose names stand here.
    """
    material = "".join(_carried(n, one) for n, one in enumerate(media, 1))
    material += "".join(_attached(attachment) for attachment in attachments)
    if excerpts:
        found = "".join(_excerpt(excerpt) for excerpt in excerpts)
        material += f"<excerpts>\n{EXCERPTS_HEAD}\n{found}</excerpts>\n"
    material += unsaved
    last = f"{instructions}\n{printable(question) if as_it_is else shown(question)}"
    return (material, last) if material else (last,)


def _attached(attachment: Attachment) -> str:
    where = f"path={quoted(attachment.path)} lines={quoted(f'{attachment.start_line}-{attachment.end_line}')}"
    if attachment.content is None:
        return f"<attached {where}/>\n"
    # Redacted as a whole and then cut: a key over several lines is known by the first of them.
    lines = numbered(shown(attachment.content), attachment.start_line, attachment.end_line)
    return f"<attached {where}>\n{lines}</attached>\n"


def _carried(number: int, media: Media) -> str:
    """What a picture or a PDF before the texts is called; what is no file of the workspace has no path."""
    where = f"path={quoted(media.path)}" if media.path else f"name={quoted(media.name)}"
    kind = "picture" if media.kind == "image" else "document"
    return f'<{kind} number="{number}" {where}/>\n'


def _excerpt(excerpt: Excerpt) -> str:
    symbol = f" symbol={quoted(excerpt.symbol)}" if excerpt.symbol else ""
    rows = "".join(f"{number}\t{line}\n" for number, line in excerpt.rows)
    return f"<excerpt path={quoted(excerpt.path)}{symbol}>\n{shown(rows)}</excerpt>\n"


def render_unsaved(files: Sequence[UnsavedFile]) -> tuple[str, tuple[str, ...]]:
    """The unsaved files, and the paths of those that are too large and only named."""
    told, named, left = "", list[str](), MAX_UNSAVED_TOKENS
    # The order in which an editor names its documents must not change what the model is told.
    for file in sorted(files, key=lambda file: file.path):
        text = _unsaved(file) if len(file.text) <= MAX_COMPARED else ""
        n_tokens = estimate(text)
        if not text or n_tokens > left:
            named.append(file.path)
            text = (
                f"<unsaved path={quoted(file.path)}>too large to show here; view it for its text</unsaved>\n"
            )
        else:
            left -= n_tokens
        told += text
    return told, tuple(named)


def _unsaved(file: UnsavedFile) -> str:
    """The diff against the saved text, or the whole text with line numbers where that is shorter."""
    text, name = shown(file.text), quoted(file.path)
    whole = f"<unsaved path={name}>\n{numbered(text, 1, text.count(chr(10)) + 1)}</unsaved>\n"
    if file.saved is None:
        return whole
    diff = collapsed(unified_diff(shown(file.saved), text, file.path))
    told = f"<unsaved path={name}>\nnot saved yet; against the saved file:\n{diff}</unsaved>\n"
    # A text that was written anew has a diff of twice its length.
    return min(told, whole, key=len)
