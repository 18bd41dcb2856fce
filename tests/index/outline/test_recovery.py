from __future__ import annotations

import pytest
from tree_sitter import Parser

from foreword.index.outline.definitions import extract
from foreword.index.outline.grammar import load
from foreword.index.outline.recovery import MAX_BYTES, long_errors

NONSENSE = (
    "?? ] <<< ~~ in the ! of :: => what == , , )( nothing reads ] at all ?? [[ not :: this == one, , ]\n"
)


def class_with(member: str) -> str:
    return f"class Till {{\n    fun first() {{}}\n\n{member}\n    fun last() {{}}\n}}\n\nfun tail() {{}}\n"


def test_a_declaration_that_the_grammar_can_not_read_costs_only_itself() -> None:
    text = (
        "fun first() {}\n\nfun broken(a: "
        + NONSENSE
        + "}\n\nclass Till {\n    fun pay() {}\n}\n\nfun tail() {}\n"
    )

    names = {one.name for one in extract("kotlin", text.encode()).definitions}

    assert {"first", "Till", "pay", "tail"} <= names


def test_a_member_that_the_grammar_can_not_read_leaves_the_others_in_their_class() -> None:
    member = "    val broken: " + NONSENSE

    found = {(one.name, one.parent) for one in extract("kotlin", class_with(member).encode()).definitions}

    assert {("Till", None), ("first", "Till"), ("last", "Till"), ("tail", None)} <= found


def test_definitions_come_once_and_in_the_order_of_lines() -> None:
    found = extract("kotlin", class_with("    val broken: " + NONSENSE).encode()).definitions

    assert len(found) == len(set(found))
    assert sorted(one.line for one in found) == [one.line for one in found]


def test_what_stands_in_a_namespace_keeps_it_as_its_parent() -> None:
    text = (
        "namespace shop {\n\nint first();\n\nclass Broken {\n  int a("
        + NONSENSE
        + "  int b();\n};\n\nint last();\n\n}  // namespace shop\n\nint tail();\n"
    )

    found = {(one.name, one.parent) for one in extract("cpp", text.encode()).definitions}

    assert {("first", "shop"), ("Broken", "shop"), ("last", "shop"), ("tail", None)} <= found


def test_a_text_beyond_what_people_write_is_read_once() -> None:
    tree = Parser(load("kotlin").language).parse(b"fun a(" + b"] ? , ::" * 50)

    assert long_errors(tree)
    assert [] == long_errors(tree, MAX_BYTES + 1)


@pytest.mark.parametrize("language", ["kotlin", "cpp", "csharp", "swift", "java", "typescript", "rust", "go"])
def test_a_text_of_nothing_but_braces_is_read_in_bounded_pieces(language: str) -> None:
    assert extract(language, (b"a {\n\n" * 5_000) + b"}\n" * 5_000).failed is None


def test_lines_in_which_nothing_could_be_read_are_counted() -> None:
    nonsense = "] ) ? :: , , )\n" * 40

    assert 0 == extract("kotlin", b"class Till {\n    fun pay() {}\n}\n").unread
    assert 30 < extract("java", f"class Till {{\n}}\n{nonsense}class Desk {{\n}}\n".encode()).unread <= 40


@pytest.mark.parametrize("language", ["typescript", "c", "kotlin", "sql", "yaml"])
def test_a_text_that_is_xml_by_its_first_bytes_is_not_read_as_code(language: str) -> None:
    text = b"<?xml version='1.0'?>\n<TS>\n<message>fun f() {}\nCREATE TABLE t (a int);\na: 1\n</message>\n</TS>\n"

    assert () == extract(language, text).definitions
