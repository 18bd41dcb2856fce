from __future__ import annotations

import pytest

from foreword.index.outline.languages import TABLES

HOSTILE = (
    *(
        "{\n",
        "func f() {\n",
        "void f()\n{\n",
        "def f():\n",
        " a() {\n",
        "fn f(\n) {\n",
        "    function f() {\n",
        '  "a": {\n',
    ),
    *(
        '{"a": [',
        "a {\n  b: c;\n",
        "]:",
        "]:\n",
        "[a]: b\nc\n",
        "-->",
        "</pre>",
        "<!-- ",
        "- <b>\n",
        "`",
        "```\n",
        "# \n",
    ),
    *(
        "\n\n ",
        "\n \n",
        "\n\r\n",
        "--- ",
        "- ",
        "    ",
        "\t",
        "(",
        "function",
        "=>",
        "<",
        "\r\n",
        "type {\n",
        'R"(',
        'R"a',
    ),
)


@pytest.mark.parametrize(
    "language", sorted(name for name, table in TABLES.items() if table.bodies is not None)
)
def test_bodies_are_looked_for_in_linear_time_whatever_the_text(language: str) -> None:
    """What took a quadratic time would go on for many minutes here."""
    bodies = TABLES[language].bodies
    assert bodies is not None
    for piece in HOSTILE:
        for first in ("", '{\n "', "---\n", "<!-- x\n"):
            data = (first + piece * (60_000 // len(piece))).encode()
            spans = [span for span in bodies.find(data) if span[0] < span[1]]
            assert sorted(spans) == spans
