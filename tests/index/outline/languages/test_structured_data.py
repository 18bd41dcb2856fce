from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Parser

from foreword.index.outline.definitions import definitions_in, extract
from foreword.index.outline.grammar import load
from foreword.index.outline.languages.structured_data import JSON
from foreword.index.outline.partial_parse import LEAST_BYTES

LONG = "word " * 20
VALUES = st.recursive(
    st.one_of(st.integers(), st.sampled_from(["", "[", "}", "a {", '"x": {', LONG])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab[}{"), inner, max_size=3)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=100)
@given(VALUES, st.sampled_from([1, 2, 4, "\t"]))
def test_json_that_is_indented_has_the_outline_of_the_whole(value: object, indent: int | str) -> None:
    data = (
        json.dumps({"till": value, "all": [value], "desk": {"rate": value}}, indent=indent)
        + "\n" * LEAST_BYTES
    ).encode()
    grammar = load("json")
    whole = Parser(grammar.language).parse(data)
    assert definitions_in(whole, data, grammar) == extract("json", data).definitions


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"a": {"b": LONG, "c": {"d": LONG}}}, [LONG]),
        ({"a": {"b": [LONG], "c": [[LONG]]}, "d": {"e": {"f": LONG}}}, []),
        ({"a": [LONG, LONG], "b": LONG}, [LONG]),
        ([{"a": LONG}, LONG], []),
        ([], []),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_values_below_the_second_level_are_bodies(value: object, left: list[str], line_end: str) -> None:
    assert JSON.bodies is not None
    data = json.dumps(value, indent=2).replace("\n", line_end).encode()
    for start, end in reversed(JSON.bodies.find(data)):
        data = data[:start] + data[end:]
    assert left == [LONG] * data.count(LONG.encode())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("yaml", "{inner}last:\n  rate: 1\n"),
        ("toml", "{inner}[last]\nrate = 1\n"),
    ],
)
def test_of_too_many_keys_the_outer_ones_stay(language: str, text: str) -> None:
    number = JSON.limits["key"] // 2
    inner = {
        "yaml": "".join(f"key{n}:\n  a: 1\n  b: 2\n" for n in range(number)),
        "toml": "".join(f"[key{n}]\na = 1\nb = 2\n" for n in range(number)),
    }

    names = [one.name for one in extract(language, text.format(inner=inner[language]).encode()).definitions]

    assert "last" in names
    assert "key0" in names
    assert JSON.limits["key"] >= names.count("a") + names.count("b")


@pytest.mark.parametrize(
    "source", ['"def total():\\n    return 1\\n"', '["def total():\\n", "    return 1\\n"]']
)
def test_a_cell_of_a_notebook_that_is_one_line_of_its_file_has_its_definitions_there(source: str) -> None:
    text = f'{{\n "cells": [\n  {{\n   "cell_type": "code",\n   "source": {source}\n  }}\n ]\n}}\n'

    (total,) = extract("notebook", text.encode()).definitions

    assert ("total", "function", 5, 5) == (total.name, total.kind, total.line, total.end_line)
