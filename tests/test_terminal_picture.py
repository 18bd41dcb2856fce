"""Pictures of terminals: escape sequences in, shapes and colours out."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from terminal_picture import BACKGROUND, FOREGROUND, PALETTE, svg_of

SVG = "{http://www.w3.org/2000/svg}"


def texts(screen: str) -> list[tuple[str, str]]:
    return [(one.text or "", one.attrib["fill"]) for one in ET.fromstring(svg_of(screen)).iter(f"{SVG}text")]  # noqa: S314  # our own XML


@pytest.mark.parametrize(
    ("codes", "colour"),
    [
        ("31", PALETTE[1]),
        ("92", PALETTE[10]),
        ("38;5;2", PALETTE[2]),
        ("38;5;16", "#000000"),
        ("38;5;231", "#ffffff"),
        ("38;5;244", "#808080"),
        ("38;2;1;2;255", "#0102ff"),
        ("1;4;38;2;1;2;3;3", "#010203"),
        ("31;39", FOREGROUND),
        ("31;0", FOREGROUND),
        ("7", BACKGROUND),
        ("7;27", FOREGROUND),
    ],
)
def test_a_colour_is_that_of_its_sequence(codes: str, colour: str) -> None:
    assert [("plain ", FOREGROUND), ("<a&b>", colour)] == texts(f"plain \x1b[{codes}m<a&b>")


def test_what_is_behind_a_text_is_a_rectangle_as_wide_as_its_cells() -> None:
    shown = svg_of("ab\x1b[48;2;9;9;9m東京\x1b[49m.\n")
    assert 'x="30" y="12" width="36" height="20" fill="#090909"' in shown
    assert '<text x="66"' in shown


def test_bold_and_the_rest_end_where_they_end() -> None:
    shown = svg_of("\x1b[1;3ma\x1b[22mb\x1b[23;4mc")
    looks = re.findall(r'(?:font-weight|font-style|text-decoration)="\w+"', shown)
    assert [
        'font-weight="bold"',
        'font-style="italic"',
        'font-style="italic"',
        'text-decoration="underline"',
    ] == looks


def test_frames_are_drawn_and_are_no_text() -> None:
    shown = svg_of("╭─╮\n│x│\n╰─╯")
    assert 3 == shown.count("<path ")
    assert [("x", FOREGROUND)] == [(text.strip(), fill) for text, fill in texts("╭─╮\n│x│\n╰─╯")]


def test_a_style_lasts_beyond_its_line() -> None:
    assert [("a", PALETTE[1]), ("b", PALETTE[1]), ("c", FOREGROUND)] == texts("\x1b[31ma\nb\x1b[0m\nc")
