"""How the nodes of one grammar are read: tables of rules, and the values that rules produce.

A table names, by node kind, the nodes that matter; all others are skipped with everything in them.
So a walk costs what the containers cost, not what the whole tree costs. Most rules are data. Where a grammar
needs more, `Rule.read` is a plain function from a node to what was found there.

In tables a part of a node is named by its field (`"body"`) or by the kind of a child (`"<class_body>"`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import Bodies
from foreword.index.outline.languages.mask import Mask


class Comment(NamedTuple):
    """What comments look like: each match of `pattern` has one of the bytes `signs`."""

    pattern: re.Pattern[bytes]
    signs: bytes

    def cut(self, raw: bytes) -> bytes:
        """`raw` without comments; without a sign of any it is not searched, which takes longer than all else here."""
        for sign in self.signs:
            if sign in raw:
                return self.pattern.sub(b"", raw)
        return raw


SLASH_COMMENT = Comment(re.compile(rb"(?<!\S)//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL), b"/")
HASH_COMMENT = Comment(re.compile(rb"(?<!\S)#[^\n]*"), b"#")
DASH_COMMENT = Comment(re.compile(rb"(?<!\S)--[^\n]*"), b"-")
DIRECTIVE_OR_COMMENT = Comment(
    re.compile(SLASH_COMMENT.pattern.pattern + rb"|(?<!\S)#[^\n]*", re.DOTALL), b"/#"
)
"""Comments of C and its kin, with the lines of the preprocessor."""

TYPE_KINDS: frozenset[DefinitionKind] = frozenset(("class", "enum", "interface", "struct", "trait"))


class Scope(NamedTuple):
    """What a node stands in: the nearest definition around it, and how many there are around."""

    name: str | None = None
    kind: DefinitionKind | None = None
    depth: int = 0


class Found(NamedTuple):
    """A definition, as a rule sees it.

    A name that is a node is read from the original text, in which nothing is masked.
    `node` gives the span; the signature ends where `body` begins; `inside` are the nodes whose children belong to it.
    `parent` replaces the scope's name. When `listed` is false there is no definition, but `inside` still has this
    name and kind for its scope (nameless: the scope around). With `rest`, so have the siblings that follow.
    `end_line` (1-based) replaces the end of `node`.
    """

    node: Node
    kind: DefinitionKind | None = None
    name: str | Node | None = None
    body: Node | None = None
    inside: tuple[Node, ...] = ()
    parent: str | None = None
    listed: bool = True
    rest: bool = False
    end_line: int | None = None


Reader = Callable[[Node, Scope], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of node.

    `kind` None: no definition, only a container. `member` is the kind inside of a type.
    `name` and `body` are parts, the first that is there counts; an empty `body` is the node itself.
    `descend`: the children of the body are read too.
    `wraps`: a definition inside begins, for its signature and line, where this node begins ("line": only when on the
    same line).
    """

    kind: DefinitionKind | None = None
    member: DefinitionKind | None = None
    name: tuple[str, ...] = ("name",)
    body: tuple[str, ...] = ("body",)
    descend: bool = False
    wraps: str = ""
    read: Reader | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A language: its rules by node kind.

    `leads` are the kinds of annotations before a definition, `lead_groups` of nodes that hold annotations and modifiers.
    `owners` are the kinds of scope that make a function a method. `limits` bounds a kind of definition per file.
    `grammar` is the package that carries the grammar, and the function there that gives it; the usual ones if empty.
    Of the `unique` kinds a name counts once per file, as a macro with a definition for each platform.
    `comment` matches what is left out of a signature that spans lines.
    With `merges`, neighbours of the same name, kind and parent are clauses of one definition.
    A text with a match of `crash` is not parsed: the parser could bring the process down.
    `bodies` are what no definition is read from, such as those of functions, where a parser is not needed to tell.
    `mask` gives the text that is parsed in place of the original, see `languages/mask.py`.
    What has syntax errors is parsed by the grammar of the language `second` too; the better reading counts.
    `has_pieces`: declarations can be parsed apart, see `index/outline/recovery.py`.
    """

    rules: Mapping[str, Rule]
    grammar: tuple[str, str] | None = None
    constructors: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    lead_groups: frozenset[str] = frozenset()
    owners: frozenset[DefinitionKind] = TYPE_KINDS
    limits: Mapping[DefinitionKind, int] = field(default_factory=dict)
    unique: frozenset[DefinitionKind] = frozenset()
    comment: Comment = SLASH_COMMENT
    merges: bool = False
    crash: re.Pattern[bytes] | None = None
    bodies: Bodies | None = None
    mask: Mask | None = None
    second: str | None = None
    has_pieces: bool = False

    def masked(self, data: bytes) -> bytes:
        """`data` as the grammar can read it."""
        return data if self.mask is None else self.mask(data)


INSIDE = Rule(body=(), descend=True)
"""A node that only holds others: its children belong to the definition around it."""

WRAPPER = Rule(body=(), descend=True, wraps="line")
"""The same, and the signature of a definition inside begins with it, as `export` does."""


def containers(*kinds: str) -> dict[str, Rule]:
    """`INSIDE` for each of `kinds`."""
    return dict.fromkeys(kinds, INSIDE)


def text(node: Node | None) -> str:
    """The source text of `node`, undecodable bytes replaced; empty for None."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def child_of_kind(node: Node, *kinds: str) -> Node | None:
    """The first named child of one of `kinds`."""
    for child in node.named_children:
        if child.type in kinds:
            return child
    return None


def named_child(node: Node, index: int) -> Node | None:
    """The named child at `index`, if there are so many."""
    return node.named_child(index) if index < node.named_child_count else None


def has_token(node: Node, token: str) -> bool:
    """Whether `token` is a child of `node`."""
    for child in node.children:  # noqa: SIM110 - a generator would take longer than all of this
        if child.type == token:
            return True
    return False


def last_part(qualified: str, separator: str) -> tuple[str, str | None]:
    """The last part of a qualified name, and the part before it."""
    rest, _, name = qualified.rpartition(separator)
    return name, rest.rpartition(separator)[2] or None
