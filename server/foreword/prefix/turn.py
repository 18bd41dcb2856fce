"""The turn: everything that belongs to this question alone. It comes after the last repository breakpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foreword.core.excerpt import Excerpt
from foreword.core.text import printable
from foreword.prefix.render import numbered, quoted


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, or a range of its lines (1-based, inclusive), that the user points at.

    `content` is the text of the whole file, or None where the model was shown it in full already.
    """

    path: str
    content: str | None
    start_line: int
    end_line: int


def render_turn(
    instructions: str, attachments: Sequence[Attachment], excerpts: Sequence[Excerpt], question: str
) -> tuple[str, ...]:
    """The texts of the turn, the question last."""
    material = "".join(_attached(attachment) for attachment in attachments)
    if excerpts:
        shown = "".join(_excerpt(excerpt) for excerpt in excerpts)
        material += (
            f"<excerpts>\nFound for the question; each line begins with its number.\n{shown}</excerpts>\n"
        )
    last = f"{instructions}\n{printable(question)}"
    return (material, last) if material else (last,)


def _attached(attachment: Attachment) -> str:
    where = f"path={quoted(attachment.path)} lines={quoted(f'{attachment.start_line}-{attachment.end_line}')}"
    if attachment.content is None:
        return f"<attached {where}/>\n"
    lines = numbered(printable(attachment.content), attachment.start_line, attachment.end_line)
    return f"<attached {where}>\n{lines}</attached>\n"


def _excerpt(excerpt: Excerpt) -> str:
    symbol = f" symbol={quoted(excerpt.symbol)}" if excerpt.symbol else ""
    lines = excerpt.text.split("\n")
    rows = "".join(f"{number}\t{line}\n" for number, line in enumerate(lines, excerpt.start_line))
    return f"<excerpt path={quoted(excerpt.path)}{symbol}>\n{printable(rows)}</excerpt>\n"
