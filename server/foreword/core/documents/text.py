"""Bytes to text and back, without losing or inventing anything.

Whatever the bytes are, `encode(decode(data)) == data`: bytes that mean nothing in the encoding become lone
surrogates (PEP 383) and turn into the same bytes again. `Text.content` keeps the file's own newlines, and the
byte order mark is a flag beside it. What goes into a prompt is `printable(content)`, which is one-way.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from foreword.core.documents.legacy_encoding import (
    CONTROL_BYTE,
    UTF8_SEQUENCE,
    declared_encoding,
    has_declaration,
    is_reversible,
    recognised_encoding,
    shifted_encoding,
)
from foreword.core.errors import EditError

Encoding = str
"""`utf-8`, `utf-16-le`, `utf-16-be`, `latin-1`, or a legacy one by Python's name (`gbk`, `cp932`, `cp1251` ...)."""
Newline = Literal["lf", "crlf", "cr", "mixed", "none"]

BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
KEEP_INVALID: Mapping[Encoding, str] = {
    "utf-8": "surrogateescape",
    "utf-16-le": "surrogatepass",
    "utf-16-be": "surrogatepass",
    "latin-1": "strict",
}
"""The error handler that makes each encoding reversible."""
SHIFTING = frozenset(("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr", "hz"))
"""Encodings in which bytes that are all ASCII stand for other letters."""
WIDE = frozenset(("utf-16-le", "utf-16-be"))

UTF16_SAMPLE_BYTES = 4096
UTF16_MIN_BYTES = 8
UTF16_MIN_SHARE = 0.7
"""Without a byte order mark, text is UTF-16 when so many of every second byte are NUL, and no other byte is."""

MIN_LETTERS_A_BYTE = 20
"""A file is UTF-8 with a few wrong bytes where it has so many letters beyond ASCII for each of them."""
LATIN1_MAX_HIGH_SHARE = 0.3
LATIN1_MIN_LETTER_SHARE = 0.75
LATIN1_MIN_SHORT_RUN_SHARE = 0.9

C1_TO_CP1252: Mapping[int, str] = {
    byte: character
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode("cp1252", "ignore")) != ""
}
CP1252_ONLY = frozenset(C1_TO_CP1252.values())
CP1252_TO_C1: Mapping[int, str] = {ord(character): chr(byte) for byte, character in C1_TO_CP1252.items()}

LATIN9_SIGNS = frozenset(map(chr, (0xA4, 0xA6, 0xA8, 0xB4, 0xB8, 0xBC, 0xBD, 0xBE)))
"""Signs of ISO-8859-1 in whose places ISO-8859-15 has letters and the euro."""
NAME_IT = "name it (`charset` in .editorconfig, or context.encoding), or convert the file to UTF-8 first"

SURROGATES = re.compile("[\ud800-\udfff]")
UNPRINTABLE = re.compile("[\0\ud800-\udfff]")
CONTROLS = re.compile("\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves a terminal's cursor, sets its title or clipboard, or reorders what people read.

Controls other than tab and line ends (ECMA-48), and the directional overrides of Unicode (UTS #55).
"""
NEWLINES = re.compile(r"\r\n|\n|\r")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
PLAUSIBLE_RUN = re.compile(
    rb"(?<=[A-Za-z])[\x80-\xff]+|[\x80-\xff]+(?=[A-Za-z])|[\x80\x85\x91-\x97\xa0\xa3\xa7\xa9\xab\xae\xb0\xb1\xb5\xb7\xbb]"
)
"""Accented letters beside ASCII letters, or a sign that stands alone, such as the one for copyright."""
WESTERN_BYTE = re.compile(rb"[\x80\x85\x91-\x97\xa0\xa3\xa7-\xa9\xab\xad\xae\xb0\xb4-\xb7\xbb\xbf-\xff]")

SIGN_IN_A_WORD = re.compile(
    rb"[A-Za-z\xe1][\x80-\x82\x84\x85\x87\x88\x8b\x93-\x95\x98\x99\x9b\xa1-\xa3][A-Za-z\xe1]"
)
"""What are signs in windows-1252, and letters in the code pages of DOS, between two letters."""


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file.

    `encoding` "latin-1" is meant as on the web, as windows-1252, with the five bytes that it leaves open
    standing for themselves (https://encoding.spec.whatwg.org/#names-and-labels).
    """

    content: str
    encoding: Encoding = "utf-8"
    bom: bool = False

    @property
    def newline(self) -> Newline:
        """How the lines end."""
        n_crlf = self.content.count("\r\n")
        counts: dict[Newline, int] = {
            "crlf": n_crlf,
            "lf": self.content.count("\n") - n_crlf,
            "cr": self.content.count("\r") - n_crlf,
        }
        kinds = [kind for kind, n in counts.items() if n]
        return "mixed" if len(kinds) > 1 else kinds[0] if kinds else "none"

    @property
    def n_invalid(self) -> int:
        """The number of bytes that mean nothing in the encoding."""
        if self.content.isascii():
            return 0
        # A lone surrogate is one unit of UTF-16, and in UTF-8 stands for one byte (PEP 383).
        bytes_each = 1 if self.encoding == "utf-8" else 2
        return bytes_each * len(SURROGATES.findall(self.content))


def decode(data: bytes, expected: Encoding | None = None) -> Text:
    """The text of a file: by its byte order mark, as UTF-8, by what it declares, as `expected`, or by its letters.

    `expected` is what the project or the editor says of the file (see `encoding_name`); it counts only where the text is the
    same bytes again. Text in ASCII has the encoding in which new letters are to be written. What is none of these is UTF-8 with
    the undecodable bytes kept as lone surrogates.
    """
    for mark, encoding in BOMS:
        # An odd number of bytes is no UTF-16, whatever it begins with.
        if data.startswith(mark) and (encoding == "utf-8" or len(data) % 2 == 0):
            return Text(_decoded(data[len(mark) :], encoding), encoding, bom=True)
    is_wide = expected in WIDE and len(data) % 2 == 0
    if b"\0" in data:
        wide = (_if_valid(data, expected) if is_wide and expected else None) or _utf16_of(data)
        if wide is not None:
            return Text(_decoded(data, wide), wide)
    elif data.isascii():
        encoding = _encoding_of_ascii(data, expected)
        return Text(data.decode(encoding if encoding in SHIFTING else "ascii"), encoding)
    try:
        return Text(data.decode("utf-8"))
    except UnicodeDecodeError:
        encoding = _legacy_encoding(data, expected) or "utf-8"
        return Text(_decoded(data, encoding), encoding)


def _encoding_of_ascii(data: bytes, expected: Encoding | None) -> Encoding:
    """In what new letters are written: as the file declares, or as is expected of it."""
    declared = declared_encoding(data) if has_declaration(data) else None
    declared = declared or (shifted_encoding(data) if b"\x1b" in data else None)
    if declared is not None:
        return declared
    return "utf-8" if expected is None or expected in WIDE else expected


def as_utf8(data: bytes, expected: Encoding | None = None) -> bytes:
    """A file's contents in UTF-8, which parsers and tokenizers read; bytes that mean nothing in its encoding stay as they are."""
    if b"\0" not in data:
        if data.isascii() and b"\x1b" not in data:
            return data
        with suppress(UnicodeDecodeError):
            data.decode("utf-8")
            return data
    text = decode(data, expected)
    if text.encoding == "utf-8":
        return data
    # Half a surrogate pair, as UTF-16 may have, is no UTF-8.
    return text.content.encode("utf-8", "replace")


def encode(text: Text) -> bytes:
    """The bytes of a file with this text.

    Raises:
        EditError: the content has a character that the file's encoding does not have.
    """
    content = text.content.translate(CP1252_TO_C1) if text.encoding == "latin-1" else text.content
    try:
        data = content.encode(text.encoding, KEEP_INVALID.get(text.encoding, "strict"))
    except UnicodeEncodeError as error:
        character = ascii(error.object[error.start])
        message = (
            f"{character} can't be written in {_shown_name(text.encoding)}: convert the file to UTF-8 first"
        )
        raise EditError(message) from error
    return _mark_of(text) + data


def encode_edited(before: Text, after: Text) -> bytes:
    """The bytes of a file after an edit.

    Raises:
        EditError: a new character can't be written, or nobody knows how: the bytes of the file mean nothing in UTF-8.
    """
    added = {one for one in set(after.content) - set(before.content) if one > "\x7f"}
    n_letters = sum(one > "\x7f" for one in before.content) - len(SURROGATES.findall(before.content))
    if added and before.encoding == "utf-8" and n_letters < MIN_LETTERS_A_BYTE * before.n_invalid:
        raise EditError(f"{min(added)!a} can't be written: the encoding of the file is unknown, so {NAME_IT}")
    if added & CP1252_ONLY and before.encoding == "latin-1" and _may_be_latin9(before.content):
        raise EditError(
            f"{min(added & CP1252_ONLY)!a} can't be written: the encoding may be windows-1252 or ISO-8859-15, so {NAME_IT}"
        )
    return encode(after)


def _may_be_latin9(content: str) -> bool:
    """Whether nothing says that text is in windows-1252, and a sign does that it may be in ISO-8859-15."""
    characters = set(content)
    return bool(characters & LATIN9_SIGNS) and not characters & CP1252_ONLY


def _shown_name(encoding: Encoding) -> str:
    """What people call an encoding."""
    return "windows-1252" if encoding == "latin-1" else encoding


def printable(content: str) -> str:
    r"""What of a file's content may stand in a prompt: valid Unicode without NUL, lines ended by "\n".

    What can't be shown is written visibly: an undecodable byte as `\x9f`, a lone surrogate as `\ud83d`.
    """
    if "\r" in content:
        content = NEWLINES.sub("\n", content)
    if content.isascii() and "\0" not in content:
        return content
    return UNPRINTABLE.sub(_visible, content)


def cut_middle(text: str, most: int) -> str:
    """At most so many characters of a text, cut in its middle: of a path, both the folder and the name are seen."""
    if len(text) <= most:
        return text
    # The end is what tells two paths apart, so it gets the larger half.
    n_first = max(0, (most - 1) // 3)
    n_last = max(0, most - 1 - n_first)
    return f"{text[:n_first]}…{text[len(text) - n_last :]}"


def displayable(content: str) -> str:
    r"""What of a text may be sent to a terminal: its control characters are written visibly, as `\x1b` or `\u202e`."""
    return content if content.isascii() and content.isprintable() else CONTROLS.sub(_visible, content)


def well_formed(content: str) -> str:
    """Text without half a surrogate pair: two halves that met become their character, any other one U+FFFD."""
    if SURROGATES.search(content) is None:
        return content
    return content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def lines_of(content: str) -> list[str]:
    r"""The lines without their ends, which are "\n", "\r\n" or "\r" and nothing else (form feeds stay)."""
    lines = NEWLINES.split(content) if "\r" in content else content.split("\n")
    return lines if lines[-1] else lines[:-1]


def _decoded(data: bytes, encoding: Encoding) -> str:
    content = data.decode(encoding, KEEP_INVALID.get(encoding, "strict"))
    return content.translate(C1_TO_CP1252) if encoding == "latin-1" else content


def _mark_of(text: Text) -> bytes:
    return next(mark for mark, encoding in BOMS if encoding == text.encoding) if text.bom else b""


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    # PEP 383 keeps an undecodable byte as U+DC00 plus its value.
    escaped_byte = code - 0xDC00
    if code <= 0xFF or 0x80 <= escaped_byte <= 0xFF:  # noqa: PLR2004 - the range of PEP 383
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}"


def _utf16_of(data: bytes) -> Encoding | None:
    """The byte order of UTF-16 text in a Western script that has no byte order mark."""
    if len(data) % 2 or len(data) < UTF16_MIN_BYTES:
        return None
    sample = data[:UTF16_SAMPLE_BYTES]
    # A Western letter has a zero byte beside it: behind it in little endian, in front in big endian.
    n_even, n_odd = sample[::2].count(0), sample[1::2].count(0)
    enough = UTF16_MIN_SHARE * len(sample) / 2
    if n_odd >= enough and not n_even:
        return _if_valid(data, "utf-16-le")
    if n_even >= enough and not n_odd:
        return _if_valid(data, "utf-16-be")
    return None


def _if_valid(data: bytes, encoding: Encoding) -> Encoding | None:
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in content else encoding


def _legacy_encoding(data: bytes, expected: Encoding | None) -> Encoding | None:
    declared = declared_encoding(data)
    if declared is not None:
        return declared
    if expected is not None and (expected == "latin-1" or is_reversible(data, expected)):
        return expected
    return "latin-1" if _is_latin1(data) else recognised_encoding(data)


def _is_latin1(data: bytes) -> bool:
    """Whether bytes that are no UTF-8 look like Western words: single high letters among ASCII letters."""
    # Two Western letters that happen to be UTF-8 are rare: it is UTF-8 with some wrong bytes.
    if CONTROL_BYTE.search(data) or UTF8_SEQUENCE.search(data) or SIGN_IN_A_WORD.search(data):
        return False
    runs = HIGH_RUN.findall(data)
    n_high = sum(map(len, runs))
    if not n_high or n_high > LATIN1_MAX_HIGH_SHARE * len(data):
        return False
    n_short = sum(len(run) <= 2 for run in runs)  # noqa: PLR2004 - "Straßenübergänge", quote and letter
    return (
        n_short >= LATIN1_MIN_SHORT_RUN_SHARE * len(runs)
        and len(WESTERN_BYTE.findall(data)) >= LATIN1_MIN_LETTER_SHARE * n_high
        and len(PLAUSIBLE_RUN.findall(data)) >= LATIN1_MIN_LETTER_SHARE * len(runs)
    )
