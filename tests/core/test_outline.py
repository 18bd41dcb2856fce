from __future__ import annotations

import pytest

from foreword.core.outline import Definition, DefinitionKind


@pytest.mark.parametrize(
    ("expected", "name", "kind", "signature"),
    [
        ("class Router", "Router", "class", "class Router"),
        ("pub struct Till", "Till", "struct", "pub struct Till"),
        ("export class Page extends View", "Page", "class", "export class Page extends View"),
        ("function def total(prices)", "total", "function", "def total(prices)"),
        ("function classify(class)", "classify", "function", "classify(class)"),
        ("class Classes = type('class')", "Classes", "class", "Classes = type('class')"),
    ],
)
def test_the_kind_of_a_definition_is_said_once(
    expected: str, name: str, kind: DefinitionKind, signature: str
) -> None:
    assert expected == Definition(name, kind, signature, 1, 2).described
