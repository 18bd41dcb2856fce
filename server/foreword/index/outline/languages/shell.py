"""Bash and zsh: functions, in whatever block they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tree_sitter import Node

from foreword.index.outline.languages.mask import blank_matches, blanks, letters
from foreword.index.outline.languages.rule import HASH_COMMENT, Found, Rule, Scope, Table, containers, text


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    """A function by each of its names: in zsh one may have several."""
    body = node.child_by_field_name("body")
    named = node.children_by_field_name("name")
    if named and not text(named[0]).strip(_MARK):
        return (Found(node, "test", named[0], body),)
    return [Found(node, "function", name, body) for name in _whole_names(named)]


def _whole_names(named: Sequence[Node]) -> list[str]:
    """Names, of which the grammar cuts one at its colons: what stands together is one."""
    names, end = list[str](), -1
    for node in named:
        before = names.pop() if end == node.start_byte else ""
        names.append(before + text(node))
        end = node.end_byte
    return names


_MARK = ":"
"""Stands for each letter of a test's name where the text is parsed."""
_BATS = re.compile(rb"(\n[ \t]*+@test[ \t]+)([\"'])((?:[^\"'\n\\]|\\.){1,200}+)(\2[ \t])(?=[ \t]*\{)")
_EXTENDED_GLOB = re.compile(rb"(?<![$<>=\\(])[!+@]\([^()\n$`\"']{1,200}\)")
_QUALIFIER = re.compile(rb"(?<=[*/\w\]])(\((?:[.@/=%^-]|\#q)[\w\[\],.:^/-]*\))")
_NEW_SYNTAX = re.compile(rb";;(&)(?=\s*esac\b)|\$\{(\|)(?=\s)")
"""A last branch that goes on to look for others, and a value that commands leave in `REPLY` (Bash 5.3)."""
_SHORT_LOOP = re.compile(rb"\n[ \t]*+(for[ \t]+\w+[ \t]+in[ \t][^;\n]*;[ \t]*(?!do\b|\{|[ \t\n#])[^\n]*)")


def _mask_bash(data: bytes) -> bytes:
    """With functions for tests of Bats, and names for patterns that the grammar can't read."""
    if b"@test" in data:
        data = _BATS.sub(_as_function, b"\n" + data)[1:]
    if b";;&" in data or b"${|" in data:
        data = blank_matches(data, _NEW_SYNTAX)
    signs = b"!(" in data or b"+(" in data or b"@(" in data
    return _EXTENDED_GLOB.sub(lambda match: letters(match[0]), data) if signs else data


def _as_function(match: re.Match[bytes]) -> bytes:
    return blanks(match[1] + match[2]) + _MARK.encode() * len(match[3]) + b"()" + blanks(match[4][2:])


def _mask_zsh(data: bytes) -> bytes:
    """Without the qualifiers of patterns, and loops in a short form, which hold no functions."""
    if b"*(" in data:
        data = blank_matches(data, _QUALIFIER)
    return blank_matches(b"\n" + data, _SHORT_LOOP)[1:] if b"for " in data else data


_BLOCKS = (
    "program",
    "if_statement",
    "elif_clause",
    "else_clause",
    "case_statement",
    "case_item",
    "list",
    "for_statement",
    "c_style_for_statement",
    "while_statement",
    "do_group",
    "subshell",
    "redirected_statement",
)
_RULES: Mapping[str, Rule] = {
    **containers(*_BLOCKS),
    "compound_statement": Rule(body=(), descend=True),
    "function_definition": Rule(read=_function),
}

TABLE = Table(mask=_mask_bash, comment=HASH_COMMENT, rules=_RULES, has_pieces=True)
ZSH = Table(mask=_mask_zsh, comment=HASH_COMMENT, rules=_RULES, has_pieces=True, second="bash")

LANGUAGES: Mapping[str, Table] = {"bash": TABLE, "zsh": ZSH}
