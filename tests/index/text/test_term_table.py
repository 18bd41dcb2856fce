from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.text.term_table import FEW_HASHES, TermTable, make_table

HASHES = (0, 1, 1 << 16, 1 << 16 | 1, 7, 7 << 16, 8, 9, 10, 2**32 - 1)
"""Some agree in their lower halves."""


def table(rows: list[set[int]]) -> TermTable:
    """Rows with ids from 0, each with some of the hashes, in fields that follow from the hash."""
    vectors = [
        (row, np.array(sorted(hashes), "<u4").tobytes(), bytes(1 + hash_ % 2 for hash_ in sorted(hashes)))
        for row, hashes in enumerate(rows)
    ]
    return make_table(vectors, dict.fromkeys(range(len(rows)), 1))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sets(st.sampled_from(HASHES)), max_size=6),
    st.lists(st.sampled_from((*HASHES, 11, 2 << 16)), unique=True, max_size=len(HASHES)),
)
def test_terms_are_found_where_they_are_however_many_are_asked_for(
    rows: list[set[int]], asked: list[int]
) -> None:
    positions, which, counts = table(rows).find(asked)
    expected = [
        (row, number, 1.0 + hash_ % 2)
        for row, hashes in enumerate(rows)
        for number, hash_ in enumerate(asked)
        if hash_ in hashes
    ]
    assert expected == sorted(zip(positions.tolist(), which.tolist(), counts[:, 0].tolist(), strict=True))


@pytest.mark.parametrize("n", [1, FEW_HASHES, FEW_HASHES + 1, len(HASHES)])
def test_occurrences_are_in_the_order_of_rows(n: int) -> None:
    positions, _, _ = table([set(HASHES)] * 3).find(HASHES[:n])
    assert [0] * n + [1] * n + [2] * n == positions.tolist()
