"""Text in an encoding from before Unicode: named in the file itself, or recognised by its letters.

What is taken for text here is the same bytes again when it is encoded; anything else is not taken.
"""

from __future__ import annotations

import codecs
import re
from types import MappingProxyType

DECLARED = re.compile(
    rb"\A(?:[^\n]*\n)?[^\n]*?coding[:=][ \t]*(?P<coding>[-\w.]+)"
    rb"|\A\s*<\?xml[^>]{0,100}\bencoding=[\"'](?P<xml>[-\w.]+)"
    rb"|<meta[^>]{0,200}\bcharset=[\"']?(?P<html>[-\w.]+)"
    rb"|\A@charset \"(?P<css>[-\w.]+)\"",
    re.IGNORECASE,
)
"""PEP 263 (Ruby and Emacs have the same), XML 1.0 section 4.3.3, HTML's `meta`, CSS `@charset`."""
HEAD_BYTES = 1024
CANDIDATES = ("gb18030", "cp932", "euc_jp", "cp949", "big5", "cp1251", "koi8_r", "koi8_u")
"""What East Asian and Cyrillic sources were written in; Western ones are told by other means (see `text`)."""
SAMPLE_BYTES = 4096
MIN_HIGH_BYTES = 6
MAX_UTF8_SHARE = 0.5
"""Bytes that are mostly UTF-8 are UTF-8 with some wrong ones among them."""
CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
SHIFTED = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
"""What switches to Japanese letters in ISO-2022-JP, whose bytes are all ASCII."""
HALF_WIDTH = re.compile("[\uff61-\uff9f]")
MAX_HALF_WIDTH = 0.5
"""Nobody writes Japanese in half-width letters for the most part: then it is another language."""
CYRILLIC = frozenset(("cp1251", "koi8_r", "koi8_u"))
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
BESIDE_LATIN = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]+|[\x80-\xff]+(?=[A-Za-z])")
MAX_BESIDE_LATIN = 0.3
"""The share of Cyrillic words that may begin or end in a Latin letter: more of them are Western words in a code page of DOS."""
MAX_MESS = 0.08
"""The share of odd sequences that charset-normalizer may find in a sample."""
SUPERSETS = MappingProxyType(
    {"ascii": None, "iso8859-1": "latin-1", "cp1252": "latin-1", "shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gbk",
     "utf_8_sig": "utf-8", "utf-16": None, "utf-32": None, "utf-7": None}
)  # fmt: skip
"""What programs mean by a name that once meant less (https://encoding.spec.whatwg.org/#names-and-labels); None for what none means."""
_NUMBERED = re.compile(r"^(?:windows|cp)-?(\d+)$|^(?:iso-?8859|iso88)-?(\d+)$|^(koi8)-?([ru])$")


def encoding_name(label: str) -> str | None:
    """Python's name of an encoding by any of its names, those of editors among them; None for one that is not known.

    `UTF-16LE` of git, `latin1` and `utf-16be` of .editorconfig, `windows1251`, `iso885915`, `gbk` and `utf8bom` of VS Code,
    `cp932` and `euc-jp` of Vim.
    """
    plain = label.strip().lower().replace("_", "-")
    if plain in {"utf8bom", "utf-8-bom"}:
        return "utf-8"
    if (found := _NUMBERED.match(plain)) is not None:
        page, part, koi8, letter = found.groups()
        plain = f"cp{page}" if page else f"iso8859-{part.removeprefix('59')}" if part else f"{koi8}_{letter}"
    try:
        name = codecs.lookup(plain).name
    except (LookupError, ValueError):
        return None
    if name in SUPERSETS:
        return SUPERSETS[name]
    is_text = _encoded("a", name) in {b"a", b"a\0", b"\0a"}
    return name if is_text else None


def has_declaration(data: bytes) -> bool:
    """Whether bytes may name their encoding: a quick look, for few do."""
    head = data[:HEAD_BYTES].lower()
    return b"coding" in head or b"charset" in head


def declared_encoding(data: bytes) -> str | None:
    """The encoding that bytes name themselves, by Python's name for it; None where it does not fit them."""
    match = DECLARED.search(data[:HEAD_BYTES])
    if match is None:
        return None
    name = next(group for group in match.groups() if group).decode("ascii")
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    # The name was read as ASCII: a codec that writes ASCII otherwise can't be the one that is meant.
    return codec if _encoded("a", codec) == b"a" and is_reversible(data, codec) else None


def recognised_encoding(data: bytes) -> str | None:
    """The encoding of bytes that are no UTF-8, by their letters; None where it is not clear."""
    sample = _sample(data)
    n_high = sum(byte > 0x7F for byte in sample)  # noqa: PLR2004 - the last byte of ASCII
    n_utf8 = sum(map(len, UTF8_SEQUENCE.findall(sample)))
    if n_high < MIN_HIGH_BYTES or n_utf8 >= MAX_UTF8_SHARE * n_high or CONTROL_BYTE.search(sample):
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it

    best = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
    if best is None or best.chaos > MAX_MESS or not is_reversible(data, best.encoding):
        return None
    if best.encoding in CYRILLIC and _is_among_latin(sample):
        return None
    if best.encoding == "cp932" and _is_half_width(sample.decode("cp932", "ignore")):
        return None
    # What the narrower one has is never written as one of the four-byte sequences of the wider one.
    return "gbk" if best.encoding == "gb18030" and is_reversible(data, "gbk") else best.encoding


def shifted_encoding(data: bytes) -> str | None:
    """ISO-2022-JP where bytes that are all ASCII are such text."""
    is_shifted = any(mark in data for mark in SHIFTED)
    return "iso2022_jp" if is_shifted and is_reversible(data, "iso2022_jp") else None


def _is_among_latin(sample: bytes) -> bool:
    return len(BESIDE_LATIN.findall(sample)) > MAX_BESIDE_LATIN * len(HIGH_RUN.findall(sample))


def _is_half_width(text: str) -> bool:
    return len(HALF_WIDTH.findall(text)) > MAX_HALF_WIDTH * sum(one > "\x7f" for one in text)


def _sample(data: bytes) -> bytes:
    """The first lines with anything but ASCII."""
    sample = b""
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            sample += line
        if len(sample) > SAMPLE_BYTES:
            break
    return sample


def _encoded(text: str, name: str) -> bytes | None:
    try:
        return text.encode(name)
    except (LookupError, UnicodeError):
        return None


def is_reversible(data: bytes, name: str) -> bool:
    """Whether text that is read so is the same bytes again when it is written."""
    try:
        return data.decode(name).encode(name) == data
    except (LookupError, UnicodeError, ValueError):
        return False
