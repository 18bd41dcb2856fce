from __future__ import annotations

from typing import Any

import pytest

from foreword.model.engine_models import window_of


@pytest.mark.parametrize(
    ("listed", "window"),
    [
        ([{"id": "m", "meta": {"n_ctx": 16_384, "n_ctx_train": 131_072}}], 16_384),
        ([{"id": "m", "max_model_len": 32_768}], 32_768),
        ([{"id": "m", "max_context_length": 131_072, "loaded_context_length": 8_192}], 8_192),
        ([{"id": "another name", "max_model_len": 4_096}], 4_096),
        ([{"id": "a", "max_model_len": 1}, {"id": "m", "max_model_len": 2}], 2),
        ([{"id": "a", "max_model_len": 1}, {"id": "b", "max_model_len": 2}], None),
        ([{"id": "m", "object": "model"}], None),
        ([{"id": "m", "max_model_len": True, "meta": None}], None),
        ([], None),
    ],
)
def test_the_window_is_found_under_the_name_that_each_engine_gives_it(
    listed: list[dict[str, Any]], window: int | None
) -> None:
    assert window == window_of(listed, "m")
