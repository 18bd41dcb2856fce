"""The outline of one file: its definitions, by one walk over the containers of its syntax tree.

A pure function of language and bytes. Bodies of functions are not entered, so the walk is cheap beside the parse.
Nothing recurses: input may nest as deep as it likes.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from operator import attrgetter
from threading import get_ident

from tree_sitter import Node, Parser, Tree

from foreword.core.outline import EMPTY_OUTLINE, Definition, DefinitionKind, Outline
from foreword.index.outline.bounded_parse import can_be_parsed, n_error_bytes, parse_within
from foreword.index.outline.grammar import BoundRule, Grammar, load
from foreword.index.outline.languages import SCANNERS, TABLES
from foreword.index.outline.languages.c import is_cpp
from foreword.index.outline.languages.rule import Comment, Found, Scope, Table
from foreword.index.outline.partial_parse import blank_bodies, skim
from foreword.index.outline.recovery import Parse, Recovery, long_errors, n_unread_lines, recovered

_OBJECTIVE_C = re.compile(rb"^@(?:interface|protocol|implementation|class|import)\b", re.MULTILINE)
_FIRST_BYTES = 3_000
MAX_DEFINITIONS = 20_000
MAX_DEPTH = 500
MAX_NAME = 120
MAX_SIGNATURE = 200

_QUOTES = ('"', "'", "`")
_ANNOTATION_MARKS = (b"@", b"[", b"#")
_NEWLINE = ord("\n")
_SIGNATURE_BYTES = 6 * MAX_SIGNATURE
_ONE_LINERS: frozenset[DefinitionKind] = frozenset(
    ("constant", "field", "heading", "key", "macro", "property", "test", "variable")
)
"""Kinds that mostly have a value instead of a body: their signature is the first line alone."""


@dataclass(slots=True)
class _Level:
    """Siblings yet to be read, what they stand in, and where what wraps them begins."""

    nodes: Iterator[Node]
    scope: Scope
    word: Node | None = None
    wraps: str = ""


def extract(language: str, data: bytes, limit_s: float | None = None) -> Outline:
    """Definitions of a file with contents `data`; none for a language without grammar.

    References are counted for many files at once, see `text/vocabulary.py`.
    What the parser can't make sense of is left out. Text is taken for UTF-8.

    Raises:
        TimeoutError: it takes much longer than `limit_s` seconds, if that is given.
    """
    data = data.removeprefix(BOM_UTF8)
    if language not in TABLES:
        return Outline(scanned(language, data)) if language in SCANNERS else EMPTY_OUTLINE
    grammar = grammar_of(language, data)
    if not can_be_parsed(grammar.table, data) or is_other_language(language, data):
        return EMPTY_OUTLINE
    parse = Parser.parse if limit_s is None else partial(parse_within, limit_s)
    tree, grammar = better_reading(_tree(grammar, data, parse), data, grammar, parse)
    found = definitions_of(tree, data, grammar, parse)
    return Outline(found, unread=n_unread_lines(tree, data, found))


def is_other_language(language: str, data: bytes) -> bool:
    """Whether a text is XML by its first bytes though its name says something else, as translations of Qt are called `.ts`.

    A grammar finds nothing there, and takes long to find it.
    """
    return language not in {"html", "markdown", "vue", "svelte", "astro"} and data.startswith(
        (b"<?xml", b"<!DOCTYPE")
    )


def scanned(language: str, data: bytes) -> tuple[Definition, ...]:
    """The definitions of a text in a language that is read line by line; none in one without an outline."""
    scanner = SCANNERS.get(language)
    if scanner is None or is_other_language(language, data):
        return ()
    return tuple(islice(scanner(data, embedded), MAX_DEFINITIONS))


def embedded(language: str, data: bytes) -> Sequence[Definition]:
    """The definitions of a part of a text that is in another language."""
    return extract(language, data).definitions


def grammar_of(language: str, data: bytes) -> Grammar:
    """The grammar for a text in a language that has one: headers of C may be C++, scripts may have types."""
    return load(_language_by_content(language, data))


def _language_by_content(language: str, data: bytes) -> str:
    if language == "c":
        return "objective-c" if _is_objective_c(data) else "cpp" if is_cpp(data) else "c"
    return "tsx" if language == "javascript" and b"@flow" in data[:_FIRST_BYTES] else language


def _is_objective_c(data: bytes) -> bool:
    """Whether a header that is C by its name holds Objective-C: looking for the sign is quicker than for words."""
    # One byte is found far sooner than two.
    return (
        b"@" in data and (b"\n@" in data or data.startswith(b"@")) and _OBJECTIVE_C.search(data) is not None
    )


def definitions_in(tree: Tree, data: bytes, grammar: Grammar) -> tuple[Definition, ...]:
    """The definitions in the syntax tree of a text, in the order of their lines."""
    found = _Walk(data, grammar).definitions(tree.root_node)
    if grammar.table.limits:
        found = _limited(found, grammar.table)
    # Stable: of what begins on one line the outer stays before the inner.
    listed = sorted(islice(found, MAX_DEFINITIONS), key=attrgetter("line"))
    return tuple(_merged(listed) if grammar.table.merges else listed)


def _tree(grammar: Grammar, data: bytes, parse: Parse) -> Tree:
    """The syntax tree of a text, but for what no outline looks into."""
    parser, table = _parser(grammar, get_ident()), grammar.table
    tree = skim(parser, table.bodies, data, parse, table.mask) if table.bodies is not None else None
    tree = tree or parse(parser, table.masked(data))
    if tree is None:
        raise TimeoutError
    return tree


def better_reading(tree: Tree, data: bytes, grammar: Grammar, parse: Parse) -> tuple[Tree, Grammar]:
    """`tree`, or if that has errors what the second grammar of its language makes of the text, if that has fewer."""
    second = grammar.table.second
    if second is None or not tree.root_node.has_error:
        return tree, grammar
    other = load(second)
    other_tree = parse(_parser(other, get_ident()), other.table.masked(data))
    if other_tree is None or n_error_bytes(other_tree) >= n_error_bytes(tree):
        return tree, grammar
    return other_tree, other


def definitions_of(tree: Tree, data: bytes, grammar: Grammar, parse: Parse) -> tuple[Definition, ...]:
    """The definitions in the syntax tree of a text, with those that errors cost there, in the order of their lines."""
    table, found = grammar.table, definitions_in(tree, data, grammar)
    errors = long_errors(tree, len(data)) if table.has_pieces else []
    if not errors:
        return found
    text = table.masked(data if table.bodies is None else blank_bodies(table.bodies, data))
    walk = partial(definitions_in, data=data, grammar=grammar)
    more = recovered(Recovery(_parser(grammar, get_ident()), parse, text, walk), found, errors)
    return tuple(sorted(more, key=attrgetter("line"))[:MAX_DEFINITIONS])


@lru_cache(maxsize=64)
def _parser(grammar: Grammar, _thread: int) -> Parser:
    """A parser keeps what it has allocated for its next file; no two threads share one."""
    return Parser(grammar.language)


class _Walk:
    """One walk over a syntax tree. What is done at every node is written to cost little."""

    def __init__(self, data: bytes, grammar: Grammar) -> None:
        self._data = data
        self._grammar = grammar
        self._table = grammar.table
        self._rules = grammar.rules
        self._stack: list[_Level] = []

    def definitions(self, root: Node) -> Iterator[Definition]:
        """Every definition under `root`, outer before inner."""
        rule_of, stack = self._rules.get, self._stack
        stack.append(_Level(iter((root,)), Scope()))
        while stack:
            level = stack[-1]
            for sibling in level.nodes:
                node, rule = sibling, rule_of(sibling.kind_id)
                if rule is not None and rule.only_holds:
                    node, rule = self._held(level, node, rule)
                if rule is not None:
                    for found in self._found_at(node, rule, level.scope):
                        definition = self._taken(found, level, node, rule, node is sibling)
                        if definition is not None:
                            yield definition
                # What the node holds was put on the stack, and comes before its siblings that are left.
                if stack[-1] is not level:
                    break
            else:
                stack.pop()

    def _held(self, level: _Level, node: Node, rule: BoundRule) -> tuple[Node, BoundRule | None]:
        """The only thing that `node` holds, as a statement does an expression; else put what it holds on the stack."""
        # At some microseconds a definition each call counts: a level on the stack for each statement would
        # show.
        while rule.sees_through and level.word is None and node.named_child_count == 1:
            only = node.named_child(0)
            inner = self._rules.get(only.kind_id) if only is not None else None
            if only is None or inner is None or not inner.only_holds:
                return only or node, inner
            node, rule = only, inner
        self._enter(node, level.scope, level, node, rule)
        return node, None

    def _enter(self, part: Node, scope: Scope, level: _Level, node: Node, rule: BoundRule) -> None:
        """Put the children of a part of `node`, which was met on `level`, on the stack."""
        children = part.named_children
        if not children or len(self._stack) >= MAX_DEPTH:
            return
        word = (level.word or _first_word(node, self._data, self._grammar)) if rule.wraps else None
        self._stack.append(_Level(iter(children), scope, word, rule.wraps))

    def _found_at(self, node: Node, rule: BoundRule, scope: Scope) -> Iterable[Found]:
        """What a rule finds at `node`."""
        if rule.read is not None:
            return rule.read(node, scope)
        body = rule.body(node) if rule.body else None
        held = body if rule.body else node
        inside = (held,) if rule.descend and held is not None else ()
        kind = rule.kind
        named = rule.name(node) if kind else None
        if kind is None or named is None:
            return (Found(node, None, None, None, inside),)
        name = self._original(named)
        if scope.kind in self._table.owners:
            kind = "constructor" if name in self._table.constructors else rule.member or kind
        return (Found(node, kind, name, body, inside),)

    def _original(self, node: Node) -> str:
        """What stands at a node in the text as it was written."""
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _taken(
        self, found: Found, level: _Level, node: Node, rule: BoundRule, is_sibling: bool
    ) -> Definition | None:
        """The definition that was found at `node`, if it is one; what is inside goes on the stack.

        What is not a sibling is the only thing in one: nothing follows it.
        """
        written = self._original(found.name) if isinstance(found.name, Node) else found.name
        name, kind, inside = _plain(written) if written else None, found.kind, found.inside
        definition = self._definition(found, name, kind, level) if name and kind and found.listed else None
        if inside or found.rest:
            scope = Scope(name, kind, level.scope.depth + found.listed) if name else level.scope
            # What is put on a stack last is read first.
            for part in reversed(inside):
                self._enter(part, scope, level, node, rule)
            if found.rest and is_sibling:
                level.scope = scope
        return definition

    def _definition(self, found: Found, name: str, kind: DefinitionKind, level: _Level) -> Definition:
        """The value of `found`, which was met on `level`."""
        data, word = self._data, level.word
        first = node = found.node
        start = node.start_byte
        if data[start : start + 1] in _ANNOTATION_MARKS:
            first = _first_word(node, data, self._grammar)
            start = first.start_byte
        if word is not None and (level.wraps == "always" or word.start_point[0] == first.start_point[0]):
            first = word
            start = first.start_byte
        line = first.start_point[0] + 1
        end_row, end_column = node.end_point
        # A node that ends at column 0 has taken in the line end above, and nothing of this line.
        end_line = found.end_line or (end_row + 1 if end_column else end_row)
        end = node.end_byte if found.body is None else found.body.start_byte
        if end - start > _SIGNATURE_BYTES:
            end = start + _SIGNATURE_BYTES
        signature = _signature(data[start:end], kind, self._table.comment) or name
        parent = level.scope.name if found.parent is None else found.parent
        return Definition(name, kind, signature, line, max(line, end_line), parent or None)


def _plain(name: str) -> str | None:
    """`name` on one line without quotes; None if there is nothing to call a definition by."""
    if name.isidentifier():
        return name if len(name) <= MAX_NAME else None
    name = " ".join(name.split())
    if len(name) > 1 and name[:1] in _QUOTES and name[:1] == name[-1:]:
        name = name[1:-1].strip()
    return name if 0 < len(name) <= MAX_NAME and name.isprintable() else None


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


def _signature(raw: bytes, kind: DefinitionKind, comment: Comment) -> str:
    """`raw`, the text before the body, folded to one line."""
    if _NEWLINE in raw:
        raw = raw.split(b"\n", 1)[0] if kind in _ONE_LINERS else comment.cut(raw)
    text = raw.decode("utf-8", "replace")
    if "  " in text or not text.isprintable():  # the only blank that is printable is the plain one
        text = " ".join(text.split())
    return text.strip(" ")[:MAX_SIGNATURE].rstrip(" {(:=;,\\")


def _limited(found: Iterable[Definition], table: Table) -> Iterator[Definition]:
    """`found` without what is over the limit of its kind, inner ones first, and without the repetitions of what counts once."""
    once, seen = list[Definition](), set[str]()
    for definition in found:
        if definition.kind in table.unique:
            if definition.name in seen:
                continue
            seen.add(definition.name)
        once.append(definition)
    outer = Counter(one.kind for one in once if one.kind in table.limits and one.parent is None)
    left_outer = {kind: min(limit, outer[kind]) for kind, limit in table.limits.items()}
    left_inner = {kind: limit - left_outer[kind] for kind, limit in table.limits.items()}
    for definition in once:
        left = left_outer if definition.parent is None else left_inner
        if definition.kind in left:
            left[definition.kind] -= 1
            if left[definition.kind] < 0:
                continue
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
