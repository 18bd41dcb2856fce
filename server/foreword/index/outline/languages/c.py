"""C and C++: what a declarator declares has to be dug out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from foreword.core.outline import DefinitionKind
from foreword.index.outline.languages.bodies import ANY, Bodies, matched, whole_conditionals
from foreword.index.outline.languages.c_mask import mask_c, mask_cpp
from foreword.index.outline.languages.rule import (
    DIRECTIVE_OR_COMMENT,
    INSIDE,
    TYPE_KINDS,
    WRAPPER,
    Found,
    Rule,
    Scope,
    Table,
    containers,
    text,
)

# Input may nest as deep as it likes.
_MAX_DECLARATOR_DEPTH = 30
_KIND_OF: Mapping[str, DefinitionKind] = {
    "struct_specifier": "struct",
    "union_specifier": "struct",
    "class_specifier": "class",
    "enum_specifier": "enum",
}
_NAMES = frozenset(
    (
        "identifier",
        "field_identifier",
        "type_identifier",
        "qualified_identifier",
        "destructor_name",
        "operator_name",
        "operator_cast",
        "template_function",
        "primitive_type",
    )
)
_SUITE_FIRST = frozenset(
    (
        "TEST",
        "TEST_F",
        "TEST_P",
        "TYPED_TEST",
        "TYPED_TEST_P",
        "IN_PROC_BROWSER_TEST_F",
        "BENCHMARK_F",
        "FUZZ_TEST_F",
    )
)
_NAMED_BY_ARGUMENT: Mapping[str, DefinitionKind] = {
    **dict.fromkeys(_SUITE_FIRST, "test"),
    **dict.fromkeys(
        (
            "TEST_CASE",
            "SCENARIO",
            "BOOST_AUTO_TEST_CASE",
            "BOOST_FIXTURE_TEST_CASE",
            "CATCH_TEST_CASE",
            "DOCTEST_TEST_CASE",
            "TEST_CASE_METHOD",
        ),
        "test",
    ),
    "PYBIND11_MODULE": "module",
    "NB_MODULE": "module",
}
"""Macros that define something under a name among their arguments."""
_TRANSPARENT = frozenset(("parenthesized_declarator", "attributed_declarator"))


_CPP = re.compile(
    rb"namespace\b[ \w:]*\r?\n?[ \t]*\{"
    rb"|(?:class|enum[ ]+class)[ ]+\w[^;()\n]*(?:[{:]|\r?\n[ \t]*[{:])"
    rb"|std::\w"
    rb"|template[ ]*<"
    rb"|using[ ]+namespace"
    rb"|(?:public|private|protected)[ ]*:"
)
_CPP_HEADER = re.compile(rb"#[ \t]*include[ \t]+<(?:[a-z_]+|Q\w+)>")
_CPP_WORDS = (
    b"namespace",
    b"class",
    b"template",
    b"using",
    b"public",
    b"private",
    b"protected",
    b"std::",
)
_BEFORE_CPP = frozenset((b"", b"inline", b"export", b"enum"))
_FIRST_BYTES = 50_000
"""A header of C++ shows it here."""


def is_cpp(data: bytes) -> bool:
    """Whether a header that is C by its name holds C++; the C grammar would make nonsense of it."""
    first = data[:_FIRST_BYTES]
    return _CPP_HEADER.search(first) is not None or any(_begins_cpp(first, word) for word in _CPP_WORDS)


def _begins_cpp(data: bytes, word: bytes) -> bool:
    """Whether a line begins with the keyword `word`, used as C++ does: to look for the word is quicker than for lines."""
    start = data.find(word)
    while start >= 0:
        before = data[data.rfind(b"\n", 0, start) + 1 : start]
        if before.strip(b" \t") in _BEFORE_CPP and _CPP.match(data, start):
            return True
        start = data.find(word, start + len(word))
    return False


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared name, the scope it is qualified with, and whether it is a function."""

    name: str
    qualifier: str | None
    function: bool


def _declared(declarator: Node | None) -> Declared | None:
    """The name inside `declarator`, or None where a macro or an error left none.

    The innermost wrapper decides what it is: `int (*f)(void)` is a variable, `int (*f(void))(int)` a function.
    """
    function = False
    for _ in range(_MAX_DECLARATOR_DEPTH):
        if declarator is None or declarator.type in _NAMES:
            break
        if declarator.type not in _TRANSPARENT:
            function = declarator.type == "function_declarator"
        declarator = declarator.child_by_field_name("declarator") or next(
            (
                child
                for child in declarator.named_children
                if child.type in _NAMES or child.type.endswith("_declarator")
            ),
            None,
        )
    else:
        return None
    return _named(declarator, function=function) if declarator is not None else None


def _named(node: Node, *, function: bool) -> Declared:
    """The parts of a possibly qualified name."""
    qualifier = None
    while node.type == "qualified_identifier":
        inner, scope = node.child_by_field_name("name"), node.child_by_field_name("scope")
        if inner is None:
            break
        # `Box<T>::open` belongs to `Box`.
        qualifier = text(scope).partition("<")[0] or qualifier
        node = inner
    if node.type == "operator_cast":
        # The node of `operator bool()` has the parentheses in it.
        return Declared(text(node).partition("(")[0], qualifier, function=True)
    name = text(node)
    return Declared(name.partition("<")[0] if node.type == "template_function" else name, qualifier, function)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    """A function with its body, in or out of its class."""
    declarator = node.child_by_field_name("declarator")
    declared = _declared(declarator)
    # A keyword is no name: with some words before it `default {` passes for a function.
    if declared is None or declared.name == "default":
        return ()
    body = node.child_by_field_name("body")
    if declared.name in _NAMED_BY_ARGUMENT and declarator is not None:
        return _by_argument(node, declared.name, declarator, body)
    return (Found(node, _function_kind(declared, scope), declared.name, body, parent=declared.qualifier),)


def _by_argument(node: Node, macro: str, declarator: Node, body: Node | None) -> Iterable[Found]:
    """What a macro defines that looks like a function: a case of a test by its title, others by the first argument."""
    parameters = declarator.child_by_field_name("parameters")
    arguments = parameters.named_children if parameters is not None else []
    if not arguments:
        return ()
    kind = _NAMED_BY_ARGUMENT[macro]
    if kind == "test" and len(arguments) > 1 and macro in _SUITE_FIRST:
        return (Found(node, kind, arguments[1], body, parent=text(arguments[0])),)
    return (Found(node, kind, arguments[0], body),)


def _function_kind(declared: Declared, scope: Scope) -> DefinitionKind:
    owner = declared.qualifier or (scope.name if scope.kind in TYPE_KINDS else None)
    if owner is None:
        return "function"
    return "constructor" if declared.name == owner else "method"


def _declaration(node: Node, scope: Scope) -> Iterator[Found]:
    """Prototypes and variables, and the type that the declaration may define on its way."""
    yield from _type(node.child_by_field_name("type"), scope)
    for declarator in node.children_by_field_name("declarator"):
        declared = _declared(declarator)
        if declared is None:
            continue
        if declared.function:
            yield Found(node, _function_kind(declared, scope), declared.name, parent=declared.qualifier)
        elif scope.kind not in TYPE_KINDS:
            yield Found(node, "variable", declared.name, _value(declarator), parent=declared.qualifier)


def _value(declarator: Node) -> Node | None:
    return declarator.child_by_field_name("value")


def _typedef(node: Node, scope: Scope) -> Iterator[Found]:
    """A typedef; one of a nameless struct is that struct's name."""
    aliased = node.child_by_field_name("type")
    nameless = (
        aliased is not None and aliased.type in _KIND_OF and aliased.child_by_field_name("name") is None
    )
    if not nameless:
        yield from _type(aliased, scope)
    kind = _KIND_OF[aliased.type] if nameless and aliased is not None else "type"
    for declarator in node.children_by_field_name("declarator"):
        declared = _declared(declarator)
        if declared is not None:
            yield Found(node, kind, declared.name)


def _type(node: Node | None, _scope: Scope) -> Iterable[Found]:
    """A struct, union, class or enum with a body; without one it is only mentioned."""
    body = node.child_by_field_name("body") if node is not None and node.type in _KIND_OF else None
    if node is None or body is None:
        return ()
    kind = _KIND_OF[node.type]
    name = node.child_by_field_name("name")
    declared = _named(name, function=False) if name is not None else None
    plain = declared.name.partition("<")[0] if declared else None
    inside = () if kind == "enum" else (body,)
    return (Found(node, kind, plain, body, inside, parent=declared.qualifier if declared else None),)


def _namespace(node: Node, _scope: Scope) -> Iterable[Found]:
    """A namespace, whose name may have an `inline` in it: `a::inline b` is `a::b`."""
    body, name = node.child_by_field_name("body"), node.child_by_field_name("name")
    inside = (body,) if body is not None else ()
    if name is None:
        return (Found(node, inside=inside),)
    return (Found(node, "namespace", text(name).replace("inline ", ""), body, inside),)


def _macro(node: Node, _scope: Scope) -> Iterable[Found]:
    """An object-like macro with a value; without one it is a guard or a switch."""
    value = node.child_by_field_name("value")
    return (Found(node, "constant", text(node.child_by_field_name("name"))),) if value is not None else ()


_RAW_STRING = re.compile(rb'R"[^\s()\\"]{0,16}\(')
_INNER = rb"((?>(?:[ \t#][^\n]*|\w+:[^\n]*|\r?)\n)*+)(?<!\\\n)\}"
_BODY = matched(
    re.compile(
        rb"\n(?![ \t#}/*]|(?:extern|namespace|enum|union|typedef|class|if|else|static_assert)\b|"
        + ANY
        + b"__attribute)"
        + ANY
        + rb"(?:\)[ \t]*(?:\r?\n\{|\{)[ \t]*\r?\n"
        + _INNER
        + rb"(?![^\n]*\\|[ \t]*;)|=[ \t]*\{[ \t]*\r?\n"
        + _INNER
        + rb"[ \t]*;)"
    )
)


_BODIES = Bodies(
    whole_conditionals(_BODY),
    unless=_RAW_STRING,
    # Macros make errors in half of the files: to parse those again would gain little.
    errors=True,
)
"""Of functions that begin at the margin, with their labels and directives, and of tables. A macro of several lines ends none."""


C = Table(
    bodies=_BODIES,
    has_pieces=True,
    mask=mask_c,
    comment=DIRECTIVE_OR_COMMENT,
    rules={
        **containers(
            "translation_unit",
            "preproc_if",
            "preproc_ifdef",
            "preproc_else",
            "preproc_elif",
            "declaration_list",
            "field_declaration_list",
        ),
        "linkage_specification": WRAPPER,
        "function_definition": Rule(read=_function),
        "declaration": Rule(read=_declaration),
        "type_definition": Rule(read=_typedef),
        "struct_specifier": Rule(read=_type),
        "union_specifier": Rule(read=_type),
        "enum_specifier": Rule(read=_type),
        "preproc_def": Rule(read=_macro),
        "preproc_function_def": Rule("macro", body=("value",)),
    },
    limits={"constant": 200},
    unique=frozenset(("constant", "macro")),
)

CPP = Table(
    bodies=_BODIES,
    has_pieces=True,
    mask=mask_cpp,
    comment=DIRECTIVE_OR_COMMENT,
    rules={
        **C.rules,
        "class_specifier": Rule(read=_type),
        "field_declaration": Rule(read=_declaration),
        "friend_declaration": INSIDE,
        "namespace_definition": Rule(read=_namespace),
        "template_declaration": Rule(body=(), descend=True, wraps="always"),
        "alias_declaration": Rule("type", body=()),
        "concept_definition": Rule("type", body=()),
    },
    leads=frozenset(("attribute_declaration",)),
    limits=C.limits,
    unique=C.unique,
)

LANGUAGES: Mapping[str, Table] = {"c": C, "cpp": CPP}
