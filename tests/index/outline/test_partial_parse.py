from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import lsprotocol
import numpy as np
import pygls
import pytest
import rich
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tree_sitter import Parser, Tree

from foreword.core.language import language_of
from foreword.core.outline import Definition
from foreword.index.outline.definitions import definitions_in, extract, grammar_of
from foreword.index.outline.grammar import Grammar, load
from foreword.index.outline.languages import TABLES
from foreword.index.outline.partial_parse import LEAST_BYTES, skim, without_bodies

HERE = Path(__file__).parents[2]
LONG = "total = " + " + ".join(["amount"] * 12)

EXAMPLES = {
    "c": f"int till(int rate)\n{{\n\t{LONG};\nagain:\n#if RATE\n\treturn total;\n#endif\n}}\nstatic const struct rate rates[] = {{\n\t{{ {LONG} }},\n#if RATE\n\t{{ {LONG} }},\n#endif\n}};\n",
    "cpp": f"namespace shop {{\nint till(int rate) {{\n  {LONG};\n  return total;\n}}\n}}\n",
    "csharp": f"class Till\n{{\n    int Total(int rate)\n    {{\n        {LONG};\n    }}\n}}\n",
    "css": f".till {{\n  --rate: 5;\n  --sum: {LONG};\n}}\n#fixture {{\n  color: red;\n}}\n",
    "go": f"package till\n\nfunc (r Rate) Total(a int) int {{\n\t{LONG}\n\n\treturn total\n}}\n",
    "java": f"class Till {{\n    @Override\n    int total(int rate) throws Oops {{\n        {LONG};\n    }}\n}}\n",
    "javascript": f"\nfunction till(rate) {{\n  {LONG};\n  return () => {{\n  }};\n}}\n",
    "json": f'{{\n  "till": {{\n    "rate": {{\n      "sum": "{LONG}"\n    }}\n  }},\n  "fixtures": [\n    "{LONG}"\n  ]\n}}\n',
    "kotlin": f"class Till {{\n    private fun total(rate: Int): Int {{\n        {LONG}\n    }}\n}}\n",
    "markdown": f"# Till\n{LONG}\n\n- {LONG}\n- {LONG}\n\n| {LONG} |\n|---|\n## Rate\n\nSum\n===\n",
    "php": f"<?php\nclass Till\n{{\n    public function total(int $rate): int\n    {{\n        {LONG};\n    }}\n}}\n",
    "python": f"class Till:\n    def total(self) -> int:  # all\n        {LONG}\n        if total:\n            return 0\n\n",
    "rust": f"impl Till {{\n    pub fn total(\n        &self,\n    ) -> u8 {{\n        {LONG};\n        1\n    }}\n}}\n",
    "swift": f"class Till {{\n    public func total() -> Int {{\n        {LONG}\n    }}\n}}\n",
    "tsx": f"export const Till = () => {{\n  {LONG};\n  return <b>{{total}}</b>;\n}};\n".rjust(1, "\n"),
    "zig": f"pub fn total(rate: u8) u8 {{\n    {LONG};\n    return 0;\n}}\n",
    "typescript": f"class Till {{\n    async total(rate: number): Promise<void> {{\n        {LONG};\n    }}\n}}\n",
}
LONG_ENOUGH = "\n" * LEAST_BYTES
AFTER = {"python": "\nRATE = 5\n\n\ndef rate():\n    return RATE\n"}


def whole(language: str, data: bytes) -> tuple[Tree, Grammar]:
    grammar = grammar_of(language, data)
    return Parser(grammar.language).parse(data), grammar


def definitions_of_whole(language: str, data: bytes) -> tuple[Definition, ...]:
    tree, grammar = whole(language, data)
    return definitions_in(tree, data, grammar)


def read_around_bodies(language: str, data: bytes) -> bytes | None:
    bodies = load(language).table.bodies
    assert bodies is not None
    skimmed = without_bodies(bodies, data)
    return skimmed and b"".join(skimmed.data[one.start_byte : one.end_byte] for one in skimmed.ranges)


def test_there_is_an_example_of_each_language_that_is_skimmed() -> None:
    assert sorted(EXAMPLES) == sorted(name for name, table in TABLES.items() if table.bodies is not None)


@pytest.mark.parametrize("language", sorted(EXAMPLES))
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_parser_does_not_read_bodies_and_the_outline_is_that_of_the_whole(
    language: str, line_end: str
) -> None:
    text = "\n" + EXAMPLES[language] + AFTER.get(language, "") + LONG_ENOUGH
    data = text.replace("\n", line_end).encode()
    left = read_around_bodies(language, data)
    assert left is not None
    assert b"amount" not in left
    assert definitions_of_whole(language, data) == extract(language, data).definitions
    assert extract(language, data).definitions


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "go",
            f"\nfunc Total() string {{\n\t{LONG}\n\treturn `type Rate struct {{\n}}\n`\n}}\n\ntype Till int\n",
        ),
        (
            "python",
            f'\ndef total():\n    {LONG}\n    return """\ndef rate():\n    pass\n"""\n\n\nclass Till:\n    """All."""\n',
        ),
        (
            "typescript",
            f"\nfunction total() {{\n  {LONG};\n  return `function rate() {{\n}}\n`;\n}}\nclass Till {{}}\n",
        ),
        (
            "cpp",
            f'\nchar *total() {{\n  {LONG};\n  return R"(\n}}\nint rate() {{\n)";\n}}\nclass Till {{}};\n',
        ),
        (
            "c",
            f"\nint total(void)\n{{\n  {LONG};\n#define RATE(x) \\\n{{ \\\n}}\n  return 0;\n}}\nint till(void) {{}}\n",
        ),
        ("rust", f'\nfn total() {{\n    {LONG};\n    r"\n}}\nfn rate() {{";\n}}\nstruct Till;\n'),
        ("javascript", f"\n(function () {{\n  {LONG};\n  function till() {{}}\n}})();\n"),
        ("javascript", f"\ndefine(['till'], function (till) {{\n  {LONG};\n  function rate() {{}}\n}});\n"),
        ("javascript", f"\nif (till) {{\n  {LONG};\n  var rate = function () {{}};\n}}\n"),
        ("kotlin", f"\nfun interface Till {{\n    // {LONG}\n    fun total(): Int\n}}\n"),
        ("python", f"\nif (\n    till\n):\n    {LONG}\n    RATE = 5\n"),
        ("python", f"\ndef total():\n  # {LONG}\n    return 0\n  # and\n"),
        ("python", f"\ndef total():\n    {LONG}\n    return 0\n  # and\n"),
        ("javascript", f"\nif (\n  till\n) {{\n  {LONG};\n  var rate = function () {{}};\n}}\n"),
        ("javascript", f"\nif (\ntypeof till && (rate)) {{\n  {LONG};\n  var rate = function () {{}};\n}}\n"),
        (
            "typescript",
            f"\nexport declare class Till extends WorkspaceFixture<(a: B) => void> {{\n  total: number; // {LONG}\n}}\n",
        ),
    ],
)
def test_what_only_looks_like_a_body_is_read(language: str, text: str) -> None:
    data = (text + LONG_ENOUGH).encode()
    found = extract(language, data).definitions
    assert definitions_of_whole(language, data) == found
    assert found


def test_short_bodies_and_short_texts_are_read() -> None:
    short = "\nfunc f() {\n\treturn\n}\n"
    bodies = load("go").table.bodies
    assert bodies is not None
    assert bodies.least > len(short)
    assert read_around_bodies("go", (short + LONG_ENOUGH).encode()) is None
    assert read_around_bodies("go", ("\n" + EXAMPLES["go"]).encode()) is None
    assert read_around_bodies("go", ("\n" + EXAMPLES["go"] + LONG_ENOUGH).encode()) is not None


def test_a_syntax_error_in_a_body_does_not_hide_what_comes_after_it() -> None:
    text = f"\nfunc Total() {{\n\t{LONG}\n\tif ((( {{\n}}\n\nfunc Rate() {{\n}}\n{LONG_ENOUGH}".encode()
    assert whole("go", text)[0].root_node.has_error
    assert ["Total", "Rate"] == [one.name for one in extract("go", text).definitions]


def test_macros_in_c_do_not_make_it_read_twice_and_hide_nothing() -> None:
    text = (
        f"ODD(\nint total(void)\n{{\n\t{LONG};\n}}\nint rate(void)\n{{\n\t{LONG};\n}}\n{LONG_ENOUGH}".encode()
    )
    bodies = load("c").table.bodies
    assert bodies is not None
    tree = skim(Parser(load("c").language), bodies, text)
    assert tree is not None
    assert tree.root_node.has_error
    assert "rate" in [one.name for one in extract("c", text).definitions]


@pytest.mark.parametrize(
    ("string", "is_skimmed"),
    [('"ERR"', True), ('"ERR", (x)', True), ('R"(text)"', False), ('u8R"x(text)x"', False)],
)
def test_only_raw_strings_keep_the_bodies_of_c(string: str, *, is_skimmed: bool) -> None:
    text = f"\nint till(int rate)\n{{\n\tcall({string});\n\t{LONG};\n}}\n{LONG_ENOUGH}".encode()
    assert is_skimmed == (read_around_bodies("cpp", text) is not None)


def test_the_parser_reads_whole_texts_afterwards() -> None:
    parser = Parser(load("go").language)
    bodies = load("go").table.bodies
    assert bodies is not None
    assert skim(parser, bodies, ("\n" + EXAMPLES["go"] + LONG_ENOUGH).encode()) is not None
    text = b"package till\n\nfunc Rate() {}\n"
    assert len(text) == parser.parse(text).root_node.end_byte


ODD_LINES = (
    *(
        "\n",
        "}\n",
        "    }\n",
        "{\n",
        ")\n",
        "`\n",
        '"""\n',
        "'\n",
        "/*\n",
        "*/\n",
        "class Rate {\n",
        "class A:\n",
        "func f() {\n",
    ),
    *(
        "fn f() {\n",
        "    def f(\n    ) -> int:\n",
        "void f()\n{\n",
        f"    {LONG}\n",
        "\t\n",
        "#if A\n",
        "#endif\n",
        "\\\n",
    ),
    *("@x\n", "export default {\n", "impl A {\n", "é\n", "\r\n", "x = 1"),
)


def texts(language: str) -> st.SearchStrategy[tuple[str, str]]:
    piece = st.one_of(st.just(EXAMPLES[language]), st.sampled_from(ODD_LINES))
    return st.tuples(st.just(language), st.lists(piece, max_size=12).map("".join))


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(EXAMPLES.keys() - {"kotlin"})).flatmap(texts))
@example(("cpp", "export default {\n}\n"))
def test_a_text_without_errors_has_the_outline_of_the_whole(text_in: tuple[str, str]) -> None:
    """Without Kotlin, whose grammar has no limit of time for texts with errors."""
    language, text = text_in
    data = (text + LONG_ENOUGH).encode()
    tree, grammar = whole(language, data)
    if not tree.root_node.has_error:
        assert definitions_in(tree, data, grammar) == extract(language, data).definitions


def sources() -> Iterator[tuple[str, str, bytes]]:
    """The sources of this project, and some of those that come with what it uses: of any installation the same."""
    others = (Path(module.__file__ or "").parent for module in (hypothesis, lsprotocol, np, pygls, rich))
    for folder in (HERE / "server", HERE / "editors", HERE / "tests", *others):
        for path in sorted(folder.rglob("*")):
            language = language_of(path.name)
            is_small = "node_modules" not in path.parts and path.is_file() and path.stat().st_size < 200_000
            if language is not None and language in TABLES and is_small:
                yield str(path), language, path.read_bytes()


def test_real_files_have_the_outline_of_the_whole() -> None:
    n_skimmed, others = 0, []
    for path, language, data in sources():
        tree, grammar = whole(language, data)
        if grammar.table.bodies is None or tree.root_node.has_error:
            continue
        n_skimmed += without_bodies(grammar.table.bodies, data) is not None
        if definitions_in(tree, data, grammar) != extract(language, data).definitions:
            others.append(path)
    assert [] == others
    assert n_skimmed > 300
