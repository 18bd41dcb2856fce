"""Private keys that stand in a text: PEM, SSH2 and PGP armour, PuTTY's and OpenVPN's files, all of them in base 64 too.

A header alone is no key: code that reads keys names it.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

Span = tuple[str, int, int]
"""Kind, start and end of what is secret on one line."""

KIND = "private key"
MAX_BLOCK = 40_000
"""Characters of the longest block: a key of 16,384 bits has 13,000."""
MIN_BODY = 40
_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,60}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,60}PRIVATE KEY")
_BODY = re.compile(r"[A-Za-z0-9+/=][A-Za-z0-9+/=\\]{3,}")
_RUN = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_HEADER_LINE = re.compile(r"[ \t>*#/|\"']{0,20}[A-Z][A-Za-z-]{2,20}: ")
_PUTTY_LINES = re.compile(r"^Private-Lines: (\d{1,4})\r?$", re.MULTILINE)
_STATIC_KEY = re.compile(r"-----BEGIN OpenVPN Static key V\d-----\s{0,5}((?:[0-9a-f]{32}\s{1,5}){1,40})")
# What base 64 makes of "-----BEGIN".
_PEM_IN_BASE_64 = "LS0tLS1CRUdJTi"
_BODIES = (
    # DER in base 64 begins with the lengths of the key and the number of its kind: PKCS 1, PKCS 8 (RSA, EC, Ed25519), SEC 1, OpenSSH.
    r"MII[A-Za-z0-9+/]{3}IBAAK[BC][A-Za-z0-9+/]",
    r"MII[A-Za-z0-9+/]{2,3}[A-Za-z0-9+/]AgEAMA0GCSqGSIb3DQEBAQUA",
    r"MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAAS",
    r"M[A-Za-z0-9+/]{2,5}AgEAMBMGByqGSM49AgEG",
    r"M[A-Za-z0-9+/]{2,5}CAQAwEwYHKoZIzj0CAQ",
    r"MC4CAQAwBQYDK2VwBCIEI",
    r"MHcCAQEEI",
    r"MIGkAgEBBD",
    r"b3BlbnNzaC1rZXktdjEA",
    # PEM in base 64 twice, and PEM of UTF-16 in base 64.
    r"TFMwdExTMUNSVWRKVG",
    r"LQAtAC0ALQAtAEIARQBHAEkATg",
)
_BODY_WORDS = ("IBAAK", "AgEAM", "IBADANBg", "CAQAwEwYH", "CAQAwBQYD", "MHcCAQEEI", "MIGkAgEBBD", "b3BlbnNzaC1rZXktdjEA", "TFMwdExTMUNSVWRKVG", "LQAtAC0ALQAtAEIA")  # fmt: skip
_BARE_BODY = re.compile(rf"(?<![A-Za-z0-9+/])(?:{'|'.join(_BODIES)})[A-Za-z0-9+/]{{30,{MAX_BLOCK}}}={{0,2}}")
_PEM_IN_HEX = "2d2d2d2d2d424547494e"
_HEX = re.compile(f"[0-9a-fA-F]{{200,{MAX_BLOCK}}}")
_BASE_64 = re.compile(r"[A-Za-z0-9+/]+={0,2}(?:\r?\n[ \t]*[A-Za-z0-9+/]{16,100}={0,2})*")


def key_blocks(text: str, lower: str) -> Iterator[Span]:
    """The secret parts of all keys in a text, line by line; `lower` is the text in lower case."""
    if "private key" in lower:
        yield from _armoured(text)
    if "putty-user-key-file-" in lower:
        yield from _putty(text)
    if "openvpn static key" in lower:
        for match in _STATIC_KEY.finditer(text):
            yield from _lines(text, *match.span(1))
    if _PEM_IN_BASE_64 in text:
        yield from _in_base_64(text)
    if _PEM_IN_HEX in lower or any(word in text for word in _BODY_WORDS):
        yield from _without_armour(text, lower)


def _without_armour(text: str, lower: str) -> Iterator[Span]:
    for match in _BARE_BODY.finditer(text):
        yield from _lines(text, *match.span())
    if _PEM_IN_HEX in lower:
        for match in _HEX.finditer(lower):
            # "PRIVATE".
            if _PEM_IN_HEX in match[0] and "50524956415445" in match[0]:
                yield KIND, *match.span()


def is_all_key(text: str) -> bool:
    """Whether a text is a private key and hardly anything else."""
    if "PRIVATE KEY" not in text and "PuTTY-User-Key-File-" not in text:
        return False
    n_secret = sum(end - start for _, start, end in key_blocks(text, text.lower()))
    return n_secret > 0 and 2 * n_secret > len(text)


def _armoured(text: str) -> Iterator[Span]:
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        limit = min(len(text), begin.end() + MAX_BLOCK)
        # A block that lacks its end must not reach into the next one.
        later = _BEGIN.search(text, begin.end(), limit)
        limit = later.start() if later else limit
        end = _END.search(text, begin.end(), limit)
        at = end.start() if end else _end_of_body(text, begin.end(), limit)
        if sum(len(run[0]) for run in _RUN.finditer(text, begin.end(), at)) >= MIN_BODY:
            yield from _lines(text, begin.end(), at)
        # Always onward: a header without a body must not be met again.
        at = max(at, begin.end())


def _end_of_body(text: str, start: int, limit: int) -> int:
    """Where a block without an end stops to look like one."""
    at = start
    while at < limit:
        line_end = text.find("\n", at, limit)
        line_end = limit if line_end < 0 else line_end
        line = text[at:line_end]
        if line.strip() and not _RUN.search(line) and not _HEADER_LINE.match(line):
            break
        at = line_end + 1
    return min(at, limit)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """What is secret on each line of the body of a block: from the first character of base 64 to the last."""
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if not _HEADER_LINE.match(text, start, line_end):
            runs = [match.span() for match in _BODY.finditer(text, start, line_end)]
            if runs:
                yield KIND, runs[0][0], runs[-1][1]
        start = line_end + 1


def _putty(text: str) -> Iterator[Span]:
    for match in _PUTTY_LINES.finditer(text):
        start = match.end() + 1
        # Four digits at most, by the pattern: no number in a text makes this long.
        for _ in range(int(match[1])):
            line_end = text.find("\n", start)
            line_end = len(text) if line_end < 0 else line_end
            yield from _lines(text, start, line_end)
            start = line_end + 1
            if start > len(text):
                break


def _in_base_64(text: str) -> Iterator[Span]:
    at = text.find(_PEM_IN_BASE_64)
    while at >= 0:
        match = _BASE_64.match(text, at, min(len(text), at + MAX_BLOCK))
        end = match.end() if match else at + len(_PEM_IN_BASE_64)
        if _is_private(text[at : at + 80]):
            yield from _lines(text, at, end)
        at = text.find(_PEM_IN_BASE_64, end)


def _is_private(head: str) -> bool:
    try:
        # A multiple of four characters needs no padding.
        return b"PRIVATE" in b64decode("".join(head.split())[:56])
    except Error:
        return False
