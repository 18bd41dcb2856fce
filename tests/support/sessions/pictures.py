"""Small pictures and PDF files, made here: headers as the formats have them, and pixels only where a test needs a whole one."""

from __future__ import annotations

import base64
import struct
import zlib


def png(width: int = 640, height: int = 480, *, moves: bool = False) -> bytes:
    """A whole picture of one colour."""
    rows = b"".join(b"\0" + b"\x40" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    control = _chunk(b"acTL", struct.pack(">II", 2, 0)) if moves else b""
    pixels = _chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + control + pixels + _chunk(b"IEND", b"")


def gif(width: int = 64, height: int = 48, n_frames: int = 1) -> bytes:
    """The header, and as many frames without pixels."""
    screen = struct.pack("<HHBBB", width, height, 0, 0, 0)
    frame = b"\x21\xf9\x04\0\x05\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\0"
    return b"GIF89a" + screen + frame * n_frames + b"\x3b"


def jpeg(width: int = 64, height: int = 48, *, camera_bytes: int = 0) -> bytes:
    """The header, behind as many bytes as a camera writes of itself."""
    camera = b"\xff\xe1" + struct.pack(">H", camera_bytes + 2) + b"x" * camera_bytes if camera_bytes else b""
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x11\0\x02\x11\0\x03\x11\0"
    return b"\xff\xd8" + camera + b"\xff\xdb\0\x03\0" + frame + b"\xff\xd9"


def webp(width: int = 64, height: int = 48, *, kind: str = "lossy", moves: bool = False) -> bytes:
    """The header of one of the three forms: lossy, lossless, extended."""
    if kind == "lossless":
        body = b"VP8L" + struct.pack("<IBI", 5, 0x2F, (width - 1) | (height - 1) << 14)
    elif kind == "extended":
        sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = b"VP8X" + struct.pack("<IBBBB", 10, 2 * moves, 0, 0, 0) + sizes
    else:
        body = b"VP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def pdf(n_pages: int = 3, *, compressed: bool = False, encrypted: bool = False) -> bytes:
    """Its pages as plain objects, or within a compressed stream as newer files have them."""
    pages = b"\n".join(b"<< /Type /Page /Parent 2 0 R >>" for _ in range(n_pages))
    tree = b"<< /Type /Pages /Count %d >>\n" % n_pages
    if compressed:
        packed = zlib.compress(tree + pages)
        tree = b"1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >> stream\n" % len(packed)
        pages = packed + b"\nendstream endobj"
    lock = b" /Encrypt 9 0 R" if encrypted else b""
    return b"%PDF-1.7\n" + tree + pages + b"\ntrailer << /Root 1 0 R" + lock + b" >>\n%%EOF\n"


def base64_of(data: bytes) -> str:
    """As JSON carries it."""
    return base64.b64encode(data).decode("ascii")


def attached(data: bytes, kind: str = "image", **more: str) -> dict[str, str]:
    """A picture as a client sends it."""
    return {"kind": kind, "mediaType": "image/png", "data": base64_of(data), **more}


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
