"""Values that are given to something called a password, a token or a key, in the ways that languages and files have for it.

What is quoted, or alone on its line, has to look like no word; where prose or code could stand, it has to look generated.
"""

from __future__ import annotations

import itertools
import re
from base64 import b64decode
from binascii import Error
from collections import Counter
from collections.abc import Iterator
from math import log2

from foreword.core.secrets.own_rules import QUOTE

Span = tuple[str, int, int]
"""Kind, start and end."""

KIND = "password"
LEAST_ENTROPY = 3.2
"""Bits a character: the least entropy of a password that no rule knows by its form."""
LEAST_GENERATED = 10
"""Characters of a value that looks generated."""
LEAST_CHANGES = 0.3
"""How often small letters, capitals and digits take turns in it, of all places where they could: names of variables are below."""
LEAST_WITHOUT_DIGIT, MANY_CHANGES = 14, 0.4
"""The same for a value without a digit: no name of a variable is so mixed."""
_WORDS = (
    *(
        "passw",
        "passphrase",
        "secret",
        "key",
        "token",
        "credential",
        "pwd",
        "psk",
        "requirepass",
        "masterauth",
    ),
    *("rootpw", "mnemonic", "community", "securestring", "identified by", "salt", "pass"),
)
_KEY_OF = re.compile(
    r"(?:api|app|application|access|client|private|encryption|signing|account|auth|secret|master|admin|hmac|shared|write|service"
    r"|storage|search|session|cookie|cipher|aes|jwt|fernet|license|licence|deploy|function|license|pre-?shared|sas|in|logdna|transfer"
    r"|rails_master|primary|secondary|ingestion|server|webhook|integration|functions?)[._-]?$"
)
"""What stands before `key` where it is no key of a table."""
_SHORT = frozenset(("pass", "pwd", "psk", "salt", "community"))
"""Words that are parts of others, or that mean other things: only what looks generated counts there."""

_NAME = r"[\w.-]{0,30}"
_TEXT = r"([^\s\"'`<>{}()\\]{8,400})"
_STRING = re.compile(
    rf"{_NAME}{QUOTE}?\]?\s{{0,5}}(?:=>|:=|=|:)\s{{0,5}}[bru]?{QUOTE}([^\s\"'`<>{{}}(),;\\]{{8,400}}){QUOTE}"
)
"""`DB_PASSWORD = "..."`, `'token' => '...'`, `\"secret\": \"...\"`."""
_LINE = re.compile(
    rf"{_NAME}(?:=|:[ \t]{{1,5}})([^\s\"'`<>{{}}$()%,;\\\[*&!|][^\s\"'`<>{{}}()%,;\\]{{7,400}})[ \t]{{0,20}}(?:[ \t]#[^\n]{{0,200}})?\r?$",
    re.MULTILINE,
)
_BEFORE_LINE = re.compile(
    r"(?:\d{1,7}\t|[+>-])?[ \t]*(?:(?:#|//|--|;|\*)[ \t]{1,3})?(?:(?:export|set|setx|env|ENV|ARG|declare -x)[ \t]+|\$env:|-[ \t]+)?[\w.-]*"
)
_GENERATED = re.compile(
    # Quoted, behind whatever a language has between a name and its value.
    rf"{_NAME}(?:{QUOTE}?[ \t]{{0,5}}(?:\(|,|[ \t])[ \t]{{0,5}}(?:base64:)?{QUOTE}{_TEXT}{QUOTE}"
    rf"|(?::\s{{0,3}}[&\w<>\[\]'. ]{{1,30}}|\s[\w\[\]]{{1,15}})\s{{0,5}}=\s{{0,5}}{QUOTE}{_TEXT}{QUOTE}"
    rf"|{QUOTE}?\s{{0,20}},?\s{{0,20}}{QUOTE}?(?:value|default|content){QUOTE}?\s{{0,5}}[=:]\s{{0,5}}{QUOTE}?{_TEXT}(?={QUOTE}|\s|$)"
    rf"|{QUOTE}\s{{0,5}}\{{[^{{}}]{{0,300}}?\bdefault\s{{0,5}}=\s{{0,5}}{QUOTE}{_TEXT}{QUOTE}"
    # In tags.
    rf"|</key>\s{{0,20}}<string>{_TEXT}</"
    rf"|{QUOTE}?>{_TEXT}</"
    # Bare: in lists of settings, in flags, behind a blank, in a row of a table, in a block of YAML.
    rf"|{QUOTE}?\s{{0,3}}[=:]\s{{0,3}}(?:base64:)?([^\s\"'`<>{{}}()\\;&,|]{{8,400}})(?=[\s;&,\"'`}}|]|\\[nrt\"]|$)"
    rf"|[ \t|]{{1,5}}(?:is:?[ \t]|0[ \t]|=[ \t])?([^\s\"'`<>{{}}()\\;&,|=:.-][^\s\"'`<>{{}}()\\;&,|]{{7,400}})(?=[\s;&,|]|$)"
    rf"|:[ \t]{{0,3}}[|>][+-]?[ \t]{{0,5}}\r?\n[ \t]{{1,40}}([^\s\"'`<>{{}}()\\;&,|]{{8,400}})[ \t]{{0,20}}\r?$)",
    re.MULTILINE,
)
"""A value with no more form than this is a secret only if it looks generated."""
_LOGIN = re.compile(
    rf"\blogin\(\s{{0,5}}{QUOTE}[^\"'`\n]{{1,60}}{QUOTE}\s{{0,5}},\s{{0,5}}{QUOTE}([^\"'`\s\\]{{8,100}}){QUOTE}"
)

_NO_VALUE = re.compile(
    r"(?i)example|sample|dummy|placeholder|change_?me|redacted|^your|^my[_-]|^test|^fake|foobar|xxx|\*\*\*|\.\.\.|abcdefgh|^Eby8vdM02xNOcq|12345678|0123456|deadbeef"
    r"|^https?:|^[a-z]+://|^/|^\.{1,2}/|^\w+\.\w+\.[a-z]{2,4}$|\$[{(A-Za-z_]|%[({sdvq]|^<|\{\{"
)
"""Values that stand for one, in documentation and tests, and what is put in by a template."""
_NO_GENERATED = re.compile(
    r"(?i)key|token|secret|passw|credential|^(?:sha(?:1|256|384|512)[-:]|[\w-]{1,40}\.[a-z]\w{0,30}(?:\.|$)|[a-z][\w-]{0,40}/)|^[\w.-]{1,80}@\w|^v?\d+(?:\.\d+){1,3}|^0x[0-9a-f]{1,16}$|^#|\[|\]|->|::|=>|[*]|^\W|^[0-9-]+T?[0-9:.Z-]*$"
)
"""What looks generated in code and prose and is none: names, digests, paths, calls, versions, addresses, times."""
_SECRET_MANIFEST = re.compile(r"^kind:[ \t]{0,5}[\"']?Secret[\"']?[ \t]{0,5}\r?$", re.MULTILINE)
_WORD = re.compile("[a-z_-]{1,40}")
_DOCUMENT_END = re.compile(r"^(?:---|\.\.\.)[ \t]{0,5}\r?$", re.MULTILINE)
_DATA = re.compile(
    r"^([ \t]{0,20})(?:data|stringData):[ \t]{0,5}\r?\n((?:\1[ \t]{1,20}[^\n]{0,20000}(?:\n|\Z)){1,200})",
    re.MULTILINE,
)
_ENTRY = re.compile(
    r"^[ \t]{1,40}[\"']?[\w./-]{1,80}[\"']?:[ \t]{1,10}[\"']?([^\s\"'{}$<>|]{8,20000})[\"']?[ \t]{0,10}\r?$",
    re.MULTILINE,
)


def assigned_values(text: str, lower: str) -> Iterator[Span]:
    """The values of what is called a password or a token; `lower` is the text in small letters."""
    for word in _WORDS:
        at = lower.find(word)
        while at >= 0:
            end = at + len(word)
            if _is_name(text, lower, word, at):
                value = _value(text, at, end, word)
                if value is not None:
                    yield KIND, *value
            at = lower.find(word, end)
    if "login(" in lower:
        for match in _LOGIN.finditer(text):
            if looks_generated(match[1]):
                yield KIND, *match.span(1)
    if "kind: secret" in lower:
        yield from _in_manifests(text)


def _is_name(text: str, lower: str, word: str, at: int) -> bool:
    """Whether a word is the name, or in the name, of something secret."""
    if word == "key":
        # Twenty characters hold the longest of the words that may stand before it.
        return _KEY_OF.search(lower, max(0, at - 20), at) is not None
    if word not in _SHORT:
        return True
    before, after = text[at - 1 : at], lower[at + len(word) : at + len(word) + 1]
    return not after.isalpha() and (not before.isalpha() or (before.islower() and text[at].isupper()))


def _value(text: str, at: int, end: int, word: str) -> tuple[int, int] | None:
    match = _STRING.match(text, end) or _LINE.match(text, end)
    is_short = word in _SHORT
    if match is not None and (looks_generated if is_short else looks_random)(match[1]):
        line = max(text.rfind("\n", max(0, at - 80), at), text.rfind("\r", max(0, at - 80), at)) + 1
        if match.re is _STRING or _BEFORE_LINE.fullmatch(text, line, at):
            return match.span(1)
    match = _GENERATED.match(text, end)
    if match is not None and match.lastindex is not None:
        value = match[match.lastindex]
        if looks_generated(value) and not (match.lastindex == _BLANK and not _may_follow(text, at, end)):
            return match.span(match.lastindex)
    return None


_BLANK = 8
"""The group of what follows a name after a blank, as in `token abc`: prose is like that."""


def _may_follow(text: str, at: int, end: int) -> bool:
    """Whether a word is followed by its value and not by more of a sentence or of a declaration: it is a flag, or a word in full."""
    return text[end : end + 1] in (" ", "\t", "|") or text[max(0, at - 20) : at].rstrip(
        "-_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )[-1:] in ("", "\n", " ", "\t", "|")


def _in_manifests(text: str) -> Iterator[Span]:
    """The values of Kubernetes' secrets."""
    for kind in _SECRET_MANIFEST.finditer(text):
        start = max((match.end() for match in _DOCUMENT_END.finditer(text, 0, kind.start())), default=0)
        end = _DOCUMENT_END.search(text, kind.end())
        for data in _DATA.finditer(text, start, end.start() if end else len(text)):
            for entry in _ENTRY.finditer(text, data.start(2), data.end(2)):
                values = entry[1], _decoded(entry[1])
                if not any(_NO_VALUE.search(value) or _WORD.fullmatch(value) for value in values):
                    yield "Kubernetes secret", *entry.span(1)


def _decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode("utf-8", "replace")
    except (Error, ValueError):
        return ""


def looks_random(value: str) -> bool:
    """Whether a value is a password, and no word, name, place or stand-in for one."""
    has_digit, has_letter = any(c.isdigit() for c in value), any(c.isalpha() for c in value)
    # Sentences of languages that write without blanks look random.
    if not value.isascii() or not has_letter or entropy(value) < LEAST_ENTROPY or _NO_VALUE.search(value):
        return False
    return has_digit or (len(value) >= LEAST_WITHOUT_DIGIT and _changes(value) >= MANY_CHANGES)


def looks_generated(value: str) -> bool:
    """Whether nobody thought of a value: small letters, capitals and digits take turns in it."""
    if len(value) < LEAST_GENERATED or not looks_random(value) or _NO_GENERATED.search(value):
        return False
    return _changes(value) >= LEAST_CHANGES


def _changes(value: str) -> float:
    """How often small letters, capitals and digits take turns in a value, of all places where they could."""
    kinds = [1 if c.islower() else 2 if c.isupper() else 3 if c.isdigit() else 0 for c in value]
    changes = sum(a != b and a > 0 and b > 0 for a, b in itertools.pairwise(kinds))
    return changes / max(1, len(value) - 1)


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of `value`, in bits a character."""
    counts, n = Counter(value), len(value)
    return -sum(count / n * log2(count / n) for count in counts.values()) if n else 0.0
