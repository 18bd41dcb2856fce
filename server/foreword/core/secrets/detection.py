"""Where the secrets of a text are: keys, tokens and passwords, by their form, but for those that the user allows.

They are known by their digests. A process works for one user, whose list it is: whoever opens a workspace reads it, and
before that, or where it can't be read, nothing is allowed.

A rule is tried only near its words, and every pattern has a bounded length: the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, digits

from foreword.core.secrets.allowed_values import ALLOWED
from foreword.core.secrets.assigned_values import assigned_values, entropy, looks_random
from foreword.core.secrets.key_blocks import key_blocks
from foreword.core.secrets.own_rules import COMMAND_LINE, DSN, IN_URL, OWN_RULES, TOKEN_IN_URL, WITHIN
from foreword.core.secrets.rules import RULES, RULES_VERSION, Rule
from foreword.core.secrets.table_values import table_values

__all__ = ["RULES_VERSION", "Secret", "find_secrets"]

REACH_BACK = 80
REACH = 1_200
"""How far around one of its words a rule looks: no secret that has a known form is longer."""

_RUN = re.compile(r"[a-z0-9]{2,}")
_NO_RUN = bytes(c if chr(c) in ascii_lowercase + digits else 0x20 for c in range(256))
"""Makes a blank of each byte that is in no run of letters and digits."""
_WITHIN = WITHIN | {"t3blbkfj"}
"""Words in the midst of a run of letters and digits."""
# One of them is the key of Azure's emulator of storage, which is the same everywhere.
_SURELY_KNOWN = re.compile(
    r"(?i)example$|^Eby8vdM02xNOcq|^(.)\1+$|x{6}|\*{4}|\.{3}|^abcdefghijklmnopqrstuvwxyz$"
)
_EVERYDAY = re.compile(
    r"(?i)^(?:user(?:name)?|pass(?:w(?:or)?d)?|pw|pwd|secret|token|password\d{0,4}|x+|port|root|admin|postgres|guest|test|host"
    r"|s[e3]cr[e3]t\d{0,3}|(?:auth|access|api|my|your)[_-]?(?:token|key|secret|password)|foo(?:bar)?|bar|baz)$"
)


_IN_TEMPLATE = re.compile(r"\$[A-Za-z_({]|\$$")
"""A variable of a shell."""


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
    known = [
        Secret(*span)
        for span in (*key_blocks(text, lower), *assigned_values(text, lower), *table_values(text, lower))
    ]
    for rule in _rules_for(lower):
        words = [word for word in rule.words if word in lower]
        if words:
            known += _matches(rule, text, lower, words)
    return tuple(
        one for one in _apart(known) if not ALLOWED.digests or text[one.start : one.end] not in ALLOWED
    )


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
    for rule in (*RULES, *OWN_RULES):
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
    if rule.kind == IN_URL:
        return not _EVERYDAY.match(value) and not _IN_TEMPLATE.search(value)
    if rule.kind in (TOKEN_IN_URL, COMMAND_LINE, DSN):
        return looks_random(value)
    return True


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
