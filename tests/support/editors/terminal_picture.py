"""What a terminal shows, as a picture: lines with their escape sequences become an SVG, without any tool.

Path("chat.svg").write_text(svg_of(terminal.run("capture-pane", "-e", "-p")))
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

CELL_WIDTH, CELL_HEIGHT, MARGIN = 9.0, 20.0, 12.0
FONT = "'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace"
FOREGROUND, BACKGROUND = "#e0e2ea", "#14161b"
"""Neovim's own: its dark colour scheme leaves them to the terminal where it is asked for 256 colours."""
PALETTE = (
    *("#07080d", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8"),
    *("#4f5258", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8"),
)
SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b[()][A-Z0-9]|\x0e|\x0f")
LINES = {"│": "M{m} {t}V{b}", "─": "M{l} {c}H{r}"} | {
    "╭": "M{m} {b}Q{m} {c} {r} {c}",
    "╮": "M{l} {c}Q{m} {c} {m} {b}",
    "╰": "M{m} {t}Q{m} {c} {r} {c}",
    "╯": "M{l} {c}Q{m} {c} {m} {t}",
}
"""Frames are drawn, since fonts leave gaps between rows."""


FLAGS = BOLD, ITALIC, UNDERLINE, REVERSE = 1, 3, 4, 7
ENDS = {22: BOLD, 23: ITALIC, 24: UNDERLINE, 27: REVERSE}
LOOKS = {BOLD: 'font-weight="bold"', ITALIC: 'font-style="italic"', UNDERLINE: 'text-decoration="underline"'}


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks: its colours in the words of SVG, its flags by their codes."""

    fore: str = FOREGROUND
    back: str = BACKGROUND
    flags: frozenset[int] = frozenset()

    @property
    def colours(self) -> tuple[str, str]:
        """Of the text and of what is behind it."""
        return (self.back, self.fore) if REVERSE in self.flags else (self.fore, self.back)


Run = tuple[str, Style]


def svg_of(screen: str) -> str:
    """A screen as tmux captures it with `-e`."""
    rows = list(_rows(screen.rstrip("\n").split("\n")))
    columns = max(sum(_width(text) for text, _ in row) for row in rows)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(rows) * CELL_HEIGHT + 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="{FONT}" font-size="15">\n'
        f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/>\n'
    )
    return (
        head + "".join(piece for number, row in enumerate(rows) for piece in _row(number, row)) + "</svg>\n"
    )


def _rows(lines: Sequence[str]) -> Iterator[list[Run]]:
    """The runs of each line; a style lasts until another one is said, beyond the end of its line too."""
    style = Style()
    for line in lines:
        row, start = [], 0
        for found in SEQUENCE.finditer(line):
            row.append((line[start : found.start()], style))
            if found[1] is not None:
                style = _styled(style, [int(code or 0) for code in re.split("[;:]", found[1])])
            start = found.end()
        row.append((line[start:], style))
        yield [run for run in row if run[0]]


def _styled(style: Style, codes: Sequence[int]) -> Style:
    """The style after a sequence of "select graphic rendition" (ECMA-48, and xterm's colours)."""
    rest = list(codes)
    while rest:
        match rest.pop(0):
            case 0:
                style = Style()
            case 38 | 48 as code:
                colour = _colour(rest)
                style = replace(style, fore=colour) if code == 38 else replace(style, back=colour)
            case 39:
                style = replace(style, fore=FOREGROUND)
            case 49:
                style = replace(style, back=BACKGROUND)
            case code if code in FLAGS:
                style = replace(style, flags=style.flags | {code})
            case code if code in ENDS:
                style = replace(style, flags=style.flags - {ENDS[code]})
            case code if code % 10 < 8 and code // 10 in (3, 9):
                style = replace(style, fore=PALETTE[code % 10 + 8 * (code >= 90)])
            case code if code % 10 < 8 and code // 10 in (4, 10):
                style = replace(style, back=PALETTE[code % 10 + 8 * (code >= 100)])
    return style


def _colour(rest: list[int]) -> str:
    """One of the 256 colours, or red, green and blue; takes them off the list."""
    if rest.pop(0) == 2:
        red, green, blue = (rest.pop(0) for _ in range(3))
        return f"#{red:02x}{green:02x}{blue:02x}"
    number = rest.pop(0)
    if number < 16:
        return PALETTE[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps = (0, 95, 135, 175, 215, 255)
    number -= 16
    return "#" + "".join(f"{steps[number // place % 6]:02x}" for place in (36, 6, 1))


def _row(number: int, row: Sequence[Run]) -> Iterator[str]:
    column, top = 0, MARGIN + number * CELL_HEIGHT
    for text, style in row:
        fore, back = style.colours
        left, width = MARGIN + column * CELL_WIDTH, _width(text) * CELL_WIDTH
        if back != BACKGROUND:
            yield f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{CELL_HEIGHT:g}" fill="{back}"/>\n'
        frames = "".join(
            _frame(sign, MARGIN + (column + _width(text[:at])) * CELL_WIDTH, top)
            for at, sign in enumerate(text)
            if sign in LINES
        )
        if frames:
            yield f'<path d="{frames}" stroke="{fore}" fill="none"/>\n'
        words = "".join(" " if sign in LINES else sign for sign in text)
        if words.strip() or UNDERLINE in style.flags:
            yield _text(words, left, top, width, style)
        column += _width(text)


def _text(words: str, left: float, top: float, width: float, style: Style) -> str:
    looks = "".join(f" {look}" for flag, look in LOOKS.items() if flag in style.flags)
    return (
        f'<text x="{left:g}" y="{top + CELL_HEIGHT * 0.72:g}" textLength="{width:g}" xml:space="preserve" '
        f'fill="{style.colours[0]}"{looks}>{escape(words, quote=False)}</text>\n'
    )


def _frame(sign: str, left: float, top: float) -> str:
    middle, centre = left + CELL_WIDTH / 2, top + CELL_HEIGHT / 2
    return LINES[sign].format(l=left, r=left + CELL_WIDTH, m=middle, t=top, b=top + CELL_HEIGHT, c=centre)


def _width(text: str) -> int:
    """In cells; emoji and East Asian signs take two."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )
