"""Rules for the data of pictures and PDF files, and what they count: as the documentation of vision has them."""

from __future__ import annotations

import base64
import struct

from messages_api.errors import Json, invalid

MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/webp"),
    "document": ("application/pdf",),
}
BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
}
MOST_BYTES = 10 * 1024 * 1024
"""Of base64."""
MOST_PIXELS, FEW, MOST_PIXELS_OF_MANY = 8000, 20, 2000
PATCH, MOST_TOKENS = 28, 4784
PAGE_TOKENS = 2_300
DEFAULT_TOKENS = 1500


def check_source(block: Json, place: str) -> None:
    """The source of a picture or a document.

    Raises:
        ApiError: 400.
    """
    source, kind = block["source"], block["type"]
    if source.get("type") != "base64":
        return
    for name in source.keys() - {"type", "media_type", "data"}:
        raise invalid(f"{place}.source.base64.{name}: Extra inputs are not permitted")
    media_type, data = source.get("media_type"), source.get("data")
    if media_type not in MEDIA_TYPES[kind]:
        expected = ", ".join(repr(one) for one in MEDIA_TYPES[kind])
        raise invalid(f"{place}.source.base64.media_type: Input should be {expected}")
    try:
        raw = base64.b64decode(data, validate=True)
    except (TypeError, ValueError) as error:
        raise invalid(f"{place}.source.base64: invalid base64 data") from error
    if len(data) > MOST_BYTES:
        raise invalid(
            f"{place}.source.base64: {kind} exceeds 10 MB maximum: {len(data)} bytes > {MOST_BYTES} bytes"
        )
    if not raw.startswith(BEGINNINGS[media_type]):
        raise invalid(f"{place}.source.base64.data: Could not process {kind}")
    if max(size_of(raw)) > MOST_PIXELS:
        raise invalid(
            f"{place}.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels"
        )


def check_many(blocks: list[Json]) -> None:
    """The stricter bound for requests with many pictures.

    Raises:
        ApiError: 400.
    """
    sources = [one["source"] for one in blocks if one["source"].get("type") == "base64"]
    sizes = [size_of(base64.b64decode(source["data"])) for source in sources]
    if len(sizes) > FEW and any(max(size) > MOST_PIXELS_OF_MANY for size in sizes):
        raise invalid(
            "messages: image dimensions exceed max allowed size for many-image requests: 2000 pixels"
        )


def count_media(block: Json) -> int:
    """Patches of 28 pixels, scaled down to what one picture may have; pages of a PDF."""
    source = block["source"]
    if source.get("type") != "base64":
        return DEFAULT_TOKENS
    raw = base64.b64decode(source["data"])
    if block["type"] == "document":
        return PAGE_TOKENS * max(1, raw.count(b"/Type /Page /"))
    width, height = size_of(raw)
    if not width:
        return DEFAULT_TOKENS
    return min(MOST_TOKENS, -(-width // PATCH) * -(-height // PATCH))


def size_of(raw: bytes) -> tuple[int, int]:
    """Pixels of a PNG; zeros for all else."""
    return struct.unpack(">II", raw[16:24]) if raw.startswith(BEGINNINGS["image/png"]) else (0, 0)
