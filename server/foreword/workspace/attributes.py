"""What `.gitattributes` says of files, as far as it decides what is shown of them.

Evaluated here, not by git: the same for the saved files and for those of a commit, whatever git's version.
Syntax and precedence: https://git-scm.com/docs/gitattributes. A pattern never fits what is in a folder that it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from foreword.core.documents.legacy_encoding import encoding_name
from foreword.core.documents.text import Encoding, decode, lines_of
from foreword.core.exclusion import FILTERED, GENERATED, VENDORED
from foreword.workspace.ignore import is_affordable

GITATTRIBUTES = ".gitattributes"
MACRO = "[attr]"
STATEMENTS = ("linguist-documentation", "linguist-generated", "linguist-vendored")
"""What a project says of the part that files play (https://github.com/github-linguist/linguist/blob/main/docs/overrides.md)."""
RELEVANT = frozenset({"filter", "ident", "working-tree-encoding", "encoding", *STATEMENTS})
ENCODINGS = ("working-tree-encoding", "charset", "encoding", "editor")
"""What says in which encoding a file is, the strongest first: git converts by the first, `charset` stands in `.editorconfig`, the
third is what git's own windows show a file in, and the last is the user's setting."""
LARGE_FILES = "lfs"
"""The filter that keeps no text: what git has is a pointer, which is left out as one."""
# Each line is one more alternative of the expression that every path is matched with.
MAX_LINES = 500

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
_IDENT = re.compile(r"\$Id:[^$\n]*\$")
_SET, _UNSET = "true", "false"


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """One line: the files that it is about, as a regular expression over paths, and the attributes; None for `!name`."""

    pattern: re.Pattern[str]
    values: tuple[tuple[str, str | None], ...]


# Without slots, for `cached_property` keeps its value in the instance's dictionary.
@dataclass(frozen=True)
class AttributeRules:
    """All lines that matter, the weakest first; `prefix` leads from the top of the repository to the workspace."""

    lines: tuple[AttributeLine, ...] = ()
    prefix: str = ""

    def values(self, path: str) -> Mapping[str, str]:
        """The attributes of a file by name; of those that are set or unset the value is `true` or `false`."""
        path = self.prefix + path
        # One expression of all lines is asked first: most files of most repositories have no attribute.
        if self._any is None or self._any.match(path) is None:
            return {}
        values: dict[str, str | None] = {}
        for line in self.lines:
            if line.pattern.match(path):
                values |= dict(line.values)
        return {name: value for name, value in values.items() if value is not None}

    @property
    def told(self) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
        """All that the rules say, as values that JSON has."""
        return [(line.pattern.pattern, line.values) for line in self.lines]

    def reason_for(self, path: str) -> str | None:
        """Why a file is left out: git keeps another text of it than people read, or it is nobody's own source."""
        values = self.values(path)
        if values.get("filter", _UNSET) not in {_UNSET, LARGE_FILES}:
            return FILTERED
        if _is_set(values, "linguist-generated"):
            return GENERATED
        return VENDORED if _is_set(values, "linguist-vendored") else None

    def statement_of(self, path: str) -> str:
        """What is said of the part that a file plays, as `linguist-documentation` and `-linguist-vendored`; mostly nothing."""
        if not self._has_statements:
            return ""
        values = self.values(path)
        said = (name if _is_set(values, name) else f"-{name}" for name in STATEMENTS if name in values)
        return " ".join(said)

    def encoding_of(self, path: str) -> Encoding | None:
        """In which encoding a file should be, by Python's name; None where nothing says so, or it says UTF-8."""
        if not self._has_encodings:
            return None
        values = self.values(path)
        name = next((found for one in ENCODINGS if (found := encoding_name(values.get(one, "")))), None)
        return None if name == "utf-8" else name

    def is_converted(self, path: str) -> bool:
        """Whether git writes a file to disk with other bytes than it keeps, beside its line ends."""
        values = self.values(path)
        converted = (values.get(name, _UNSET) != _UNSET for name in ("ident", "working-tree-encoding"))
        return any(converted) or values.get("filter", _UNSET) not in {_UNSET, LARGE_FILES}

    def is_special(self, path: str) -> bool:
        """Whether the file is left out or converted."""
        return bool(self.values(path)) and (self.reason_for(path) is not None or self.is_converted(path))

    def is_same(self, path: str, before: str, after: str) -> bool:
        """Whether two texts of a file differ in nothing but what git puts in for `$Id$`."""
        if before == after:
            return self.is_converted(path)
        is_expanded = self.values(path).get("ident") == _SET
        return is_expanded and _IDENT.sub("$Id$", before) == _IDENT.sub("$Id$", after)

    @cached_property
    def _has_encodings(self) -> bool:
        return any(name in ENCODINGS for line in self.lines for name, _ in line.values)

    @property
    def tell_of_files(self) -> bool:
        """Whether there may be an encoding or a statement of any file."""
        return self._has_encodings or self._has_statements

    @cached_property
    def _has_statements(self) -> bool:
        return any(name in STATEMENTS for line in self.lines for name, _ in line.values)

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        patterns = "|".join(line.pattern.pattern for line in self.lines)
        return re.compile(patterns, re.DOTALL) if self.lines else None


NO_ATTRIBUTES = AttributeRules()


def parse_attributes(files: Iterable[tuple[str, bytes]], prefix: str = "") -> AttributeRules:
    """The rules of some files, the weakest first: each with its folder, which ends with a slash or is empty."""
    macros: dict[str, tuple[tuple[str, str | None], ...]] = {}
    lines: list[AttributeLine] = []
    for folder, data in files:
        for line in lines_of(decode(data).content):
            pattern, *words = _WORD.findall(line.strip()) or [""]
            # Negative patterns are forbidden in attributes (gitattributes(5)), unlike in ignore files.
            if not words or pattern.startswith(("#", "!")):
                continue
            values = tuple(_values(words, macros))
            if pattern.startswith(MACRO):
                macros[pattern.removeprefix(MACRO)] = values
                continue
            expression = _expression(_unquoted(pattern), folder) if values else None
            if expression is not None and len(lines) < MAX_LINES:
                lines.append(AttributeLine(expression, values))
    return AttributeRules(tuple(lines), prefix)


def _values(
    words: Iterable[str], macros: Mapping[str, tuple[tuple[str, str | None], ...]]
) -> Iterable[tuple[str, str | None]]:
    for word in words:
        name, is_valued, value = word.lstrip("-!").partition("=")
        if word.startswith("!"):
            state: str | None = None
        elif word.startswith("-"):
            state = _UNSET
        else:
            state = value if is_valued else _SET
        if name in RELEVANT:
            yield name, state
        if state == _SET:
            yield from macros.get(name, ())


def editor_encoding(label: str) -> AttributeRules:
    """The rule that a setting makes: every file is in this encoding of which nothing else says in which it is.

    Raises:
        ValueError: no encoding is called so.
    """
    if label and encoding_name(label) is None:
        raise ValueError(label)
    is_told = label and encoding_name(label) != "utf-8"
    return (
        AttributeRules((AttributeLine(re.compile(".*", re.DOTALL), (("editor", label),)),))
        if is_told
        else NO_ATTRIBUTES
    )


EDITORCONFIG = ".editorconfig"
_SECTION = re.compile(r"^\[(.*)\]\s*(?:[#;].*)?$")
_PAIR = re.compile(r"^([^=:]+)[=:]\s*(.*?)\s*(?:\s[#;].*)?$")
_GLOB = re.compile(r"\\.|\*\*/?|\*|\?|\[!?[^\]/]+\]|\{-?\d+\.\.-?\d+\}|[{},]|.", re.DOTALL)


def parse_editorconfig(files: Iterable[tuple[str, bytes]]) -> tuple[AttributeLine, ...]:
    """What `charset` some `.editorconfig` files give, the weakest first: each with its folder, which ends with a slash or is empty.

    Nothing, if they know no charset but UTF-8. Source: https://spec.editorconfig.org.
    """
    lines: list[AttributeLine] = []
    for folder, data in files:
        pattern: re.Pattern[str] | None = None
        is_head = True
        for line in map(str.strip, lines_of(decode(data).content)):
            if (section := _SECTION.match(line)) is not None:
                is_head, pattern = False, _glob(section[1], folder)
            elif not line.startswith(("#", ";")) and (pair := _PAIR.match(line)) is not None:
                name, value = pair[1].strip().lower(), pair[2].lower()
                if is_head and (name, value) == ("root", "true"):
                    everything = re.compile(rf"{re.escape(folder)}.*", re.DOTALL)
                    lines.append(AttributeLine(everything, (("charset", None),)))
                elif name == "charset" and pattern is not None and len(lines) < MAX_LINES:
                    told = None if value == "unset" else value
                    lines.append(AttributeLine(pattern, (("charset", told),)))
    known = {encoding_name(value) for line in lines for _, value in line.values if value}
    return tuple(lines) if known - {None, "utf-8"} else ()


def _glob(glob: str, folder: str) -> re.Pattern[str] | None:
    """The paths that a section of `.editorconfig` is about."""
    if not is_affordable(glob):
        return None
    depth, parts = 0, list[str]()
    pieces = _GLOB.findall(glob.removeprefix("/"))
    is_balanced = pieces.count("{") == pieces.count("}")
    for piece in pieces:
        if piece == "{" and is_balanced:
            depth += 1
            parts.append("(?:")
        elif piece == "}" and is_balanced and depth:
            depth -= 1
            parts.append(")")
        elif piece == "," and depth:
            parts.append("|")
        elif piece.startswith("**"):
            parts.append(".*" if piece == "**" else "(?:.*/)?")
        elif piece.startswith("{") and ".." in piece:
            parts.append(r"-?\d+")
        else:
            parts.append(_name(piece))
    anywhere = "" if "/" in glob else "(?:.*/)?"
    try:
        return re.compile(rf"{re.escape(folder)}{anywhere}{''.join(parts)}\Z", re.DOTALL)
    except re.error:
        return None


def _is_set(values: Mapping[str, str], name: str) -> bool:
    return values.get(name, _UNSET) not in {_UNSET, ""}


def _unquoted(pattern: str) -> str:
    if pattern.startswith('"') and pattern.endswith('"') and len(pattern) > 1:
        return re.sub(r"\\(.)", r"\1", pattern[1:-1])
    return pattern


def _expression(pattern: str, folder: str) -> re.Pattern[str] | None:
    """The whole path of a file as a pattern means it; None for a folder, or more asterisks than are matched quickly."""
    if pattern.endswith("/") or not is_affordable(pattern):
        return None
    is_anchored = "/" in pattern
    names = pattern.removeprefix("/").split("/")
    parts: list[str] = [] if is_anchored else ["(?:[^/]+/)*"]
    for n, name in enumerate(names):
        is_last = n == len(names) - 1
        if name == "**":
            parts.append(".*" if is_last else "(?:[^/]+/)*")
        else:
            parts.append(_name(name) + ("" if is_last else "/"))
    try:
        # `\Z` and not `$`, which would also fit before a line break at the end of a name.
        return re.compile(rf"{re.escape(folder)}{''.join(parts)}\Z", re.DOTALL)
    # A range such as [z-a] is a valid name of a pattern to git, and fits nothing.
    except re.error:
        return None


def _name(name: str) -> str:
    """One name of a pattern, where `*`, `?`, brackets and a backslash have their meaning."""
    pieces = re.findall(r"\\.|\[!?\]?[^\]]*\]|\*+|.", name, re.DOTALL)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:  # noqa: PLR2004 - brackets with something in them
        inner = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' + inner[1:] if inner.startswith('!') else inner}]"
    return re.escape(piece[1:] if piece.startswith("\\") and len(piece) > 1 else piece)
