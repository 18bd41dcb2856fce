"""Where the secrets of a text are: keys, tokens and passwords, by their form, but for those that the user allows.

They are known by their digests. A process works for one user, whose list it is: whoever opens a workspace reads it, and
before that, or where it can't be read, nothing is allowed.

A rule is tried only near its words, and every pattern has a bounded length: the time is linear in the length of the text.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from string import ascii_lowercase, digits

from foreword.core.secrets.key_blocks import key_blocks
from foreword.core.secrets.rules import RULES, RULES_VERSION, Rule

DIGEST_LENGTH = 16


@dataclass(slots=True)
class AllowedValues:
    """The digests of a user's allowed values; replaced as a whole, as several threads read it."""

    digests: frozenset[str] = frozenset()

    def __contains__(self, value: str) -> bool:
        return bool(self.digests) and digest_of(value) in self.digests


ALLOWED = AllowedValues()
"""The list of this process's user."""


def digest_of(value: str) -> str:
    """What a value is called where it must not be told: the beginning of its SHA-256."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]


__all__ = ["RULES_VERSION", "Secret", "find_secrets"]

REACH_BACK = 80
LEAST_ENTROPY = 3.2
"""Bits a character: the least entropy of a password that no rule knows by its form."""
REACH = 1_200
"""How far around one of its words a rule looks: no secret that has a known form is longer."""

_QUOTE = "[\"'`]"
_OWN_RULES = (
    Rule("JSON web token", r"\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,3000}\.[\w-]{10,1000}", ("eyj",), 3.0, True),
    Rule(
        "password in a URL",
        r"://[^\s:/@'\"`<>{}$%*]{1,80}:([^\s:/@'\"`<>{}$%*]{4,200})@[\w.-]",
        ("://",),
        2.0,
        True,
    ),
    Rule(
        "AWS secret access key",
        rf"(?i)secret_?access_?key{_QUOTE}?\s{{0,5}}(?:=|:|,)\s{{0,5}}{_QUOTE}?([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
        ("secret_access_key", "secretaccesskey", "secret_accesskey", "secretaccess_key"),
        3.5,
        True,
    ),
    Rule("Azure storage key", r"\bAccountKey=([A-Za-z0-9+/]{86}==)", ("accountkey=",), 4.0, True),
    Rule("Azure shared access signature", r"[?&]sig=([A-Za-z0-9%+/]{40,100})", ("sig=",), 3.5, True),
    Rule("Google refresh token", r"\b1//0[\w-]{40,200}", ("1//0",), 3.5, True),
    Rule(
        "WireGuard key",
        r"(?i)\b(?:PrivateKey|PresharedKey)\s{0,5}=\s{0,5}([A-Za-z0-9+/]{43}=)",
        ("privatekey", "presharedkey"),
        3.5,
        True,
    ),
    Rule("JSON web key", r"\"(?:d|k)\"\s{0,5}:\s{0,5}\"([\w-]{40,800})\"", ('"kty"',), 4.0, False),
    Rule(
        "authorization header",
        rf"(?i)\bauthorization{_QUOTE}?\s{{0,5}}[:=,]\s{{0,5}}{_QUOTE}?(?:bearer|basic|token)\s{{1,5}}([\w.~+/=-]{{20,1000}})",
        ("authorization",),
        3.7,
        True,
    ),
    Rule(
        "Django secret key",
        rf"\bSECRET_KEY\s{{0,5}}=\s{{0,5}}{_QUOTE}([^\s\"'`]{{30,200}}){_QUOTE}",
        ("secret_key",),
        3.7,
        True,
    ),
)
_RUN = re.compile(r"[a-z0-9]{2,}")
_NO_RUN = bytes(c if chr(c) in ascii_lowercase + digits else 0x20 for c in range(256))
"""Makes a blank of each byte that is in no run of letters and digits."""
_WITHIN = frozenset(("t3blbkfj",))
"""Words in the midst of a run of letters and digits."""
_ASSIGNED = "password"
_ASSIGNED_WORDS = ("passw", "passphrase", "secret", "key", "token", "credential")
_KEY_OF = re.compile(r"(?:api|access|client|private|encryption|signing|account|auth|secret)[_-]?$")
"""What stands before `key` where it is no key of a table."""
_QUOTED_VALUE = re.compile(
    rf"[\w-]{{0,30}}{_QUOTE}?\]?\s{{0,5}}(?:=>|:=|=|:)\s{{0,5}}{_QUOTE}([^\s\"'`<>{{}}$()%,;\\]{{8,200}}){_QUOTE}"
)
_BARE_VALUE = re.compile(
    r"[\w.-]{0,30}(?:=|:[ \t]{1,5})([^\s\"'`<>{}$()%,;\\#\[*&!|]{8,200})[ \t]{0,20}\r?$", re.MULTILINE
)
_BEFORE_BARE = re.compile(r"(?:\d{1,7}\t|[+>-])?[ \t]*(?:export[ \t]+|set[ \t]+|env[ \t]+|-[ \t]+)?[\w.-]*")

_NO_VALUE = re.compile(
    r"(?i)example|sample|dummy|placeholder|change_?me|redacted|^your|^my[_-]|^test|^fake|foobar|xxx|\*\*\*|\.\.\.|abcdefgh|12345678|0123456|deadbeef"
    r"|^https?:|^[a-z]+://|^/|^\.{1,2}/|^\w+\.\w+\.[a-z]{2,4}$"
)
"""Values that stand for one, in documentation and tests."""
_SURELY_KNOWN = re.compile(r"(?i)example$|^(.)\1+$|x{6}|\*{4}|\.{3}|^abcdefghijklmnopqrstuvwxyz$")
_EVERYDAY = re.compile(
    r"(?i)^(?:user(?:name)?|pass(?:w(?:or)?d)?|pw|pwd|secret|token|password\d{0,4}|x+|port|root|admin|postgres|guest|test|host"
    r"|s[e3]cr[e3]t\d{0,3}|foo(?:bar)?|bar|baz)$"
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of some kind at the characters `start` to `end` of a text; one within a line, or the part of it on one."""

    kind: str
    start: int
    end: int


def find_secrets(text: str) -> tuple[Secret, ...]:
    """The secrets of a text in its order, none within another, each on one line, but for those that the user allows."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters have a longer small form
        lower = "".join(c.lower() if c.isascii() else c for c in text)
    known = [Secret(kind, start, end) for kind, start, end in key_blocks(text, lower)]
    for rule in (*_rules_for(lower), *_OWN_RULES):
        words = [word for word in rule.words if word in lower]
        if words:
            known += _matches(rule, text, lower, words)
    return tuple(
        one
        for one in _apart([*known, *_assigned(text, lower)])
        if not ALLOWED.digests or text[one.start : one.end] not in ALLOWED
    )


def _assigned(text: str, lower: str) -> Iterator[Secret]:
    """Values that are given to what is called a password or a token, quoted or alone on their line."""
    for word in _ASSIGNED_WORDS:
        for at in _occurrences(lower, word):
            # Twelve characters hold the longest of the words that may stand before it.
            if word == "key" and not _KEY_OF.search(lower, max(0, at - 12), at):
                continue
            match = _QUOTED_VALUE.match(text, at + len(word)) or _BARE_VALUE.match(text, at + len(word))
            if match is None or not _looks_random(match[1]):
                continue
            line = max(text.rfind("\n", max(0, at - 80), at), text.rfind("\r", max(0, at - 80), at)) + 1
            if match.re is _QUOTED_VALUE or _BEFORE_BARE.fullmatch(text, line, at):
                yield Secret(_ASSIGNED, *match.span(1))


def _rules_for(lower: str) -> Iterable[Rule]:
    """The rules one of whose words may be in the text, at the beginning of a run of letters and digits.

    To look for each word by itself would read the text two hundred times.
    """
    words = _word_table()
    found = dict.fromkeys(rule for word, rule in words.anywhere if word in lower)
    # Twice as quick as a regular expression that finds the runs. What is no ASCII is in no run.
    runs = set(lower.encode("utf-8", "surrogatepass").translate(_NO_RUN).split())
    for run in runs & words.whole.keys():
        found |= dict.fromkeys(words.whole[run])
    for run in runs:
        for word, rule in words.beginnings.get(run[:2], ()):
            if run.startswith(word):
                found[rule] = None
    # The order decides the kind that a placeholder names, and a prefix has the same bytes in every process.
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _WordTable:
    """The rules by the first run of letters and digits in each of their words.

    `whole` has runs that the word goes on after, with a mark; `beginnings`, by their first two bytes, those that are its end, so
    that a run of the text may go on; `anywhere` has words without such a run.
    """

    whole: Mapping[bytes, Sequence[Rule]]
    beginnings: Mapping[bytes, Sequence[tuple[bytes, Rule]]]
    anywhere: Sequence[tuple[str, Rule]]


@lru_cache(maxsize=1)
def _word_table() -> _WordTable:
    whole: dict[bytes, list[Rule]] = {}
    beginnings: dict[bytes, list[tuple[bytes, Rule]]] = {}
    anywhere: list[tuple[str, Rule]] = []
    for rule in RULES:
        for word in rule.words:
            match = _RUN.search(word)
            if match is None or word in _WITHIN:
                anywhere.append((word, rule))
            elif match.end() < len(word):
                whole.setdefault(match[0].encode(), []).append(rule)
            else:
                beginnings.setdefault(match[0][:2].encode(), []).append((match[0].encode(), rule))
    return _WordTable(whole, beginnings, anywhere)


def _matches(rule: Rule, text: str, lower: str, words: Iterable[str]) -> Iterator[Secret]:
    """What a rule finds, tried around each of its words."""
    pattern = _compiled(rule.pattern)
    seen = set[int]()
    for start, end in _windows(lower, words) if rule.is_near else [(0, len(text))]:
        for match in pattern.finditer(text, start, end):
            group = next((n for n in range(1, pattern.groups + 1) if match[n]), 0)
            if match.start(group) not in seen and _is_secret(rule, match[group]):
                seen.add(match.start(group))
                yield Secret(rule.kind, *match.span(group))


def _windows(lower: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The parts of a text around the words, joined where they overlap."""
    spots = sorted({at for word in words for at in _occurrences(lower, word)})
    start = end = -1
    for spot in spots:
        if spot - REACH_BACK > end:
            if end >= 0:
                yield start, end
            start = max(0, spot - REACH_BACK)
        end = min(len(lower), spot + REACH)
    if end >= 0:
        yield start, end


def _occurrences(lower: str, word: str) -> Iterator[int]:
    at = lower.find(word)
    while at >= 0:
        yield at
        at = lower.find(word, at + len(word))


def _is_secret(rule: Rule, value: str) -> bool:
    # Each secret stands on one line; keys over several lines are found by `key_blocks`.
    if "\n" in value or entropy(value) < rule.entropy or _SURELY_KNOWN.search(value):
        return False
    if rule.kind == "password in a URL":
        return not _EVERYDAY.match(value)
    return True


def _looks_random(value: str) -> bool:
    """Whether a value is a password, and no word, name, place or stand-in for one."""
    has_digit, has_letter = any(c.isdigit() for c in value), any(c.isalpha() for c in value)
    is_mixed = has_digit and has_letter and entropy(value) >= LEAST_ENTROPY
    return is_mixed and not _NO_VALUE.search(value)


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of `value`, in bits a character."""
    counts, n = Counter(value), len(value)
    return -sum(count / n * log2(count / n) for count in counts.values()) if n else 0.0


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _apart(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """The secrets in order; of those that overlap, one over all of them with the kind of the first."""
    before: Secret | None = None
    for one in sorted(secrets, key=lambda one: (one.start, -one.end)):
        if before is None or one.start >= before.end:
            if before is not None:
                yield before
            before = one
        elif one.end > before.end:
            before = Secret(before.kind, before.start, one.end)
    if before is not None:
        yield before
