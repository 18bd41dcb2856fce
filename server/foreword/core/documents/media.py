"""Pictures and PDF files as a question carries them: what kind they are, how large, and about how many tokens.

    bytes -> Media        what is in the bytes decides, not what somebody calls them
    Media -> content block of the Messages API
    content block -> tokens

Only headers are read and nothing is decoded: a damaged picture is refused by the API, not by us. All loops are linear in
the length of the data, and the pages of a PDF are counted in a bounded part of it.

https://platform.claude.com/docs/en/build-with-claude/vision, .../vision-coordinates, .../pdf-support
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Any, Literal

from foreword.core.errors import UsageError

MediaKind = Literal["image", "document"]
MediaType = Literal["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]
Vision = Literal["high", "standard", "none"]
"""How closely a model looks at pictures; `none` where it is not known to see any."""

ENDINGS: Mapping[str, MediaType] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "pdf": "application/pdf",
    }
)
"""What files are called that a question may carry."""
TAKEN = "PNG, JPEG, GIF, WebP and PDF"
MAX_EDGE = 8_000
"""Pixels of a side, from which on the API refuses a picture."""
MAX_DATA_BYTES = 10_000_000
"""The largest picture or PDF that is read at all; providers may take less."""
PATCH = 28
"""Pixels of the side of a patch, which is a token."""
MOST_PATCHES: Mapping[Vision, tuple[int, int]] = MappingProxyType(
    {"high": (2_576, 4_784), "standard": (1_568, 1_568), "none": (1_568, 1_568)}
)
"""Pixels of the longer side, and tokens of a picture, to which the API scales larger ones down."""
PAGE_TEXT_TOKENS = 2_250
"""Text of a page: the middle of the 1,500 to 3,000 that the documentation has."""
PAGE_PIXELS = (1_075, 1_520)
"""A page as a picture, by the example of the documentation: A4 at 130 dots an inch."""
BYTES_A_PAGE = 50_000
"""A guess for PDF files whose pages can't be counted."""
MAX_INFLATED = 20_000_000
"""Bytes of object streams in which the pages of a PDF are looked for."""

_PAGE = re.compile(rb"/Type\s{0,8}/Page(?![A-Za-z])")
_ENCRYPTED = re.compile(rb"/Encrypt\s{1,8}\d{1,10}\s{1,8}\d{1,5}\s{1,8}R")
_OBJECT_STREAM = re.compile(rb"/Type\s{0,8}/ObjStm")
_STREAM = re.compile(rb"stream\r?\n")
MAX_HEADER = 400
"""Bytes between the name of an object stream and its data."""
MAX_PDF_HEAD = 1_024
"""PDF files may begin with so many other bytes."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a PDF file that goes with a question.

    `name` is what the user calls it, `path` its place in the workspace (empty: it is of elsewhere). `data` is base64.
    `width` and `height` are pixels, 0 for a PDF; `n_pages` of a PDF, 0 where they can't be counted.
    """

    name: str
    media_type: MediaType
    data: str
    n_bytes: int
    width: int = 0
    height: int = 0
    n_pages: int = 0
    is_animated: bool = False
    path: str = ""

    @property
    def kind(self) -> MediaKind:
        """As the type of its content block."""
        return "document" if self.media_type == "application/pdf" else "image"

    @property
    def block(self) -> Json:
        """The content block of the Messages API."""
        source = {"type": "base64", "media_type": self.media_type, "data": self.data}
        return {"type": self.kind, "source": source}

    @property
    def told(self) -> Json:
        """What is kept of it beside the data, such as in the list of a chat's messages."""
        size = (
            {"pages": self.n_pages}
            if self.kind == "document"
            else {"width": self.width, "height": self.height}
        )
        known = {"kind": self.kind, "name": self.name, "mediaType": self.media_type, "bytes": self.n_bytes}
        return {**known, **size, **({"path": self.path} if self.path else {})}


def is_media_path(path: str) -> bool:
    """Whether a file is called as a picture or a PDF that a question may carry."""
    return path.rpartition(".")[2].lower() in ENDINGS and "." in path


def media_of(name: str, data: bytes, path: str = "") -> Media:
    """The picture or PDF in these bytes, whatever they are called.

    Raises:
        UsageError: it is neither, or too large for any provider.
    """
    if len(data) > MAX_DATA_BYTES:
        raise UsageError(
            f"{name} has {len(data) / 1e6:.1f} MB, and at most {MAX_DATA_BYTES // 1_000_000} are taken: make it smaller"
        )
    encoded, n_bytes = base64.b64encode(data).decode("ascii"), len(data)
    if data[:MAX_PDF_HEAD].find(b"%PDF-") >= 0:
        if _ENCRYPTED.search(data):
            raise UsageError(
                f"{name} is encrypted, and can't be read without its password: save it without one"
            )
        return Media(name, "application/pdf", encoded, n_bytes, n_pages=_n_pages(data), path=path)
    found = _measured(data)
    if found is None:
        raise UsageError(f"{name} is no picture and no PDF that can be sent: {TAKEN} are taken")
    media_type, width, height, is_animated = found
    if not width or not height:
        raise UsageError(f"{name} is damaged: it says that it is {width} x {height} pixels large")
    if max(width, height) > MAX_EDGE:
        raise UsageError(
            f"{name} has {width:,} x {height:,} pixels, more than {MAX_EDGE:,} a side: make it smaller"
        )
    return Media(name, media_type, encoded, n_bytes, width, height, is_animated=is_animated, path=path)


def media_from_base64(name: str, text: str) -> Media:
    """As `media_of`, out of base64.

    Raises:
        UsageError: it is no base64, or not what can be sent.
    """
    # Said before it is decoded: what a client sends may be of any size.
    if len(text) > ceil(MAX_DATA_BYTES / 3) * 4:
        raise UsageError(f"{name} has more than {MAX_DATA_BYTES // 1_000_000} MB: make it smaller")
    try:
        return media_of(name, base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"{name} can't be read: its data is no base64") from error


def image_tokens(width: int, height: int, vision: Vision) -> int:
    """The tokens of a picture, after it was scaled down to what the model takes."""
    edge, most = MOST_PATCHES[vision]
    if not _fits(width, height, edge, most):
        long, short = max(width, height), min(width, height)
        # The largest size of the same shape; what fits is found from below.
        n = bisect_left(
            range(1, long), 1, key=lambda side: not _fits(side, _scaled(short, side, long), edge, most)
        )
        width, height = n, _scaled(short, n, long)
    return _patches(width) * _patches(height)


def media_tokens(block: Mapping[str, Any], vision: Vision) -> int:
    """About how many tokens a content block with a picture or a PDF is."""
    source = block.get("source")
    data = source.get("data") if isinstance(source, Mapping) else None
    if not isinstance(data, str):
        return MOST_PATCHES[vision][1]
    if block.get("type") == "document":
        raw = _decoded(data)
        n_pages = _n_pages(raw) or max(1, len(raw) // BYTES_A_PAGE)
        return n_pages * (PAGE_TEXT_TOKENS + image_tokens(*PAGE_PIXELS, vision))
    found = _measured(_decoded(data))
    return image_tokens(found[1], found[2], vision) if found else MOST_PATCHES[vision][1]


def is_media(block: Mapping[str, Any]) -> bool:
    """Whether a content block is a picture or a document."""
    return block.get("type") in {"image", "document"}


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data)
    except ValueError:
        return b""


def _patches(pixels: int) -> int:
    return ceil(pixels / PATCH)


def _scaled(short: int, side: int, long: int) -> int:
    return max(1, round(short * side / long))


def _fits(width: int, height: int, edge: int, most: int) -> bool:
    across, down = _patches(width), _patches(height)
    return max(across, down) * PATCH <= edge and across * down <= most


Size = tuple[MediaType, int, int, bool]
"""Type, width, height, and whether it moves."""


def _measured(data: bytes) -> Size | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _big(data[16:20]), _big(data[20:24]), _moves_png(data)
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        # Each frame but the first comes after a block that says how long the one before is shown.
        moves = data.count(b"\x21\xf9\x04") > 1
        return "image/gif", _little(data[6:8]), _little(data[8:10]), moves
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _measured_webp(data)
    if data.startswith(b"\xff\xd8\xff"):
        width, height = _jpeg_size(data)
        return "image/jpeg", width, height, False
    return None


def _moves_png(data: bytes) -> bool:
    """Whether it is an animated PNG: its control chunk stands before the pixels."""
    control, pixels = data.find(b"acTL", 0, 100_000), data.find(b"IDAT")
    return 0 <= control < pixels


def _measured_webp(data: bytes) -> Size:
    """https://developers.google.com/speed/webp/docs/riff_container."""
    kind = data[12:16]
    if kind == b"VP8X":
        return (
            "image/webp",
            1 + _little(data[24:27]),
            1 + _little(data[27:30]),
            bool(data[20:21] > b"" and data[20] & 2),
        )
    if kind == b"VP8L":
        bits = _little(data[21:25])
        return "image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), False
    return "image/webp", _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF, False


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height out of the frame header; zeros where there is none."""
    at = 2
    while at + 9 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF:  # noqa: PLR2004 - a marker begins with it
            return 0, 0
        # Baseline, progressive and the like: all but the tables among these markers are frame headers.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - ITU T.81, table B.1
            return _big(data[at + 7 : at + 9]), _big(data[at + 5 : at + 7])
        # Fill bytes before a marker are of length one.
        at += 1 if marker == 0xFF else 2 + _big(data[at + 2 : at + 4])  # noqa: PLR2004 - the same
    return 0, 0


def _n_pages(data: bytes) -> int:
    """How many pages a PDF has; newer ones keep them in compressed streams."""
    return len(_PAGE.findall(data)) + sum(len(_PAGE.findall(part)) for part in _object_streams(data))


def _object_streams(data: bytes) -> Iterator[bytes]:
    view, at, left = memoryview(data), 0, MAX_INFLATED
    while left > 0 and (found := _OBJECT_STREAM.search(data, at)):
        at = found.end()
        begin = _STREAM.search(data, at, at + MAX_HEADER)
        if begin is None:
            continue
        inflater = zlib.decompressobj()
        try:
            part = inflater.decompress(view[begin.end() :], left)
        except zlib.error:
            continue
        # What was taken in is not looked at again, so that the time stays linear.
        at = max(at, len(data) - len(inflater.unused_data) - len(inflater.unconsumed_tail))
        left -= len(part)
        yield part


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
