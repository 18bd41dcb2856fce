from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import foreword
from foreword.core.outline import DEFINITION_KINDS, EMPTY_OUTLINE
from foreword.index.outline.definitions import (
    MAX_DEFINITIONS,
    MAX_DEPTH,
    MAX_NAME,
    MAX_SIGNATURE,
    _signature,
    extract,
)
from foreword.index.outline.grammar import grammar_version, load
from foreword.index.outline.languages import TABLES

ALL = sorted(TABLES)
FRAGMENTS = [
    "def f(",
    "class A {",
    "fn x() {",
    "<div id='",
    "(((",
    "}}}",
    "\n",
    "\r\n",
    '"',
    "'",
    "é",
    "\x00",
    "# h",
    "a: b",
]

SIGNATURES = [
    ("python", "@deco\nasync def f(\n    a: int,  # why\n    b: str,\n) -> None:\n    pass\n", "async def f( a: int, b: str, ) -> None"),
    ("python", "LIMIT = [\n    1,\n]\n", "LIMIT = ["),
    ("typescript", "@injectable()\nexport class A<T> extends B {\n}\n", "export class A<T> extends B"),
    ("javascript", "export const f = async (a) => {\n};\n", "export const f = async (a) =>"),
    ("java", "@Override\npublic void run() throws IOException {\n}\n", "public void run() throws IOException"),
    ("c", "static int\nadd(int a,\n    /* second */ int b)\n{\n}\n", "static int add(int a, int b)"),
    ("c", "#define MAX(a, b) \\\n  ((a) > (b))\n", "#define MAX(a, b)"),
    ("cpp", "template <typename T>\nclass Box : Base {\n};\n", "template <typename T> class Box : Base"),
    ("ruby", "module A\n  # about it\n  class B; end\nend\n", "module A"),
    ("rust", "#[derive(Debug)]\npub struct A<T>\nwhere\n    T: B,\n{\n}\n", "pub struct A<T> where T: B"),
    ("haskell", "data A = B -- ^ one\n  | C\n", "data A = B | C"),
    ("elixir", "defmodule A do\n  def f(a), do: a\nend\n", "defmodule A"),
    ("zig", "pub const A = struct {\n    x: u8,\n};\n", "pub const A = struct"),
    ("sql", "CREATE TABLE a (\n  id int\n);\n", "CREATE TABLE a"),
]  # fmt: skip

ENDS = [
    ("python", "def f():\n    pass\n\n\ndef g():\n    pass\n", [(1, 2), (5, 6)]),
    ("python", "@deco\ndef f():\n    pass\n", [(2, 3)]),
    ("markdown", "# A\n\ntext\n\n## B\n\nmore\n# C\n", [(1, 7), (5, 7), (8, 8)]),
    ("toml", "[a]\nb = 1\n\n\n[c]\n", [(1, 2), (2, 2), (5, 5)]),
    ("haskell", "f :: Int -> Int\nf 0 = 1\nf n = n\n", [(1, 3)]),
]


def names(language: str, source: str) -> list[str]:
    return [each.name for each in extract(language, source.encode()).definitions]


@pytest.mark.parametrize(("language", "source", "expected"), SIGNATURES)
def test_the_signature_is_what_stands_before_the_body(language: str, source: str, expected: str) -> None:
    assert expected.rstrip("[ ") == extract(language, source.encode()).definitions[0].signature.rstrip("[ ")


@pytest.mark.parametrize(("language", "source", "expected"), ENDS)
def test_a_definition_ends_with_its_last_line(
    language: str, source: str, expected: list[tuple[int, int]]
) -> None:
    assert expected == [(each.line, each.end_line) for each in extract(language, source.encode()).definitions]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        (
            "javascript",
            "((exports.f = function () {}));\n(((a)));\nexports.g = () => {};\n",
            [("f", None), ("g", None)],
        ),
        ("javascript", "{{ function f() {} }}\nfunction g() {}\n", [("f", None), ("g", None)]),
        (
            "csharp",
            "#if A\nnamespace N;\n#endif\nclass B { }\n",
            [("N", None), ("B", None)],
        ),
        ("csharp", "namespace N;\nclass B { }\n", [("N", None), ("B", "N")]),
        ("php", "<?php\n{ namespace A; }\nfunction f() {}\n", [("A", None), ("f", None)]),
    ],
)
def test_what_holds_one_thing_alone_is_looked_through(
    language: str, source: str, expected: list[tuple[str, str | None]]
) -> None:
    found = extract(language, source.encode()).definitions
    assert expected == [(definition.name, definition.parent) for definition in found]


@pytest.mark.parametrize("language", ALL)
@settings(deadline=None, max_examples=15)
@given(raw=st.lists(st.sampled_from([b"/", b"*", b"#", b"-", b"(", b")", b" ", b"\n", b"ab"])).map(b"".join))
def test_only_what_has_a_sign_of_comments_has_comments(language: str, raw: bytes) -> None:
    comment = TABLES[language].comment
    assert comment.pattern.sub(b"", raw) == comment.cut(raw)


@settings(deadline=None, max_examples=60)
@given(blanks=st.lists(st.sampled_from(" \t\r\n\x0b\x0c\x1c\x85\xa0\u2003\u2028"), min_size=1, max_size=3))
def test_blanks_of_any_kind_are_one_in_a_signature(blanks: list[str]) -> None:
    signature = _signature(
        f"def f({''.join(blanks)}a){''.join(blanks)}".encode(), "function", TABLES["python"].comment
    )
    assert "def f( a)" == signature


def test_a_long_signature_is_cut() -> None:
    source = f"def f({', '.join(f'argument{number}' for number in range(100))}):\n    pass\n"

    assert (
        MAX_SIGNATURE >= len(extract("python", source.encode()).definitions[0].signature) > MAX_SIGNATURE - 5
    )


@pytest.mark.parametrize("language", ALL)
def test_every_language_has_a_table_that_fits_its_grammar(language: str) -> None:
    assert len(load(language).rules) == len(TABLES[language].rules) + 1
    assert grammar_version(language).split("-")[0] == grammar_version("unheard-of")


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\x00", b"\xff\xfe\xfd"])
def test_an_empty_file_has_no_definitions(language: str, data: bytes) -> None:
    assert extract(language, data).definitions == ()


def test_a_language_without_grammar_has_no_definitions() -> None:
    assert EMPTY_OUTLINE == extract("make", b"some words")


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    source = b"class A:\n    def f(self,\n          a):\n        pass\n"

    assert extract("python", source) == extract("python", b"\xef\xbb\xbf" + source.replace(b"\n", b"\r\n"))


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    data = "class A:\n    def grün(self): pass\n    def g(self): pass\n".encode("latin-1")

    assert {"A", "g"} <= {each.name for each in extract("python", data).definitions}


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "def good():\n    pass\n\ndef broken(:\n\ndef after():\n    pass\n", {"good", "after"}),
        ("javascript", "function good() {}\nclass A { m( {\nfunction after() {}\n", {"good"}),
        ("typescript", "export class A {\n  m(): void {}\n  half(\n", {"m"}),
        ("go", "package a\nfunc Good() {}\nfunc (\nfunc After() {}\n", {"Good"}),
        ("rust", "fn good() {}\nfn broken( {\n", {"good"}),
        ("java", "class A {\n  void m() {}\n  void half(\n", {"m"}),
        ("c", "int good(void) { return 1; }\nint broken( {\n", {"good"}),
        ("json", '{"good": 1, "half": ', {"good"}),
    ],
)
def test_what_is_whole_in_a_broken_file_is_found(language: str, source: str, expected: set[str]) -> None:
    assert expected <= set(names(language, source))


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("python", "("),
        ("python", "["),
        ("javascript", "("),
        ("javascript", "{"),
        ("c", "("),
        ("c", "{"),
        ("json", "["),
    ],
)
def test_a_hundred_thousand_open_brackets_do_no_harm(language: str, opening: str) -> None:
    assert extract(language, opening.encode() * 100_000).failed is None


def test_deep_nesting_of_containers_does_no_harm() -> None:
    source = "<div id='a'>" * 3_000 + "</div>" * 3_000

    assert 0 < len(names("html", source)) <= MAX_DEPTH


@pytest.mark.parametrize("word", ["var", "const"])
def test_a_statement_of_many_variables_is_read_in_the_time_of_many_statements(word: str) -> None:
    # Where each one looked at all others, these took half a minute.
    source = f"{word} {', '.join(f'a{number} = {number}' for number in range(9_000))};"
    assert 9_000 == len(extract("javascript", source.encode()).definitions)


def test_there_is_a_limit_of_definitions_per_file() -> None:
    source = "def f(): pass\n" * (MAX_DEFINITIONS + 1)

    assert len(names("python", source)) == MAX_DEFINITIONS


def test_a_header_full_of_plain_macros_gives_only_some_but_all_that_take_arguments() -> None:
    plain = "".join(f"#define PLAIN_{number} {number}\n" for number in range(300))
    source = plain + "#define GUARD\n" + "".join(f"#define CALL_{number}(x) x\n" for number in range(300))

    found = names("c", source)

    assert len(found) == 500
    assert found[199:201] == ["PLAIN_199", "CALL_0"]


def test_a_header_that_holds_cpp_is_read_as_cpp() -> None:
    source = "#pragma once\nnamespace app {\nclass Shape {\n public:\n  double area() const;\n};\n}\n"

    assert names("c", source) == ["app", "Shape", "area"]


def test_keys_go_two_levels_deep_and_are_limited() -> None:
    source = "{" + ", ".join(f'"key{number}": {{"deep": {{"deeper": 1}}}}' for number in range(150)) + "}"

    assert len(names("json", source)) == 200
    assert "deeper" not in names("json", source)


@pytest.mark.parametrize(
    ("language", "source"),
    [("json", '{"": 1}'), ("markdown", "#\n\n##   \n"), ("json", f'{{"{"x" * (MAX_NAME + 1)}": 1}}')],
)
def test_what_has_no_usable_name_is_no_definition(language: str, source: str) -> None:
    assert not names(language, source)


def test_another_process_finds_the_same() -> None:
    source = b"class A:\n    def f(self): ...\nLIMIT = 1\n"
    program = "import sys; from foreword.index.outline.definitions import extract; print(extract('python', sys.stdin.buffer.read()))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(foreword.__file__).parents[1])}

    done = subprocess.run(
        [sys.executable, "-c", program], input=source, capture_output=True, check=True, env=environment
    )

    assert repr(extract("python", source)) == done.stdout.decode().rstrip()


@settings(deadline=None, max_examples=200)
@given(
    language=st.sampled_from(ALL),
    data=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(lambda parts: "".join(parts).encode()),
    ),
)
def test_any_bytes_give_an_outline_within_the_file(language: str, data: bytes) -> None:
    n_lines = data.count(b"\n") + 1

    for each in extract(language, data).definitions:
        assert each.kind in DEFINITION_KINDS
        assert 1 <= each.line <= each.end_line <= n_lines
        assert 0 < len(each.name) <= MAX_NAME
        assert each.signature
        assert "\n" not in each.name + each.signature


def test_a_text_that_takes_too_long_is_said_to_and_the_next_one_is_read() -> None:
    with pytest.raises(TimeoutError):
        extract("html", b"<p>a</p>" * 2_000, 0.0)
    assert extract("html", b"<h1 id='a'>b</h1>").definitions
