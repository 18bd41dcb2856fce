from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.document import Document, TextChange, make_document
from foreword.core.documents.position import Position, PositionEncoding, Range
from foreword.index.outline.bounded_parse import SLICE, can_be_parsed
from foreword.index.outline.definitions import extract
from foreword.index.outline.grammar import load
from foreword.index.outline.languages import TABLES
from foreword.index.outline.open_text import OpenText
from foreword.index.outline.syntax_errors import error_lines

TEXTS = {
    "python": "class Till:\n    def total(self):\n        return 'é𝄞'\n\n\nRATE = 5\n",
    "rust": "mod till {\n    /// é\n    pub fn total() -> u8 { 1 }\n}\nstruct Rate(u8);\n",
    "typescript": "export class Till {\n  total(): string { return `é𝄞${1}`; }\n}\nfunction rate() {}\n",
    "go": "package till\n\ntype Rate struct{ a int }\n\nfunc (r Rate) Total() string { return `é` }\n",
    "c": "#if RATE\nint total(void) { return 'a'; }\n#endif\nstruct till { int rate; };\n",
    "zig": "const Till = struct {\n    fn total() u8 {\n        return 1;\n    }\n};\n",
    "markdown": "# Till\n\né\n\n## Total\n\n```py\n# no\n```\n",
    "": "plain 𝄞\n",
}
PIECES = (
    "",
    "x",
    "\n",
    "\r\n",
    "    ",
    "{",
    "}",
    "(",
    '"',
    "'",
    "#",
    "/*",
    "*/",
    ":",
    "é",
    "𝄞",
    "def f(): pass\n",
    "fn g() {}\n",
)
EDITS = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 9), st.integers(0, 40)),
        st.tuples(st.integers(0, 3), st.integers(0, 40)),
        st.sampled_from(PIECES),
        st.sampled_from(get_args(PositionEncoding)),
    ),
    max_size=8,
)


def data_of(document: Document) -> bytes:
    return document.text.encode()


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(TEXTS)), EDITS)
def test_after_any_edits_the_definitions_are_those_of_a_fresh_parse(
    language: str,
    edits: list[tuple[tuple[int, int], tuple[int, int], str, PositionEncoding]],
) -> None:
    document, text = make_document("file:///a", language, 1, TEXTS[language]), OpenText()
    text.definitions(language, data_of(document))
    for (line, column), (n_lines, end), piece, encoding in edits:
        place = Range(Position(line, column), Position(line + n_lines, end if n_lines else max(column, end)))
        document = document.edited([TextChange(piece, place)], document.version + 1, encoding)
        assert extract(language, data_of(document)).definitions == text.definitions(
            language, data_of(document)
        )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("é = 1\n", "è = 1\n"),
        ("def é(): pass\n", "def éè(): pass\n"),
        ("\ufeffx = 1\n", "x = 1\n"),
        ("", "x = 1\n"),
        ("x = 1\n", ""),
        ("x = 1\nx = 1\n", "x = 1\nx = 1\nx = 1\n"),
    ],
)
def test_a_change_within_a_character_or_of_all_is_a_change_like_others(before: str, after: str) -> None:
    text = OpenText()
    for each in (before, after, before):
        data = each.encode()
        assert extract("python", data).definitions == text.definitions("python", data)


def test_another_language_begins_anew() -> None:
    text = OpenText()
    for language, name in (("c", "a"), ("python", "b"), ("", None), ("c", "a"), ("c", "A")):
        data = {"a": b"int a(void);\n", "b": b"def b(): pass\n", "A": b"class A { public: int b; };\n"}.get(
            name or "", b""
        )
        assert extract(language, data).definitions == text.definitions(language, data)


def test_what_did_not_change_is_not_parsed_again() -> None:
    text = OpenText()
    text.definitions("python", b"def a():\n    pass\n\n\ndef b():\n    pass\n\n\ndef c():\n    pass\n")
    first = _first_node(text)
    text.definitions(
        "python", b"def a():\n    pass\n\n\ndef b():\n    pass\n\n\ndef c():\n    pass\n    pass\n"
    )
    assert first == _first_node(text)
    text.definitions(
        "python", b"def d():\n    pass\n\n\ndef b():\n    pass\n\n\ndef c():\n    pass\n    pass\n"
    )
    assert first != _first_node(text)


def _first_node(text: OpenText) -> int:
    """Where the parts of the first definition are kept: trees that go on from each other share them."""
    parsed = text._parsed  # noqa: SLF001 - nothing else shows what was parsed again
    assert parsed is not None
    return parsed.tree.root_node.children[0].children[0].id


def test_a_large_text_has_the_same_outline_in_slices() -> None:
    lines = [f"def f{n}():\n    return '{'é𝄞' * (n % 7)}'\n" for n in range(6_000)]
    opened = OpenText()
    for text in ("".join(lines), "".join((*lines[:3_000], "x = 1\n", *lines[3_000:]))):
        data = text.encode()
        assert len(data) > SLICE
        assert extract("python", data).definitions == opened.definitions("python", data)


@pytest.mark.parametrize("n_paragraphs", [2_000, SLICE])
def test_a_text_that_takes_too_long_has_no_outline_and_the_next_one_has(n_paragraphs: int) -> None:
    opened = OpenText(limit_s=0.0)
    assert () == opened.definitions("html", b"<p id='a'>b</p>\n" * n_paragraphs)
    assert extract("html", b"<h1 id='a'>b</h1>").definitions == opened.definitions(
        "html", b"<h1 id='a'>b</h1>"
    )


def test_a_text_that_could_crash_its_parser_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of a stand-in: the real texts would bring the tests down if they were parsed."""
    text, refused = b"a: 1\nb: [\n", b"a: 1\nrefused: [\n"
    grammar = load("yaml")
    stub = replace(grammar, table=replace(grammar.table, crash=re.compile(rb"^refused", re.MULTILINE)))
    monkeypatch.setattr("foreword.index.outline.definitions.load", lambda _: stub)
    assert OpenText().definitions("yaml", text)
    assert extract("yaml", text).definitions
    assert error_lines("yaml", text)
    assert () == OpenText().definitions("yaml", refused)
    assert () == extract("yaml", refused).definitions
    assert () == error_lines("yaml", refused)


def test_ordinary_texts_are_parsed_in_every_language_that_refuses_some() -> None:
    guarded = [language for language, table in TABLES.items() if table.crash is not None]
    assert ["yaml"] == guarded
    assert can_be_parsed(TABLES["yaml"], b"jobs:\n  test:\n    steps:\n      - run: make\n")
