"""What a question asks for: its words with weights, the identifiers it spells out, and the places it names.

A pure function of the question's text and the tree's paths. Words that say how people talk about code, not which code,
weigh little. A place is a path or its end, from this machine or another, or a line of a traceback or of a compiler's
error as tools write it: Python (`File "a.py", line 3`, the innermost frame last), Java and Kotlin
(`at com.acme.Box.open(Box.java:3)`), Node, Go, Rust, C and others (`a.ts:3:1`, `a.cpp(3)`, `a.cs:line 3`, `a.php on line 3`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from foreword.index.index import Index
from foreword.index.search.phrases import Phrase, phrases_in
from foreword.index.search.word_forms import others_of
from foreword.index.text.terms import parts, whole, words

_STOP_WORDS = (
    "a about after again all also an and any are as at back be because been before being between both but by can"
    " cannot could did do does doesn don done down during each either else etc even ever every few for from get gets"
    " given goes had has have having he her here how however i if in into is isn it its itself just know let like ll"
    " longer look looks made may me might more most much must my need needs no nor not now of off on once one only or"
    " other our out over own please quite rather re really same see seem seems several she should show since so some"
    " something still such t take than that the their them then there these they thing things this those though through to"
    " too under until up upon ve very via want wants was wasn way we well were what when where whether which while who"
    " why will with within without would yet you your"
)
_TALK_WORDS = (
    "add added adds allow allows avoid behaviour behavior better bug bugs build bump cause causes change changed changelog"
    " changes check chore ci clean cleanup code correct correctly currently deprecate doc docs documentation ensure error"
    " example explain extra feat feature file files find fix fixed fixes fixing fixup function happen happens implement"
    " implementation implemented improve improved improvement instead introduce issue issues make makes method minor"
    " misc missing move moved new old pass perf possible pr prevent previously problem properly provide refactor"
    " refactoring related release remove removed removes rename renamed replace return review revert set simplify small"
    " some support supported test tests tidy tweak typo unused update updated updates updating use used useful user uses"
    " using value version wip work working works wrong"
)

_UNSPACED_STOP_WORDS = (
    "如何 怎么 怎样 什么 为什 这个 那个 这里 那里 哪里 哪个 哪些 可以 我们 你们 他们 一个 是否 请问 没有 能否 的是 这是 時候 怎麼 什麼 為什 這個 那個 哪裡 們的"
    " です ます まし した して する され てい いる ある ない この その あの どの これ それ どれ ここ そこ どこ どう なぜ くだ ださ さい ませ せん から ので のか とき こと よう"
    " 에서 으로 하는 하고 합니 니다 습니 입니 니까 어떻 떻게 어디 무엇 이것 그것 왜 있는 있습 없는 됩니"
)

_STOP = frozenset(_STOP_WORDS.split())
_UNSPACED_STOP = frozenset(_UNSPACED_STOP_WORDS.split())
"""Pairs of characters that say of no text what it is about."""
# As stems, for that is what the words of a question are compared as.
_TALK = frozenset(part for word in _TALK_WORDS.split() for part in parts(word))
_TALK_WEIGHT = 0.35
_ASKED_TALK_WORDS = (
    "behaviour behavior code correctly currently done example explain feature file files function happen happens implement"
    " implementation implemented introduce issue issues make makes method part place possible pr problem properly provide related"
    " some support supported test tests use used useful user uses using way work working works wrong"
)
# In a question "remove", "check" and "missing" say which code, where in the message of a commit they say what was done to it.
_ASKED_TALK = frozenset(part for word in _ASKED_TALK_WORDS.split() for part in parts(word))
_ASKED_WEIGHT = 0.8
_LITTLE = frozenset(
    [
        "again",
        "look",
        "looks",
        "looked",
        "before",
        "after",
        "off",
        "once",
        "same",
        "most",
        "without",
        "under",
        "between",
        "over",
    ]
)
"""Words that mean nothing in a message, and something in a question."""
_LITTLE_WEIGHT = 0.5
_HASH = re.compile(r"\(cherry[ -]picked from commit [0-9a-f]{7,64}\)|\b[0-9a-f]{40}\b", re.IGNORECASE)
_QUESTION = re.compile(r"\?|^\s*(?:how|what|when|where|which|who|why)\b", re.IGNORECASE)
_EXACT_WEIGHT = 1.5
_LATER_WEIGHT = 0.6
"""Of words after the first paragraph."""

MAX_TERMS = 48
SCOPE_LENGTH = 50
SCOPE_WEIGHT = 1.0
MAX_SCOPES = 4
FEW_TERMS = 8
"""A question with more words is helped less by what else they can be called."""
MESSAGE_SHARE = 0.4
"""So much do synonyms help what is no question: messages use the words of the code."""
_SCOPE_END = re.compile(r"[\s,()\[\]]+")

_QUOTED = re.compile(r"`([^`\n]{2,120})`")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)*(?:\(\))?")
_SHAPED = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|\w_\w|\.|::|->|#|\(\)|^_")
_TEST = re.compile(
    r"\b(?:add|write|extend|fix|flaky|missing|failing|which|what|unit|integration|more|regression)\s+(?:[\w-]+\s+){0,2}tests?\b"
    r"|\btests?\s+(?:for|of|fails?|failed|failing|cover|covers|coverage|case|cases|suite|file|files)\b|\btested\b|\bin (?:the |our )?tests\b|^\s*tests?\s*[:(]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """`terms` are stems with weights, and wholes (see `terms.whole`) of identifiers that were spelled out: the `names`.

    `places` are the most telling first; `scopes` are what a message says in front that it is about (`path: ...`),
    `phrases` the words of what it quotes. `others` says what else terms can be called, with what a mention of that is worth.
    """

    terms: dict[str, float]
    places: tuple[TraceLine, ...]
    wants_tests: bool
    names: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    is_question: bool = False


def parse_query(text: str, common: frozenset[str] = frozenset()) -> Query:
    """The query that `text` is; words that are `common` (in lower case), such as the name of the project, say little."""
    text = _HASH.sub(" ", text)
    weights: dict[str, float] = {}
    is_question = bool(_QUESTION.search(text))
    for paragraph, weight in _paragraphs(text):
        for term, share in _weighed(paragraph, is_question, common):
            weights[term] = weights.get(term, 0.0) + share * weight
    # A word that a long question repeats says hardly more each time.
    damped = {term: weight if weight <= 1 else 1 + log(weight) for term, weight in weights.items()}
    strongest = sorted(damped, key=lambda term: -damped[term])[:MAX_TERMS]
    terms = {term: damped[term] for term in strongest}
    return Query(
        terms,
        places_in(text),
        bool(_TEST.search(text)),
        frozenset(word for word in _spelled_out(text) if word.lower() not in common),
        _scopes(text),
        phrases_in(text),
        _others(terms, is_question),
        is_question,
    )


def _others(terms: Mapping[str, float], is_question: bool) -> dict[str, Mapping[str, float]]:
    """What else each term can be called, with shares: a long text says it in several words itself."""
    share = min(1.0, FEW_TERMS / max(len(terms), 1)) * (1.0 if is_question else MESSAGE_SHARE)
    return {term: found for term in terms if (found := others_of(term, share, terms))}


def n_other_words(query: Query) -> int:
    """How many words of a query tell something and belong to no name that it spells out."""
    of_names = {term for name in query.names for term in (*parts(name), whole(name))}
    return sum(1 for term, weight in query.terms.items() if weight > _TALK_WEIGHT and term not in of_names)


def _scopes(text: str) -> tuple[str, ...]:
    """The names before the colon of a message's first line, if it begins with a few."""
    scope, colon, _ = text.strip().partition("\n")[0][:SCOPE_LENGTH].partition(": ")
    found = tuple(_SCOPE_END.split(scope)) if colon else ()
    return tuple(name for name in found if name) if len(found) <= MAX_SCOPES else ()


def _paragraphs(text: str) -> Iterator[tuple[str, float]]:
    head, _, rest = text.strip().partition("\n")
    scope, colon, _ = head[:SCOPE_LENGTH].partition(": ")
    if colon:
        yield scope, SCOPE_WEIGHT
    yield head, 1.0
    yield rest, _LATER_WEIGHT


def _weighed(text: str, is_question: bool, common: frozenset[str]) -> Iterator[tuple[str, float]]:
    exact, said = {word for word in _spelled_out(text) if word.lower() not in common}, words(text)
    # A name of letters of several scripts is no word of its own, but a term.
    yield from (
        (whole(name), _EXACT_WEIGHT) for name in sorted(exact.difference(said)) if len(parts(name)) > 1
    )
    for word in said:
        lowered = word.lower()
        if lowered in _STOP:
            if is_question and lowered in _LITTLE:
                yield from ((piece, _LITTLE_WEIGHT) for piece in parts(word))
            continue
        pieces = parts(word)
        if lowered in common:
            yield lowered if len(pieces) > 1 else pieces[0] if pieces else lowered, _TALK_WEIGHT
            continue
        for piece in pieces:
            if piece not in _UNSPACED_STOP:
                yield piece, 1.0 if word in exact else _weight(piece, is_question)
        if word in exact:
            yield whole(word) if len(pieces) > 1 else pieces[0] if pieces else lowered, _EXACT_WEIGHT


def _weight(piece: str, is_question: bool) -> float:
    """What a part of a word weighs that is not spelled out as a name."""
    if piece not in _TALK:
        return 1.0
    return _ASKED_WEIGHT if is_question and piece not in _ASKED_TALK else _TALK_WEIGHT


def _spelled_out(text: str) -> Iterator[str]:
    """Identifiers that are marked as such, by backticks or by their shape."""
    for quoted in _QUOTED.findall(text):
        yield from words(quoted)
        if not quoted.isascii() and quoted.isidentifier():
            yield quoted
    for found in _IDENTIFIER.findall(text):
        if _SHAPED.search(found):
            yield from words(found)


MAX_PLACES = 40
MAX_FILES_A_NAME = 4
"""A name that more files share, such as `index.ts`, names none of them."""
MAX_FOLDER_SHARE = 0.25
"""A folder that stands above a larger share of the files is no subject."""


def files_at(index: Index, places: Sequence[TraceLine]) -> dict[str, dict[int, int]]:
    """The files that are named, with the lines that are named in each and how many places stand behind each line.

    Places that lead out of the tree, as frames of libraries do, do not count.
    """
    inside = [(path, place.line) for place in places[:MAX_PLACES] for path in _paths(index, place.path)]
    found: dict[str, dict[int, int]] = {path: {} for path, _ in inside}
    # Backwards, so that the most telling place of a line counts last and has the highest number.
    for behind, (path, line) in enumerate(reversed(inside)):
        if line is not None:
            found[path][line] = behind
    return found


def files_of_scopes(index: Index, scopes: Sequence[str]) -> frozenset[str]:
    """The files that are called as a scope says, without their extensions; none for a name that many have."""
    found: set[str] = set()
    for scope in scopes:
        stem = scope.rpartition("/")[2].lower()
        paths = [
            path
            for path in index.paths_by_stem.get(stem, ())
            if f"/{path.rpartition('.')[0]}".lower().endswith(f"/{scope.lower()}")
        ]
        if len(paths) <= MAX_FILES_A_NAME:
            found.update(paths)
    return frozenset(found)


def folders_of_scopes(index: Index, scopes: Sequence[str]) -> frozenset[str]:
    """The files in folders that are called as a scope says; none for a name that stands above many files."""
    found: set[str] = set()
    for scope in scopes:
        called = re.compile(rf"(?:^|[/_-]){re.escape(scope.lower().strip('/'))}/")
        paths = [path for path in index.paths if called.search(path.lower())]
        if len(paths) <= MAX_FOLDER_SHARE * len(index.paths):
            found.update(paths)
    return frozenset(found)


def _paths(index: Index, named: str) -> list[str]:
    """The files whose path ends as the name does; of a longer name, such as an absolute path, those that it ends with."""
    same_name = index.paths_by_name.get(named.rpartition("/")[2], ())
    inside = [path for path in same_name if path == named or path.endswith(f"/{named}")]
    around = [path for path in same_name if named.endswith(f"/{path}")]
    longest = max((len(path) for path in around), default=0)
    found = inside or [path for path in around if len(path) == longest]
    return found if len(found) <= MAX_FILES_A_NAME else []


_FRAME = re.compile(
    r'File "(?P<python>[^"\n]+)", line (?P<python_line>\d{1,9})'
    r"|\bat (?:[\w.@-]*/)*(?P<package>(?:[\w$]+\.)*)[\w$]+\.[\w$<>]+"
    r"\((?P<java>[\w$]+\.(?:java|kt|scala|groovy)):(?P<java_line>\d{1,9})\)"
    r"|(?<![\w@.+/\\-])(?P<path>[\w@.+/\\-]+\.[A-Za-z]\w{0,9})(?:(?:[:(](?:line )?| (?:on )?line )(?P<line>\d{1,9}))?"
)
"""A path is looked for at the beginning of a run of its characters only: at every character of it, a long run (a dump in
base 64) would take minutes. A number of more than nine digits is no line."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A path, or its end, that a question names, with a line number if there is one."""

    path: str
    line: int | None = None


def places_in(text: str) -> tuple[TraceLine, ...]:
    """The places in `text`, the most telling first: innermost frames, other lines, and then files without a line."""
    python, others = list[TraceLine](), list[TraceLine]()
    for found in _FRAME.finditer(text):
        if found["python"]:
            python.append(_place(found["python"], found["python_line"]))
        elif found["java"]:
            others.append(_place(found["package"].replace(".", "/") + found["java"], found["java_line"]))
        else:
            others.append(_place(found["path"], found["line"]))
    ordered = sorted([*reversed(python), *others], key=lambda place: place.line is None)
    return tuple(dict.fromkeys(ordered))


def _place(path: str, line: str | None) -> TraceLine:
    return TraceLine(path.replace("\\", "/").removeprefix("./"), int(line) if line else None)
