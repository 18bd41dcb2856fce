from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Parser

from foreword.index.outline.definitions import definitions_in
from foreword.index.outline.grammar import load
from foreword.index.outline.languages.bodies import Bodies
from foreword.index.outline.languages.prose import LEAST_BYTES, beside_headings
from foreword.index.outline.partial_parse import LEAST_BYTES as LEAST_BYTES_OF_TEXT
from foreword.index.outline.partial_parse import skim

LONG = "word " * LEAST_BYTES


def left(text: str) -> str:
    data = text.encode()
    for start, end in reversed(beside_headings(data)):
        data = data[:start] + data[end:]
    return data.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"# A\n{LONG}\n{LONG}\n# B\n", "# A\n# B\n"),
        (f"# A\n\n{LONG}\n# B\n", "# A\n\n# B\n"),
        (f"# A\n{LONG}\n\n- {LONG}\n# B\n", "# A\n\n# B\n"),
        (f"# A\n\n{LONG}\n\n| {LONG} |\n|---|\n\nB\n===\n", "# A\n\nB\n===\n"),
        (f"A\n===\n- {LONG}\n- {LONG}\n\n---\n", "A\n===\n\n---\n"),
        (f"# A\n```sh\n{LONG}\n```\n{LONG}\n", "# A\n```sh\n```\n" + LONG + "\n"),
        (f"# A\n{LONG}\n{LONG}\nend", "# A\nend"),
        (f"# A\r\n{LONG}\r\n\r\n{LONG}\r\n\r\nB\r\n---\r\n", "# A\r\n\r\nB\r\n---\r\n"),
        (f"---\ntitle: {LONG}\n---\n# A\n{LONG}\n# B\n", f"---\ntitle: {LONG}\n---\n# A\n# B\n"),
    ],
)
def test_only_telling_lines_are_left(text: str, expected: str) -> None:
    assert expected == left(text)


@pytest.mark.parametrize(
    "text",
    [
        f"# A\n{LONG}\n===\n",
        f"# A\n{LONG}\n*more*\n===\n",
        f"- a\n\n  {LONG}\n  # B\n",
        f"---\ntitle: {LONG}\n{LONG}\n",
        f"# A\r{LONG}\n{LONG}\n",
        f"<!DOCTYPE html\n{LONG}\n{LONG}\n",
        f"[a]: b\n===\n{LONG}\n{LONG}\n",
    ],
)
def test_what_may_count_is_left(text: str) -> None:
    assert text == left(text)


LINES = (
    *(
        "text",
        "more `x` words",
        "a | b",
        "",
        "",
        "",
        "   ",
        "\t",
        "---",
        "===",
        "-",
        "=",
        "- - -",
        "***",
        "+++",
    ),
    *(
        "# A",
        "## B",
        "### C ###",
        "#no",
        "  ## D",
        "    # E",
        "\t# F",
        "#",
        "text\n===",
        "  ===",
        "   ---",
        "> ===",
    ),
    *(
        "```",
        "```sh",
        "~~~",
        "````",
        "``` a`b",
        "  ```",
        "   ~~~",
        "    ```",
        "- ```",
        "> ```",
        "text\\",
        "é",
        "_",
    ),
    *(
        "- item",
        "- # G",
        "* star",
        "+ plus",
        "1. one",
        "2) two",
        "10. ten",
        "  - nested",
        "    - deep",
        "  more",
    ),
    *(
        "    code",
        "\tcode",
        "- ",
        "*",
        "-\ttab",
        "- [ ] task",
        "- [x]: /url",
        "- ---",
        "- a\n\n  b",
        "- a\n  ===",
    ),
    *(
        "> quote",
        "> # H",
        ">",
        "> - q",
        "> ---",
        "| a | b |",
        "|---|---|",
        "|-",
        "a |",
        "--|--",
        ":-:",
        ": text",
    ),
    *(
        "[ref]: /url",
        "[ref]:",
        "/url",
        '"title"',
        "'title",
        "title'",
        "[ref]",
        "[^1]: note",
        "<http://a.b>",
        "x --> y",
    ),
    *(
        "<div>",
        "</div>",
        "<!-- c",
        "-->",
        "<!-- c -->",
        "<?php",
        "?>",
        "<![CDATA[",
        "]]>",
        "<pre>",
        "</pre>",
        "<b>x",
    ),
    *(
        "<script>",
        "</script>",
        "  <div>",
        "- <div>",
        "- <!-- c",
        "<!DOCTYPE",
        "x > y",
        "a: b",
        "\u00a0",
        "a\x0bb",
        "\x0c",
    ),
)
DOCUMENTS = st.lists(st.sampled_from(LINES), min_size=3, max_size=20)
ENOUGH = "text\n" * LEAST_BYTES_OF_TEXT


@settings(deadline=None, max_examples=400)
@given(DOCUMENTS, DOCUMENTS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "---\n", "+++\n"]))
def test_a_text_has_the_headings_of_the_whole_if_lines_of_any_length_are_left_out(
    above: list[str], below: list[str], line_end: str, first: str
) -> None:
    text = first + "\n".join(above) + "\n" + ENOUGH + "\n".join(below)
    data = text.replace("\n", line_end).encode()
    grammar = load("markdown")
    parser = Parser(grammar.language)
    tree = skim(parser, Bodies(lambda text: beside_headings(text, 1), least=1), data)
    whole = parser.parse(data)
    if tree is not None and not whole.root_node.has_error:
        assert definitions_in(whole, data, grammar) == definitions_in(tree, data, grammar)
