from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.assist.batches.batch_requests import common_prefix, custom_id, seeding_pays
from foreword.model.catalog.catalog import load_catalog

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
RUN = "0123456789ab-0000"


@given(st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text())))
def test_every_id_becomes_one_that_the_api_takes(own: object) -> None:
    assert CUSTOM_ID.fullmatch(custom_id(RUN, 100_000, {"id": own}))


def test_a_custom_id_shows_the_run_the_line_and_the_questions_own_id() -> None:
    assert f"{RUN}-7-bug_12" == custom_id(RUN, 7, {"id": "bug #12"})
    assert f"{RUN}-7" == custom_id(RUN, 7, {})


@given(st.binary(), st.binary(), st.binary())
def test_the_common_prefix_is_as_long_as_it_can_be(start: bytes, one: bytes, other: bytes) -> None:
    one, other = start + one, start + other
    n = common_prefix(one, other)
    assert one[:n] == other[:n]
    assert n == min(len(one), len(other)) or one[n] != other[n]


@pytest.mark.parametrize("model_id", load_catalog()[0].models)
def test_a_prefix_is_written_first_from_a_handful_of_questions_on(model_id: str) -> None:
    model, _ = load_catalog()[0].find(model_id)
    pays = [n for n in range(1, 10) if seeding_pays(model, n)]
    # One write at twice the price against half of (1 - read) a question.
    assert list(range(5, 10)) == pays
