from __future__ import annotations

import base64
import json

import pytest

from foreword.core.exclusion import reason_for_content
from foreword.core.secrets.redaction import redaction_of, shown

IMAGE = base64.b64encode(bytes(range(256)) * 40).decode()


def notebook(image: str) -> str:
    outputs = [{"data": {"image/png": image, "text/plain": "<Figure>"}, "output_type": "display_data"}]
    cells = [{"cell_type": "code", "outputs": outputs, "source": ["def step():\n", "    return 1\n"]}]
    return json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n"


@pytest.mark.parametrize(
    "image", [IMAGE, IMAGE + "\n", "\n".join(IMAGE[at : at + 76] for at in range(0, len(IMAGE), 76))]
)
def test_the_pictures_of_a_notebook_are_named_and_its_cells_are_shown(image: str) -> None:
    text = shown(notebook(image))
    assert notebook("<redacted: embedded data>").replace("data>\\n", "data>") == text.replace(
        "data>\\n", "data>"
    )
    assert "def step():" in text


@pytest.mark.parametrize(
    "before", ["![plot](data:image/png;base64,", "background: url(data:font/woff2;base64,"]
)
def test_a_data_url_is_named(before: str) -> None:
    assert f"{before}<redacted: embedded data>)\n" == shown(f"{before}{IMAGE})\n")


def test_the_value_comes_back_where_a_line_with_it_stays() -> None:
    assert {7: (IMAGE,)} == redaction_of(notebook(IMAGE)).values


def test_a_short_value_and_plain_text_stay() -> None:
    for text in ('"image/png": "none"', "data:image/gif;base64,R0lGOD", IMAGE):
        assert text == shown(text)


def test_a_notebook_with_pictures_is_not_minified() -> None:
    assert reason_for_content("a.ipynb", notebook(IMAGE * 20).encode()) is None
