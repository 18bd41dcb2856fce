"""SQL of any dialect: what is created, without the schema in its name, and the macros of dbt.

There is one grammar and there are a dozen dialects, each with bodies in languages of their own. But all begin what
defines something with CREATE at the start of a statement, and a kind and a name. So the text is scanned for that, after
comments, quoted bodies and copied rows are made blank.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from foreword.core.outline import Definition, DefinitionKind
from foreword.index.outline.languages.line_outline import MAX_NAME, MAX_SIGNATURE, Embedded, Scanner
from foreword.index.outline.languages.mask import blank_spans, blanks

_KIND_OF: Mapping[bytes, DefinitionKind] = {
    b"TABLE": "table",
    b"VIEW": "view",
    b"FUNCTION": "function",
    b"PROCEDURE": "function",
    b"PROC": "function",
    b"TRIGGER": "function",
    b"AGGREGATE": "function",
    b"RULE": "function",
    b"EVENT": "function",
    b"TASK": "function",
    b"MACRO": "macro",
    b"INDEX": "key",
    b"POLICY": "key",
    b"STATISTICS": "key",
    b"PUBLICATION": "key",
    b"SUBSCRIPTION": "key",
    b"STREAM": "table",
    b"STAGE": "table",
    b"SYNONYM": "type",
    b"TYPE": "type",
    b"DOMAIN": "type",
    b"COLLATION": "type",
    b"OPERATOR": "function",
    b"CAST": "function",
    b"SEQUENCE": "variable",
    b"ROLE": "variable",
    b"USER": "variable",
    b"LOGIN": "variable",
    b"SERVER": "variable",
    b"SCHEMA": "namespace",
    b"DATABASE": "namespace",
    b"EXTENSION": "module",
    b"PACKAGE": "module",
    b"LANGUAGE": "module",
    b"MODEL": "type",
}
_WORDS = (
    rb"(?:OR\s+(?:REPLACE|ALTER)|GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|UNIQUE|CLUSTERED|NONCLUSTERED|MATERIALIZED|RECURSIVE"
    rb"|FORCE|EDITIONABLE|NONEDITIONABLE|EXTERNAL|TRANSIENT|VIRTUAL|FOREIGN|CONSTRAINT|SECURE|BITMAP|FULLTEXT|SPATIAL|PUBLIC"
    rb"|PRIVATE|HYBRID|DYNAMIC|TRUSTED|PROCEDURAL|DEFINER\s*=\s*\S+|ALGORITHM\s*=\s*\w+|SQL\s+SECURITY\s+\w+)"
)
_PART = rb"(?:\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\]|[\w$@#%{}\x80-\xff-]+)"
_CREATE = re.compile(
    rb"(?:^|;)[ \t]*(?P<create>CREATE\s+(?:"
    + _WORDS
    + rb"\s+){0,6}(?P<kind>\w+)(?:\s+(?:BODY|CONCURRENTLY|CLASS|FAMILY|MAPPING))?"
    rb"(?:\s+IF\s+NOT\s+EXISTS)?\s+(?P<name>"
    + _PART
    + rb"(?:\s*\.\s*"
    + _PART
    + rb"){0,3}|[^\s\w(;\"'`]{1,6}(?=\s*\())?)",
    re.IGNORECASE | re.MULTILINE,
)
_BLOCK = re.compile(
    rb"^[ \t]*\{%-?\s*(?P<kind>macro|test|snapshot|materialization|data_test)\s+(?P<name>\w+)[^\n]*",
    re.MULTILINE,
)
_END_BLOCK = re.compile(rb"\{%-?\s*end(?:macro|test|snapshot|materialization|data_test)\b")
# But for `/*! ... */`, which MySQL runs: it is a comment to all other dialects.
_QUOTED = rb"\"[^\"\n]*\"|`[^`\n]*`|--[^\n]*|/\*(?!!).*?(?:\*/|\Z)%b|'(?:[^'\\\n]|''|\\.)*'"
_DOLLARS = rb"|(?<![\w$])(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?:(?P=tag)|\Z)"
_HIDDEN = re.compile(_QUOTED % _DOLLARS, re.DOTALL)
"""With names in quotes, which stay. A quoted text ends on its line: whether a backslash in one means anything depends on the dialect."""
_HIDDEN_OF_MYSQL = re.compile(_QUOTED % b"", re.DOTALL)
"""Where a client is told another end of statements, as `$$`, dollars quote nothing."""
_DELIMITER = re.compile(rb"^DELIMITER[ \t]+\$", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(rb"^COPY\s[^;\n]*\sFROM\s+stdin\b[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_END_STATEMENT = re.compile(rb";|^GO[ \t]*\r?$|^DELIMITER\b", re.IGNORECASE | re.MULTILINE)
_BODY = re.compile(rb"\bBEGIN\b", re.IGNORECASE)
_END_BODY = re.compile(rb"^[ \t]*END\b[^\n]*", re.IGNORECASE | re.MULTILINE)
_SIGNATURE_END = re.compile(rb"\s(?:AS|IS|BEGIN|RETURN|SELECT)\b|\$\w*\$|;", re.IGNORECASE)
_DBT_KINDS: Mapping[bytes, DefinitionKind] = {b"snapshot": "table", b"test": "test", b"data_test": "test"}
_MAX_STATEMENT = 1_000_000


def scan_sql(data: bytes, _embedded: Embedded) -> Sequence[Definition]:
    """The definitions in a text of SQL."""
    lines = _Lines(data)
    found = [*_created(_visible(data), data, lines), *_blocks(data, lines)]
    return sorted(found, key=lambda one: one.line)


class _Lines:
    """Tells lines by bytes."""

    def __init__(self, data: bytes) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(rb"\n", data))]

    def at(self, byte: int) -> int:
        """The line (1-based) of a byte."""
        return bisect_right(self._starts, byte)


def _visible(data: bytes) -> bytes:
    """`data` with blanks for comments, quoted texts and bodies, and the rows of COPY."""
    changed, at = bytearray(data), 0
    while (match := _COPY.search(data, at)) is not None:
        # The rows of a dump of PostgreSQL end with `\.` on a line of its own.
        end = data.find(b"\n\\.", match.end() - 1)
        at = end if end >= 0 else len(data)
        blank_spans(changed, ((match.end(), at),))
    hidden = _HIDDEN_OF_MYSQL if _DELIMITER.search(data) else _HIDDEN
    return hidden.sub(lambda match: match[0] if match[0][:1] in b'"`' else blanks(match[0]), bytes(changed))


def _created(visible: bytes, data: bytes, lines: _Lines) -> Iterator[Definition]:
    """What CREATE statements create."""
    matches = [match for match in _CREATE.finditer(visible) if match["kind"].upper() in _KIND_OF]
    starts = [match.start("create") for match in matches]
    for match, limit in zip(matches, [*starts[1:], len(visible)], strict=False):
        kind = _KIND_OF[match["kind"].upper()]
        name = _name(match["name"] or b"")
        # What stands there when the name is left out, as in `CREATE INDEX ON t`.
        if not name or name.upper() in {"ON", "AS", "FOR", "TABLE"}:
            continue
        start = match.start("create")
        end = _end(visible, match.end(), min(limit, start + _MAX_STATEMENT), kind)
        signature = _signature(data, visible, start, min(end, start + 6 * MAX_SIGNATURE), kind)
        yield Definition(
            name, kind, signature or name, lines.at(start), max(lines.at(start), lines.at(end - 1))
        )


def _end(visible: bytes, at: int, limit: int, kind: DefinitionKind) -> int:
    """Where a statement ends that has its name before `at`: at its semicolon, or where the block of a function ends."""
    match = _END_STATEMENT.search(visible, at, limit)
    end = match.end() if match else limit
    if kind != "function" or not _BODY.search(visible, at, end):
        return end
    last = end
    # A body may hold blocks with an END of their own: the last one before the next definition counts.
    for last_end in _END_BODY.finditer(visible, at, limit):
        last = last_end.end()
    return last


def _signature(data: bytes, visible: bytes, start: int, end: int, kind: DefinitionKind) -> str:
    """The statement up to its columns or its body, on one line."""
    stop = _SIGNATURE_END.search(visible, start, end)
    raw = data[start : stop.start() if stop else end]
    if kind in {"table", "view", "key"}:
        raw = raw.partition(b"(")[0]
    return " ".join(raw.decode("utf-8", "replace").split())[:MAX_SIGNATURE].rstrip(" (;,")


def _name(written: bytes) -> str:
    """The last part of a qualified name, without its quotes."""
    parts: list[bytes] = re.findall(_PART, written) or [written]
    return parts[-1].decode("utf-8", "replace").strip('"`[] ')[:MAX_NAME]


def _blocks(data: bytes, lines: _Lines) -> Iterator[Definition]:
    """The macros, tests and snapshots of dbt."""
    if b"{%" not in data:
        return
    ends = [match.end() for match in _END_BLOCK.finditer(data)]
    for match in _BLOCK.finditer(data):
        index = bisect_right(ends, match.end())
        end = ends[index] if index < len(ends) else match.end()
        signature = " ".join(match[0].decode("utf-8", "replace").strip(" {%-}\r").split())[:MAX_SIGNATURE]
        kind = _DBT_KINDS.get(match["kind"], "macro")
        yield Definition(
            match["name"].decode(), kind, signature, lines.at(match.start("kind")), lines.at(end - 1)
        )


LANGUAGES: Mapping[str, Scanner] = {"sql": scan_sql}
