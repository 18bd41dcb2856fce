"""The outline of one file: its definitions, by one walk over the containers of its syntax tree.

A pure function of language and bytes. Bodies of functions are not entered, so the walk is cheap beside the parse.
Nothing recurses: input may nest as deep as it likes.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from threading import get_ident

from tree_sitter import Node, Parser, Tree

from foreword.core.language import LANGUAGES_WITH_GRAMMAR
from foreword.core.outline import EMPTY_OUTLINE, Definition, DefinitionKind, Outline
from foreword.index.grammar import BoundRule, Grammar, load
from foreword.index.languages.c import is_cpp
from foreword.index.languages.rule import Found, Scope, Table
from foreword.index.skimming import skim

MAX_DEFINITIONS = 20_000
MAX_DEPTH = 500
MAX_NAME = 120
MAX_SIGNATURE = 200

_QUOTES = ('"', "'", "`")
_ANNOTATION_MARKS = (b"@", b"[", b"#")
_SIGNATURE_BYTES = 6 * MAX_SIGNATURE
_ONE_LINERS: frozenset[DefinitionKind] = frozenset(
    ("constant", "field", "heading", "key", "macro", "property", "test", "variable")
)
"""Kinds that mostly have a value instead of a body: their signature is the first line alone."""


@dataclass(slots=True)
class _Level:
    """Siblings yet to be read, what they stand in, and the node that wraps them."""

    nodes: Iterator[Node]
    scope: Scope
    wrapper: Node | None = None
    wraps: str = ""


def extract(language: str, data: bytes) -> Outline:
    """Definitions of a file with contents `data`; none for a language without grammar.

    References are counted for many files at once, see `wordbook`.
    Never raises for any `data`: what the parser can't make sense of is left out. Text is taken for UTF-8.
    """
    data = data.removeprefix(BOM_UTF8)
    if language not in LANGUAGES_WITH_GRAMMAR:
        return EMPTY_OUTLINE
    grammar = grammar_of(language, data)
    return Outline(definitions_in(_parsed(grammar, data), data, grammar))


def grammar_of(language: str, data: bytes) -> Grammar:
    """The grammar for a text in a language that has one: headers of C may be C++."""
    return load("cpp" if language == "c" and is_cpp(data) else language)


def definitions_in(tree: Tree, data: bytes, grammar: Grammar) -> tuple[Definition, ...]:
    """The definitions in the syntax tree of a text, in the order of their lines."""
    found = _walk(tree.root_node, data, grammar)
    if grammar.table.limits:
        found = _limited(found, grammar.table)
    listed = sorted(islice(found, MAX_DEFINITIONS), key=attrgetter("line"))
    return tuple(_merged(listed) if grammar.table.merges else listed)


def _parsed(grammar: Grammar, data: bytes) -> Tree:
    """The syntax tree of a text, but for what no outline looks into."""
    parser, bodies = _parser(grammar, get_ident()), grammar.table.bodies
    tree = skim(parser, bodies, data) if bodies is not None else None
    return tree or parser.parse(data)


@lru_cache(maxsize=64)
def _parser(grammar: Grammar, _thread: int) -> Parser:
    """A parser keeps what it has allocated for its next file; no two threads share one."""
    return Parser(grammar.language)


def _walk(root: Node, data: bytes, grammar: Grammar) -> Iterator[Definition]:
    """Every definition under `root`, outer before inner."""
    rule_of = grammar.rules.get
    stack = [_Level(iter((root,)), Scope())]
    while stack:
        level = stack[-1]
        for node in level.nodes:
            rule = rule_of(node.kind_id)
            if rule is None:
                continue
            if rule.only_holds:
                if _enter_holder(stack, level, node, rule):
                    break
                continue
            for found in (
                rule.read(node, level.scope) if rule.read else _read(rule, node, level.scope, data, grammar)
            ):
                name = _plain(found.name) if found.name else None
                if name and found.kind and found.listed:
                    yield _definition(found, name, found.kind, level, data=data, grammar=grammar)
                if (found.inside or found.rest) and len(stack) < MAX_DEPTH:
                    _enter(stack, level, found, name, met=(node, rule))
            if stack[-1] is not level:
                break
        else:
            stack.pop()


def _enter_holder(stack: list[_Level], level: _Level, node: Node, rule: BoundRule) -> bool:
    """Put what `node` holds on the stack, in the scope around it; False if there is nothing to read."""
    children = node.named_children
    if not children or len(stack) >= MAX_DEPTH:
        return False
    wrapper = (level.wrapper or node) if rule.wraps else None
    stack.append(_Level(iter(children), level.scope, wrapper, rule.wraps))
    return True


def _enter(
    stack: list[_Level], level: _Level, found: Found, name: str | None, *, met: tuple[Node, BoundRule]
) -> None:
    """Put what is inside of `found`, met on `level`, on the stack, in the scope that it makes."""
    node, rule = met
    scope = Scope(name, found.kind, level.scope.depth + found.listed) if name else level.scope
    if found.rest:
        level.scope = scope
    wrapper = (level.wrapper or node) if rule.wraps else None
    for part in reversed(found.inside):
        children = part.named_children
        if children:
            stack.append(_Level(iter(children), scope, wrapper, rule.wraps))


def _read(rule: BoundRule, node: Node, scope: Scope, data: bytes, grammar: Grammar) -> Iterable[Found]:
    """What a rule that is plain data finds at `node`."""
    body = rule.body.of(node) if rule.body is not None else node
    inside = (body,) if rule.descend and body is not None else ()
    kind = rule.kind
    if kind is None:
        return (Found(node, inside=inside),)
    named = rule.name.of(node)
    if named is None:
        return (Found(node, inside=inside),)
    name = data[named.start_byte : named.end_byte].decode("utf-8", "replace")
    if scope.kind in grammar.table.owners:
        kind = "constructor" if name in grammar.table.constructors else rule.member or kind
    return (Found(node, kind, name, body if rule.body is not None else None, inside),)


def _plain(name: str) -> str | None:
    """`name` on one line without quotes; None if there is nothing to call a definition by."""
    if name.isidentifier():
        return name if len(name) <= MAX_NAME else None
    name = " ".join(name.split())
    if name[:1] in _QUOTES and name[:1] == name[-1:]:
        name = name[1:-1].strip()
    return name if 0 < len(name) <= MAX_NAME and name.isprintable() else None


def _definition(
    found: Found, name: str, kind: DefinitionKind, level: _Level, *, data: bytes, grammar: Grammar
) -> Definition:
    """The value of `found`, which was met on `level`."""
    first = node = found.node
    start = node.start_byte
    if level.wrapper is not None or (grammar.leads and data[start : start + 1] in _ANNOTATION_MARKS):
        first = _beginning(node, level, data, grammar)
        start = first.start_byte
    line = first.start_point[0] + 1
    end_row, end_column = node.end_point
    end_line = found.end_line or (end_row + 1 if end_column else end_row)
    end = node.end_byte if found.body is None else found.body.start_byte
    signature = _signature(data[start : min(end, start + _SIGNATURE_BYTES)], kind, grammar)
    parent = level.scope.name if found.parent is None else found.parent
    return Definition(name, kind, signature or name, line, max(line, end_line), parent or None)


def _beginning(node: Node, level: _Level, data: bytes, grammar: Grammar) -> Node:
    """Where the definition at `node` begins as it is written: at `export`, `template` or the like, if there is one."""
    first = _first_word(node, data, grammar)
    if level.wrapper is None:
        return first
    word = _first_word(level.wrapper, data, grammar)
    return word if level.wraps == "always" or word.start_point[0] == first.start_point[0] else first


def _first_word(node: Node, data: bytes, grammar: Grammar) -> Node:
    """The first part of `node` that is no annotation."""
    leads, groups = grammar.leads, grammar.lead_groups
    start = node.start_byte
    if not leads or data[start : start + 1] not in _ANNOTATION_MARKS:
        return node
    parts = (
        part for child in node.children for part in (child.children if child.kind_id in groups else (child,))
    )
    return next((part for part in parts if part.kind_id not in leads), node)


def _signature(raw: bytes, kind: DefinitionKind, grammar: Grammar) -> str:
    """`raw`, the text before the body, folded to one line."""
    if b"\n" in raw:
        raw = raw.split(b"\n", 1)[0] if kind in _ONE_LINERS else grammar.table.comment.sub(b"", raw)
    folded = " ".join(raw.decode("utf-8", "replace").split())
    return folded[:MAX_SIGNATURE].rstrip(" {(:=;,\\")


def _limited(found: Iterable[Definition], table: Table) -> Iterator[Definition]:
    """`found` without what is over the limit of its kind, and without the repetitions of what counts once."""
    counts: Counter[DefinitionKind] = Counter()
    seen: set[str] = set()
    for definition in found:
        if definition.kind in table.unique:
            if definition.name in seen:
                continue
            seen.add(definition.name)
        counts[definition.kind] += 1
        if counts[definition.kind] <= table.limits.get(definition.kind, MAX_DEFINITIONS):
            yield definition


def _merged(definitions: Iterable[Definition]) -> Iterator[Definition]:
    """Neighbours that are clauses of one definition as one."""
    held: Definition | None = None
    for definition in definitions:
        if held is not None and _same(held, definition):
            kind = definition.kind if held.kind == "constant" else held.kind
            held = held._replace(kind=kind, end_line=max(held.end_line, definition.end_line))
            continue
        if held is not None:
            yield held
        held = definition
    if held is not None:
        yield held


def _same(one: Definition, other: Definition) -> bool:
    """Same name, parent and kind; a function without parameters looks like a constant in one of its clauses."""
    alike = one.kind == other.kind or "constant" in {one.kind, other.kind}
    return alike and (one.name, one.parent) == (other.name, other.parent)
