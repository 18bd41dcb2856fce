from __future__ import annotations

import pytest

from foreword.index.outline.syntax_errors import error_lines


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "def f():\n    return 1\n", ()),
        ("python", "def f():\n    return (1\n", (2,)),
        ("python", "x = 1\n\ny = = 2\n", (3,)),
        ("rust", "fn main() {\n    let x = 1\n}\n", (2,)),
        ("c", "class A { public: int b; };\n", ()),
        ("json", '{"a": 1,}\n', (1,)),
        ("", "x = = 2\n", ()),
        (None, "x = = 2\n", ()),
        ("cobol", "x = = 2\n", ()),
    ],
)
def test_the_lines_of_syntax_errors_are_found(
    language: str | None, text: str, expected: tuple[int, ...]
) -> None:
    assert expected == error_lines(language, text.encode())


def test_deep_nesting_is_no_trouble() -> None:
    assert error_lines("python", b"(" * 20_000)
