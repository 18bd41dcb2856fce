"""JavaScript, TypeScript and TSX: declarations, functions bound to names, and the usual shapes of modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tree_sitter import Node

from foreword.index.outline.languages.bodies import ANY, Bodies, in_braces
from foreword.index.outline.languages.rule import (
    INSIDE,
    WRAPPER,
    Found,
    Rule,
    Scope,
    Table,
    child_of_kind,
    containers,
    has_token,
    named_child,
    text,
)

_FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))
_ACCESSORS = frozenset(("get", "set"))
_EXPORTS = frozenset(("exports", "module.exports"))
_TYPED = frozenset(("satisfies_expression", "as_expression", "parenthesized_expression"))
_PLAIN_PARTS = frozenset(("shorthand_property_identifier_pattern", "identifier"))
_FEW = 4
_TESTS = frozenset(("describe", "it", "test", "context", "suite", "specify"))
# The reader of tests calls itself, and input may nest as deep as it likes.
_MAX_TEST_DEPTH = 6
_MAX_TITLE = 110
_MAX_CALLEE = 60
_CALLS = frozenset(("call", "apply", "bind"))
_RUN_ONCE = frozenset(("define", "$", "jQuery"))


def _bound(node: Node, name: str, value: Node | None, parent: str | None = None) -> Found | None:
    """`name` bound to `value`, when that is a function, a class or an object that may hold functions."""
    if value is None:
        return None
    kind = value.type
    if kind in _FUNCTIONS:
        return Found(node, "function", name, value.child_by_field_name("body"), parent=parent)
    if kind == "class":
        body = value.child_by_field_name("body")
        return Found(node, "class", name, body, (body,) if body else (), parent)
    return None


def _declarator(node: Node, _scope: Scope) -> Iterable[Found]:
    """`const x = ...` outside of functions; modules taken in by `require` are no definitions."""
    target, value = node.child_by_field_name("name"), _untyped(node.child_by_field_name("value"))
    if target is not None and target.type == "object_pattern":
        return _exported_parts(node, target)
    if target is None or target.type != "identifier":
        return ()
    name = text(target)
    bound = _bound(node, name, value)
    if bound is not None:
        return (bound,)
    written = value.type if value is not None else None
    if value and written == "call_expression" and text(value.child_by_field_name("function")) == "require":
        return ()
    inside = (value,) if value and written == "object" else _objects_of(value)
    return (Found(node, "constant" if _is_constant(node.parent) else "variable", name, None, inside),)


def _untyped(value: Node | None) -> Node | None:
    """`value` without `as const`, `satisfies T` and parentheses."""
    for _ in range(_FEW):
        if value is None or value.type not in _TYPED:
            break
        value = value.named_child(0)
    return value


def _exported_parts(node: Node, pattern: Node) -> Iterable[Found]:
    """`export const { a, b: c } = ...`; what is not exported is mostly taken in from another module."""
    statement = node.parent.parent if node.parent is not None else None
    if statement is None or statement.type != "export_statement":
        return ()
    parts = (one.child_by_field_name("value") or one for one in pattern.named_children)
    return [Found(node, "constant", text(part)) for part in parts if part.type in _PLAIN_PARTS]


def _objects_of(call: Node | None) -> tuple[Node, ...]:
    """The objects that are handed to a call, as to `defineComponent({...})`: what they hold belongs to what is bound."""
    arguments = (
        call.child_by_field_name("arguments") if call is not None and call.type == "call_expression" else None
    )
    objects = (
        arguments.named_children if arguments is not None and arguments.named_child_count <= _FEW else []
    )
    return tuple(one for one in objects if one.type == "object")


def _is_constant(statement: Node | None) -> bool:
    """Whether a statement of declarators, of which there may be thousands, begins with `const`."""
    first = statement.child(0) if statement is not None else None
    return first is not None and first.type == "const"


def _assignment(node: Node, _scope: Scope) -> Iterable[Found]:
    """`exports.x = function`, `Shape.prototype.x = function`, `module.exports = {...}`."""
    target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
    if target is None or value is None:
        return ()
    if text(target) in _EXPORTS:
        # One value may go to several targets: `module.exports = exports = ...`.
        while (
            value.type == "assignment_expression"
            and (inner := value.child_by_field_name("right")) is not None
        ):
            value = inner
        return _default(node, value)
    if target.type != "member_expression":
        return ()
    owner = text(target.child_by_field_name("object")).removesuffix(".prototype")
    parent = "" if owner in _EXPORTS else owner.rpartition(".")[2]
    if value.type == "object" and text(target.child_by_field_name("property")) == "prototype":
        return (Found(node, "class", parent, inside=(value,), listed=False),)
    bound = _bound(node, text(target.child_by_field_name("property")), value, parent)
    return (bound,) if bound else ()


def _export(node: Node, _scope: Scope) -> Iterable[Found]:
    """`export default` of a value; any other export wraps a declaration."""
    value = node.child_by_field_name("value")
    return (Found(node, inside=(node,)),) if value is None else _default(node, value)


def _default(node: Node, value: Node) -> Iterable[Found]:
    """What a module exports as a whole: a function or class by its own name, or an object's functions."""
    value = _untyped(value) or value
    if value.type == "call_expression" and (objects := _objects_of(value)):
        return (Found(node, inside=objects),)
    if value.type == "object":
        return (Found(node, inside=(value,)),)
    name = text(value.child_by_field_name("name")) or "default"
    bound = _bound(node, name, value, "")
    return (bound,) if bound else ()


def _pair(node: Node, scope: Scope) -> Iterable[Found]:
    """`name: function` in an object; objects in objects are looked through."""
    value = node.child_by_field_name("value")
    if value is None or value.type == "object":
        return (Found(node, inside=(value,) if value else ()),)
    key = node.child_by_field_name("key")
    if value.type not in _FUNCTIONS or key is None or key.type == "computed_property_name":
        return ()
    kind = "method" if scope.name else "function"
    return (Found(node, kind, text(key), value.child_by_field_name("body")),)  # type: ignore[arg-type]  # literals


def _method(node: Node, scope: Scope) -> Iterable[Found]:
    """A method of a class or an object; an accessor is a property."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    name = text(named)
    if name == "constructor":
        return (Found(node, "constructor", name, body), *_properties(node))
    if named is not None and _is_accessor(node, named):
        return (Found(node, "property", name, body),)
    return (Found(node, "method" if scope.name else "function", name, body),)


def _properties(constructor: Node) -> Iterable[Found]:
    """The parameters of a constructor that are fields, too: in TypeScript those that say how they can be reached."""
    parameters = constructor.child_by_field_name("parameters")
    for one in parameters.named_children if parameters is not None else ():
        if child_of_kind(one, "accessibility_modifier") or has_token(one, "readonly"):
            yield Found(one, "field", text(one.child_by_field_name("pattern")))


def _is_accessor(method: Node, named: Node) -> bool:
    """Whether `get` or `set` stands before the name."""
    if named.start_byte == method.start_byte:
        return False
    for index in range(method.child_count):
        child = method.child(index)
        if child is None or child.start_byte >= named.start_byte:
            return False
        if child.type in _ACCESSORS:
            return True
    return False


def _field(node: Node, _scope: Scope) -> Iterable[Found]:
    """A field of a class; one that holds a function is used as a method."""
    target = node.child_by_field_name("name") or node.child_by_field_name("property")
    value = node.child_by_field_name("value")
    if value is not None and value.type in _FUNCTIONS:
        return (Found(node, "method", text(target), value.child_by_field_name("body")),)
    return (Found(node, "field", text(target)),)


def _immediate(node: Node, scope: Scope) -> Iterable[Found]:
    """`(function () {...})()` and `define(..., function () {...})` around a whole module are looked through."""
    callee = node.child_by_field_name("function") if scope.name is None else None
    arguments = node.child_by_field_name("arguments")
    if callee is None or arguments is None:
        return ()
    written = text(callee) if callee.end_byte - callee.start_byte < _MAX_CALLEE else ""
    if written.partition(".")[0] in _TESTS:
        return _tests(node)
    if written == "Object.assign":
        return _assigned(node, arguments)
    if callee.type == "member_expression" and text(callee.child_by_field_name("property")) in _CALLS:
        callee = callee.child_by_field_name("object") or callee
    functions: tuple[Node | None, ...]
    if callee.type in _FUNCTIONS:
        functions = (callee, child_of_kind(arguments, *_FUNCTIONS))
    elif callee.type == "parenthesized_expression":
        functions = (child_of_kind(callee, *_FUNCTIONS), child_of_kind(arguments, *_FUNCTIONS))
    elif written in _RUN_ONCE or written.endswith(".ready") or "DOMContentLoaded" in text(arguments)[:40]:
        functions = (child_of_kind(arguments, *_FUNCTIONS), None)
    else:
        return ()
    bodies = [one.child_by_field_name("body") for one in functions if one is not None]
    return (Found(node, inside=tuple(body for body in bodies if body)),) if any(bodies) else ()


def _assigned(node: Node, arguments: Node) -> Iterable[Found]:
    """`Object.assign(Shape.prototype, {...})`: what an object holds belongs to what it is added to."""
    first, *more = arguments.named_children or (None,)
    if first is None or first.type not in {"identifier", "member_expression"}:
        return ()
    owner = text(first).removesuffix(".prototype")
    name = None if owner in _EXPORTS else owner.rpartition(".")[2]
    objects = tuple(one for one in more if one is not None and one.type == "object")
    return (Found(node, "class", name, inside=objects, listed=False),) if objects else ()


def _tests(call: Node, parent: str = "", depth: int = 0) -> Iterable[Found]:
    """A case or a group of tests, by what it says, with the ones in it; what else stands in there is its own business."""
    arguments = call.child_by_field_name("arguments")
    title = named_child(arguments, 0) if arguments is not None else None
    if arguments is None or title is None or title.type not in {"string", "template_string"}:
        return
    name = " ".join(text(title)[1:-1].split())[:_MAX_TITLE]
    yield Found(call, "test", name, child_of_kind(arguments, *_FUNCTIONS), parent=parent)
    function = child_of_kind(arguments, *_FUNCTIONS)
    body = function.child_by_field_name("body") if function is not None else None
    for statement in body.named_children if body is not None and depth < _MAX_TEST_DEPTH else ():
        inner = statement.named_child(0) if statement.type == "expression_statement" else None
        callee = (
            inner.child_by_field_name("function")
            if inner is not None and inner.type == "call_expression"
            else None
        )
        if inner is not None and callee is not None and text(callee).partition(".")[0] in _TESTS:
            yield from _tests(inner, name, depth + 1)


_NOT_AT_ONCE = (
    rb"(?![$}]\(|jQuery\(|(?:document|window)\.addEventListener\([\"']DOM|Object\.assign\()"
    rb"(?!" + ANY + rb"(?:\bdefine\(|(?<![\w$\])>])\([ \t]*(?:async[ \t]*)?(?:function\b|\(|[\w$]+[ \t]*=>)))"
)
"""No function that is called where it stands: it may be a whole module, see `_immediate`."""
_HOLDS_NO_MEMBERS = rb"(?!" + ANY + rb"\b(?:class|interface|enum|namespace|module)[ \t]+[\w$'\"])"
_METHOD = (
    rb"(?!" + ANY + rb"(?:=>|\bfunction\b|&&|\|\|))"
    rb"(?:(?:[\w$]+[ \t]+){0,6}\*?[\w$#]+(?:<[^\n(){}]{0,300}>)?[ \t]*\([^\n;{}]{0,300}\)(?:[ \t]*:[^\n;{}(=]{0,300})?[ \t]*"
    rb"|\)[ \t]*:[ \t]*\w[^\n;{}(=]{0,300})"
)
"""A line like `... ) {` may also end the condition of a statement, in which there can be definitions."""
_BODIES = Bodies(
    in_braces(
        _HOLDS_NO_MEMBERS
        + b"(?:"
        + _NOT_AT_ONCE
        + ANY
        + rb"(?:=>|\bfunction\b[^\n]{0,300})[ \t]*|"
        + _METHOD
        + b")",
        # Groups of tests are no bodies to leave out: the cases in them are listed.
        unlike=b"describe context suite if for while switch catch with do else try declare define typeof return await new void delete throw",
    ),
    quotes=(b"`",),
)


JAVASCRIPT = Table(
    second="tsx",
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **containers("program", "expression_statement", "statement_block", "if_statement", "else_clause"),
        "parenthesized_expression": INSIDE,
        "unary_expression": INSIDE,
        "lexical_declaration": WRAPPER,
        "variable_declaration": WRAPPER,
        "export_statement": Rule(read=_export, wraps="line"),
        "function_declaration": Rule("function"),
        "generator_function_declaration": Rule("function"),
        "class_declaration": Rule("class", descend=True),
        "variable_declarator": Rule(read=_declarator),
        "assignment_expression": Rule(read=_assignment),
        "call_expression": Rule(read=_immediate),
        "method_definition": Rule(read=_method),
        "field_definition": Rule(read=_field),
        "pair": Rule(read=_pair),
    },
    leads=frozenset(("decorator",)),
)

# The grammar of TypeScript calls it `public_field_definition`, and a kind that a grammar does not have is an
# error.
_TYPESCRIPT_RULES: Mapping[str, Rule] = {
    kind: rule for kind, rule in JAVASCRIPT.rules.items() if kind != "field_definition"
}

TYPESCRIPT = Table(
    grammar=("tree_sitter_typescript", "language_typescript"),
    has_pieces=True,
    bodies=_BODIES,
    rules={
        **_TYPESCRIPT_RULES,
        "ambient_declaration": WRAPPER,
        "abstract_class_declaration": Rule("class", descend=True),
        "interface_declaration": Rule("interface", descend=True),
        "type_alias_declaration": Rule("type", body=()),
        "enum_declaration": Rule("enum"),
        "module": Rule("module", descend=True),
        "internal_module": Rule("namespace", descend=True),
        "function_signature": Rule("function"),
        "method_signature": Rule("method"),
        "abstract_method_signature": Rule("method"),
        "property_signature": Rule("property", body=()),
        "public_field_definition": Rule(read=_field),
    },
    leads=frozenset(("decorator",)),
)
TSX = replace(TYPESCRIPT, grammar=("tree_sitter_typescript", "language_tsx"))

LANGUAGES: Mapping[str, Table] = {"javascript": JAVASCRIPT, "typescript": TYPESCRIPT, "tsx": TSX}
