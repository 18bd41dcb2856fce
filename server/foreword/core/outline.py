"""What a source file says about itself: its definitions, the identifiers that it mentions, and pieces worth showing.

Lines are 1-based and inclusive, as people and editors' status bars count them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

DefinitionKind = Literal[
    "class",
    "constant",
    "constructor",
    "enum",
    "field",
    "function",
    "heading",
    "interface",
    "key",
    "macro",
    "method",
    "module",
    "namespace",
    "property",
    "selector",
    "struct",
    "table",
    "test",
    "trait",
    "type",
    "variable",
    "view",
]
DEFINITION_KINDS: tuple[str, ...] = get_args(DefinitionKind)


class Definition(NamedTuple):
    """One definition.

    `signature` is its first line as written, without the body, whitespace folded, at most 200 characters.
    `parent` is the name of the definition around it (of the type, for methods written outside of it), or None.
    """

    name: str
    kind: DefinitionKind
    signature: str
    line: int
    end_line: int
    parent: str | None = None

    @property
    def described(self) -> str:
        """Kind and signature, as people read them; the kind once where the signature says it in front of the name."""
        is_said = self.kind in self.signature.partition(self.name)[0].split()
        return self.signature if is_said else f"{self.kind} {self.signature}"


@dataclass(frozen=True, slots=True)
class Outline:
    """Definitions in source order, and how often each identifier occurs in the file.

    `failed` says why there are no definitions although the language has a grammar (time limit, crash), or is None.
    `unread` is the number of lines in which the grammar lost its way and no definition was found.
    """

    definitions: tuple[Definition, ...] = ()
    references: Mapping[str, int] = field(default_factory=dict)
    failed: str | None = None
    unread: int = 0


EMPTY_OUTLINE = Outline()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines `start_line` to `end_line` (1-based, inclusive) of `path`.

    `text` holds exactly these lines, joined by newlines; `score` is comparable within one search only;
    `symbol` is the definition that the excerpt is, or that the best part of it is. `around` are the first lines of the
    definitions that it begins in (number and text), the outermost first.
    """

    path: str
    start_line: int
    end_line: int
    score: float
    text: str
    symbol: str | None = None
    around: tuple[tuple[int, str], ...] = ()

    @property
    def rows(self) -> tuple[tuple[int, str], ...]:
        """Each line that is to be shown with its number: those around, and those of the excerpt."""
        return (*self.around, *enumerate(self.text.split("\n"), self.start_line))
