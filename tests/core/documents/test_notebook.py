from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.documents.notebook import OUTPUT_CHARACTERS, OUTPUT_LINES, output_spans
from foreword.core.documents.text import Text, encode
from foreword.core.edits.hunk import hunks_between
from foreword.core.edits.hunk_placement import resolve
from foreword.core.secrets.redaction import collapsed, shown, without_outputs

FRAME = [
    f"row {n}  1.0  2.0  3.0  and more of it up to the end of a long line {'x' * 40}\n" for n in range(200)
]
PLOT = {"data": [{"x": list(range(400)), "y": list(range(400))}], "layout": {"title": "sales"}}


def notebook(*outputs: object, indent: int | None = 1, more: object = None) -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Sales\n", 'as `"outputs": []` has it\n']},
        {"cell_type": "code", "metadata": {}, "outputs": list(outputs), "source": ["def load():\n", "    return 1\n"]},
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": more or {}, "nbformat": 4}, indent=indent) + "\n"


def displayed(**data: object) -> dict[str, Any]:
    kinds = {name.replace("_", "/"): value for name, value in data.items()}
    return {"data": kinds, "metadata": {}, "output_type": "display_data"}


def printed(lines: str | list[str]) -> dict[str, Any]:
    return {"name": "stdout", "output_type": "stream", "text": lines}


LARGE = {
    "a table": displayed(text_html=[f"<tr><td>{n}</td></tr>\n" for n in range(300)], text_plain=FRAME),
    "a plot": displayed(**{"application/vnd.plotly.v1+json": PLOT, "text_plain": ["<Figure>"]}),
    "a drawing": displayed(**{"image_svg+xml": ["<svg>\n", *(f"<path d='M{n}'/>\n" for n in range(200))]}),
    "text on one line": printed("spam and eggs\n" * 500),
    "lines": printed(FRAME),
    "an error": {
        "output_type": "error",
        "ename": "KeyError",
        "evalue": "'a'",
        "traceback": [f"\u001b[0;32m{n} frame\u001b[0m" * 9 for n in range(60)],
    },
}


@pytest.mark.parametrize("indent", [1, 2, None])
@pytest.mark.parametrize("kind", LARGE)
def test_of_each_output_no_more_is_shown_than_its_beginning(kind: str, indent: int | None) -> None:
    text = notebook(LARGE[kind], indent=indent)
    seen = shown(text)
    assert len(seen) < len(notebook(indent=indent)) + 2 * OUTPUT_CHARACTERS + 700
    assert text.count("\n") == seen.count("\n")
    assert "def load():" in seen
    assert 'as `\\"outputs\\": []` has it' in seen
    assert "<redacted: output>" in seen


def test_the_first_lines_of_what_a_cell_printed_are_shown() -> None:
    seen = shown(notebook(printed([f"step {n}\n" for n in range(100)])))
    assert [f"step {n}\\n" in seen for n in range(100)] == [n < OUTPUT_LINES for n in range(100)]


def test_an_error_keeps_its_name() -> None:
    seen = shown(notebook(LARGE["an error"]))
    assert '"ename": "KeyError"' in seen


def test_many_outputs_of_one_cell_are_bounded_together() -> None:
    text = shown(notebook(*[printed([f"step {n}\n"]) for n in range(2000)]))
    assert len(notebook()) + 1_500 > len(collapsed(text))


def test_how_much_is_shown_is_part_of_the_bytes_of_a_prefix() -> None:
    """Who changes it raises `RULES_VERSION`."""
    assert (12, 800) == (OUTPUT_LINES, OUTPUT_CHARACTERS)


def test_short_outputs_stay_as_they_are() -> None:
    text = notebook(displayed(text_plain=["42"], text_latex=["$x$"]), printed(["done\n"]))
    assert text == shown(text)


def test_the_state_of_widgets_is_hidden() -> None:
    state = {
        "widgets": {"application/vnd.jupyter.widget-state+json": {str(n): {"model": n} for n in range(500)}}
    }
    assert len(notebook()) + 100 > len(collapsed(shown(notebook(more=state))))


def test_an_edit_beside_hidden_outputs_changes_nothing_else() -> None:
    text = notebook(*LARGE.values())
    seen = shown(text)
    wanted = seen.replace("return 1", "return 2")
    assert (
        text.replace("return 1", "return 2") == resolve(hunks_between(seen, wanted), Text(text)).text.content
    )


def test_an_output_can_be_deleted_and_not_rewritten() -> None:
    text = notebook(printed(FRAME))
    seen = shown(text)
    before, _, rest = seen.partition('   "outputs": [\n')
    outputs, _, behind = rest.partition('\n   ],\n   "source"')
    emptied = f'{before}   "outputs": [],\n   "source"{behind}'
    assert notebook() == resolve(hunks_between(seen, emptied), Text(text)).text.content
    moved = seen.replace("⋮\n⋮\n⋮\n", "⋮\n⋮\nnew\n⋮\n⋮\n", 1)
    assert outputs.count("⋮") > 3
    assert text == resolve(hunks_between(seen, moved), Text(text)).text.content


def test_a_notebook_in_the_middle_of_a_merge_keeps_its_code() -> None:
    text = notebook(printed(FRAME))
    cut = text.replace("     ]\n", "<<<<<<< ours\n", 1).replace("   ],\n", "=======\n", 1)
    assert "def load():" in shown(cut)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=200) | st.text("ab \n\\\"'⋮", max_size=1500),
    lambda part: st.lists(part, max_size=6) | st.dictionaries(st.sampled_from(["text", "data", "text/html", "image/png", "x"]), part, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(JSON, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_whatever_outputs_hold_lines_stay_and_what_is_shown_is_shown_again(
    outputs: list[object], indent: int | None, is_cut: bool
) -> None:
    text = notebook(*outputs, indent=indent)
    text = text[: 2 * len(text) // 3] if is_cut else text
    seen = without_outputs(text)
    spans = list(output_spans(text))
    assert text.count("\n") == seen.count("\n")
    assert seen == without_outputs(seen)
    assert spans == sorted(spans)
    assert all(first < last <= len(text) for first, last in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert encode(Text(text)) == encode(resolve((), Text(text)).text)
