"""Values in the columns of tables that are called a password or a token: CSV with a header, and dumps of SQL databases.

A value stands far from its name here, so the name of a column is read strictly, and its values are taken for what it says:
a password need not look random. All of it is read forwards once: the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foreword.core.secrets.assigned_values import KIND, Span, looks_random

WORDS = ("pass", "pwd", "kennwort", "senha", "secret", "token", "key", "credential", "salt")
"""One of them is in the name of each column that is looked at."""
LEAST_PASSWORD = 6
"""Characters of a value in a column of passwords."""
MAX_COLUMNS = 1_000
_FORM = r"(?:[_ .-]?(?:hash|hashed|digest|enc|encrypted|crypt|bcrypt|md5|sha\d{0,3}|plain|text|value|\d))?"
_PASSWORD = re.compile(
    rf"(?:\w{{0,30}}(?:password|passwd|passwort|passphrase)|(?:[\w .-]{{0,30}}[_ .-])?"
    rf"(?:password|passwd|passwort|passphrase|passcode|pwd|kennwort|senha|secret)|(?:user|db|login|admin|ftp|smtp|mail)_?pass){_FORM}"
)
_TOKEN = re.compile(
    r"(?:[\w .-]{0,30}[_ .-])?(?:token|credentials?|salt|(?:api|access|secret|private|auth|license|encryption|session|signing|client)"
    rf"[_ -]?(?:key|secret|token)){_FORM}"
)
_HASH = re.compile(
    r"\$(?:[0-9][a-z]?|argon2\w{0,2}|apr1|pbkdf2\S{0,20}|scrypt|sha\d)\$[\w./+$=,@-]{6,400}"
    r"|(?:pbkdf2|bcrypt|scrypt|argon2)\w{0,20}\$\S{6,400}|\{(?:S?SHA\d{0,3}|S?MD5|CRYPT)\}\S{6,400}"
    r"|(?=[0-9]{0,63}[a-fA-F])[0-9a-fA-F]{32,128}"
)
_PLAIN = re.compile(r"[^\s\"'`<>{}()\[\]\\,;]{1,200}")
_NO_PASSWORD = re.compile(
    r"(?i)example|sample|dummy|placeholder|change_?me|redacted|^your|^my[_-]|foobar|xxx|\*\*|\.\.\.|^[a-z]+://|^[$:@?%&#+|.=]"
    r"|^(?:null|none|false|string|varchar|optional|required|default|unknown|n/a|disabled|enabled|hidden)$"
    r"|(?:password|passwd|passwort|secret|token)\d{0,4}$|^(?:password|secret|token|test)|^[\d.:/+-]{0,12}$|^\w{1,40}\.\w{1,40}$"
)
"""Stand-ins, variables of templates, types, dates and numbers."""


def table_values(text: str, lower: str) -> Iterator[Span]:
    """The values under such columns; `lower` is the text in small letters."""
    if not any(word in lower for word in WORDS):
        return
    yield from _in_csv(text)
    if ("insert" in lower and "values" in lower) or ("copy" in lower and "stdin" in lower):
        yield from _in_sql(text)


@dataclass(frozen=True, slots=True)
class _SecretColumns:
    """The places (from 0) of the columns with passwords and of those with tokens, among `n` columns."""

    n: int
    passwords: frozenset[int]
    tokens: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.passwords or self.tokens)

    def holds(self, column: int, value: str) -> bool:
        """Whether this value in a column is a secret."""
        if column in self.passwords:
            return _is_password(value)
        return column in self.tokens and (_HASH.fullmatch(value) is not None or looks_random(value))


def _columns(names: Sequence[str]) -> _SecretColumns:
    bare = [name.strip().strip("\"'`[]#").rpartition(".")[2].strip("\"'`[]").lower() for name in names]
    return _SecretColumns(
        len(names),
        frozenset(n for n, name in enumerate(bare) if _PASSWORD.fullmatch(name)),
        frozenset(n for n, name in enumerate(bare) if _TOKEN.fullmatch(name)),
    )


def _is_password(value: str) -> bool:
    if _HASH.fullmatch(value):
        return True
    return (
        len(value) >= LEAST_PASSWORD
        and _PLAIN.fullmatch(value) is not None
        and _NO_PASSWORD.search(value) is None
    )


MAX_BEFORE_HEADER = 4_000
"""Characters of comments and empty lines before the names."""
_WORDS_OF_NAME = r"[\w.()/#-]{1,60}(?: [\w.()/-]{1,40}){0,2}"
_HEADER_NAME = re.compile(rf" {{0,3}}(?:\"{_WORDS_OF_NAME}\"|#? ?{_WORDS_OF_NAME}) {{0,3}}\r?")
"""The name of a column has three words at most: what has more is a sentence, or code."""
_QUOTED = re.compile(r"\s*+\"((?:[^\"]|\"\")*+)\"\s*+")


def _in_csv(text: str) -> Iterator[Span]:
    """The values of a text that begins with a row of names; comments may stand before it, or be that row."""
    start = 0
    for line in _lines(text, 0):
        found = text[slice(*line)]
        if found.strip() and not (found.lstrip().startswith("#") and _separator(found) is None):
            break
        start = line[1] + 1
        if start > MAX_BEFORE_HEADER:
            return
    else:
        return
    separator = _separator(text[slice(*line)])
    if separator is None:
        return
    names = text[slice(*line)].split(separator)
    columns = _columns(names)
    if not columns:
        return
    wanted = columns.passwords | columns.tokens
    for begin, end in _lines(text, line[1] + 1):
        fields = _fields(text, begin, end, separator)
        if len(fields) == columns.n:
            for column in sorted(wanted):
                if columns.holds(column, text[slice(*fields[column])]):
                    yield KIND, *fields[column]


def _separator(line: str) -> str | None:
    """What separates the names in a row of names; None if it is no such row."""
    for separator in (",", ";", "\t"):
        names = line.split(separator)
        if 1 < len(names) <= MAX_COLUMNS and all(map(_HEADER_NAME.fullmatch, names)):
            return separator
    return None


def _lines(text: str, at: int) -> Iterator[tuple[int, int]]:
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = end + 1


def _fields(text: str, start: int, end: int, separator: str) -> list[tuple[int, int]]:
    """The places of the fields of a row, without their quotes; none where a quoted field goes on after the line."""
    if end > start and text[end - 1] == "\r":
        end -= 1
    found, at = list[tuple[int, int]](), start
    while at <= end:
        quoted = _QUOTED.match(text, at, end)
        if quoted is not None:
            found.append(quoted.span(1))
            at = quoted.end()
            if at < end and text[at] != separator:
                return []
        else:
            stop = text.find(separator, at, end)
            stop = end if stop < 0 else stop
            field = text[at:stop]
            if '"' in field:
                return []
            found.append((at + len(field) - len(field.lstrip()), stop - len(field) + len(field.rstrip())))
            at = stop
        at += 1
    return found


_STATEMENT = re.compile(
    r"\b(?:(insert(?:\s{1,5}ignore)?(?:\s{1,5}into)?|replace\s{1,5}into)"
    r"|(create\s{1,5}(?:temporary\s{1,5})?table(?:\s{1,5}if\s{1,5}not\s{1,5}exists)?)|copy)\s{1,5}([\w.`\"\[\]]{1,200}?)\s{0,5}(?:\(|\s(?=values))",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"\s{0,20}(?:overriding\s{1,5}\w{1,10}\s{1,5}value\s{1,5})?values?\s{0,20}\(", re.IGNORECASE
)
_NEXT_ROW = re.compile(r"\s{0,20},\s{0,20}\(")
_FROM_STDIN = re.compile(r"\s{0,20}from\s{1,5}stdin[^;\n]{0,100};[ \t]{0,5}\r?\n", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*+|/\*(?:[^*]|\*(?!/)){0,2000}+\*/")
_PIECE = re.compile(
    r"""'((?:[^'\\]|\\.|''){0,8000}+)'|"((?:[^"\\]|\\.|""){0,8000}+)"|`[^`]{0,200}+`|--[^\n]*+"""
    r"""|/\*(?:[^*]|\*(?!/)){0,2000}+\*/|[(),]|[^'"`(),/-]++|[/-]""",
    re.DOTALL,
)
"""A string, a quoted name, a comment, a mark or what is between them: a quote that does not end has to cost no more than a page."""
MAX_ROW = 100_000
"""Characters: what is longer is no row, but a bracket that is never closed."""


def _in_sql(text: str) -> Iterator[Span]:
    """The values that `INSERT` and `COPY` put under such columns; of a table that was made before, its columns are known."""
    tables: dict[str, _SecretColumns] = {}
    at = 0
    while (statement := _STATEMENT.search(text, at)) is not None:
        at, table = statement.end(), statement[3].strip('`"[]').lower()
        columns = tables.get(table)
        if statement[0].endswith("("):
            row = _row(text, at)
            at = row.end
            names = [_COMMENT.sub("", text[slice(*span)]).strip() for span in row.fields]
            columns = _columns([name.split()[0] if statement[2] and name else name for name in names])
        if statement[2]:
            tables[table] = columns or _NONE
        elif columns:
            found, at = (_inserted if statement[1] else _copied)(text, at, columns)
            yield from found


_NONE = _SecretColumns(0, frozenset(), frozenset())


def _inserted(text: str, at: int, columns: _SecretColumns) -> tuple[list[Span], int]:
    """The secrets in the rows that follow, and where they end."""
    found = list[Span]()
    begin = _VALUES.match(text, at)
    while begin is not None:
        row = _row(text, begin.end())
        at = row.end
        for column, start, end in row.strings:
            if "\n" not in text[start:end] and columns.holds(column, text[start:end]):
                found.append((KIND, start, end))
        begin = _NEXT_ROW.match(text, at)
    return found, at


def _copied(text: str, at: int, columns: _SecretColumns) -> tuple[list[Span], int]:
    """The same of the rows of PostgreSQL's `COPY`, one a line."""
    found = list[Span]()
    begin = _FROM_STDIN.match(text, at)
    if begin is None:
        return found, at
    for start, end in _lines(text, begin.end()):
        at = end
        if text.startswith("\\.", start):
            break
        place = start
        for column, value in enumerate(text[start:end].removesuffix("\r").split("\t")):
            if columns.holds(column, value):
                found.append((KIND, place, place + len(value)))
            place += len(value) + 1
    return found, at


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands between two brackets: its fields, the strings in them with the number of their field, and where it ends."""

    fields: list[tuple[int, int]]
    strings: list[tuple[int, int, int]]
    end: int


def _row(text: str, at: int) -> _Row:
    """The row that begins behind a bracket at `at`; one that does not end has what there is of it."""
    fields, strings = list[tuple[int, int]](), list[tuple[int, int, int]]()
    depth, start, end = 1, at, at + MAX_ROW
    while depth and at < end and (piece := _PIECE.match(text, at)) is not None:
        at = piece.end()
        match piece[0]:
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case "," if depth == 1:
                fields.append((start, piece.start()))
                start = at
            case _ if piece.lastindex is not None:
                strings.append((len(fields), *piece.span(piece.lastindex)))
    return _Row([*fields, (start, at - 1)], strings, at)
