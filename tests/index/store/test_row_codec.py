from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, settings

from foreword.index.store.outline_store import Row, pack_rows, unpack_rows

NUMBERS = st.integers(0, 2**32 - 1)
WORDS = st.sampled_from(["", "python", "c", "typescript"])
ROWS = st.builds(
    Row,
    *(NUMBERS, WORDS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.sampled_from([None, "", "secret"]),
    st.sampled_from([None, "crash"]),
    st.sampled_from([0, 1]),
)


@given(st.lists(ROWS))
@settings(deadline=None, max_examples=50)
def test_rows_come_back_as_they_were(rows: list[Row]) -> None:
    found = list(unpack_rows(pack_rows(rows)))
    assert rows == found
    assert {Row} >= {type(row) for row in found}
