"""Grammars: the parser of a language, loaded once per process, with its table resolved to the grammar's own numbers.

Each grammar comes inside its package; nothing is downloaded.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version

from tree_sitter import Language, Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.installed_grammars import OUTLINE_FORMAT
from foreword.index.outline.languages import TABLES
from foreword.index.outline.languages.rule import INSIDE, Reader, Rule, Table

_ERROR_KIND = 0xFFFF
"""The kind of an error node, `ts_builtin_sym_error` in tree-sitter's api.h: what the parser made sense of is inside."""

_CAPSULE_NAME = b"tree_sitter.Language"
"""Lives as long as the capsules that point to it."""

PartOf = Callable[[Node], Node | None]
"""Gives a part of a node, or None."""


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A `Rule` in the numbers of its grammar."""

    kind: DefinitionKind | None
    member: DefinitionKind | None
    name: PartOf
    body: PartOf | None
    descend: bool
    wraps: str
    read: Reader | None
    only_holds: bool
    """Whether it says nothing but that the children belong to what is around."""
    sees_through: bool
    """Whether it does not even say where a definition begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """A language's parser tables, and the rules by kind number."""

    language: Language
    table: Table
    rules: Mapping[int, BoundRule]
    leads: frozenset[int]
    lead_groups: frozenset[int]


@cache
def load(language: str) -> Grammar:
    """The grammar of `language`, one of `TABLES`."""
    table = TABLES[language]
    package, function = _package(language)
    loaded = Language(_capsule(getattr(import_module(package), function)()))
    rules = {kind_number(loaded, kind): _bound(loaded, rule) for kind, rule in table.rules.items()}
    rules[_ERROR_KIND] = _bound(loaded, INSIDE)
    return Grammar(
        loaded,
        table,
        rules,
        frozenset(kind_number(loaded, kind) for kind in table.leads),
        frozenset(kind_number(loaded, kind) for kind in table.lead_groups),
    )


@cache
def grammar_version(language: str) -> str:
    """What an outline of `language` depends on besides the bytes: this builder, and the grammar's release if any."""
    if language not in TABLES:
        return str(OUTLINE_FORMAT)
    second = TABLES[language].second
    # A header that is C by its name may be parsed by one of these.
    others = ("cpp", "objective-c") if language == "c" else (second,) if second else ()
    # Another release of a grammar may read the same bytes in another way.
    packages = (_package(name)[0].replace("_", "-") for name in (language, *others))
    return "-".join((str(OUTLINE_FORMAT), *map(version, packages)))


def _package(language: str) -> tuple[str, str]:
    """The module that holds the grammar, and the name of its function."""
    return TABLES[language].grammar or (f"tree_sitter_{language}", "language")


def _capsule(grammar: object) -> object:
    """A grammar in the form that `Language` wants: some packages still give a mere address, which it deprecates."""
    if not isinstance(grammar, int):
        return grammar
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    capsule: object = new(grammar, _CAPSULE_NAME, None)
    return capsule


def kind_number(language: Language, kind: str) -> int:
    """The number of the named node kind `kind`.

    Raises:
        LookupError: the grammar has no such kind (a table that does not fit its grammar).
    """
    number = language.id_for_node_kind(kind, True)
    # A rule that never matches would go unnoticed.
    if not number:
        raise LookupError(f"{language.name}: no node kind {kind!r}")
    return number


def _bound(language: Language, rule: Rule) -> BoundRule:
    name, body = _part(language, rule.name), _part(language, rule.body)
    only_holds = rule.descend and not (rule.kind or rule.body or rule.read)
    return BoundRule(
        rule.kind,
        rule.member,
        name,
        body if rule.body else None,
        rule.descend,
        rule.wraps,
        rule.read,
        only_holds,
        only_holds and not rule.wraps,
    )


def _part(language: Language, names: tuple[str, ...]) -> PartOf:
    """The first field that is there, else the first child of one of some kinds.

    A field that this grammar does not have is left out: the default names are the usual ones, not universal.
    """
    numbers = (language.field_id_for_name(name) for name in names if not name.startswith("<"))
    fields = tuple(number for number in numbers if number)
    kinds = frozenset(kind_number(language, name.strip("<>")) for name in names if name.startswith("<"))

    def found(node: Node) -> Node | None:
        for number in fields:
            part = node.child_by_field_id(number)
            if part is not None:
                return part
        for child in node.named_children if kinds else ():
            if child.kind_id in kinds:
                return child
        return None

    return found
