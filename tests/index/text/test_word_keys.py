from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.text.word_keys import IntegerLists, firsts

some_lists = st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=5)


def test_lists_keep_their_numbers_while_they_grow() -> None:
    lists = IntegerLists(np.uint32)
    for n in range(2_000):
        lists.add(np.array([2]), np.array([n, n + 1]))
    sizes, values = lists.of(np.array([0, 700, 1_999]))
    assert 2_000 == len(lists)
    assert [2, 2, 2] == sizes.tolist()
    assert [0, 1, 700, 701, 1_999, 2_000] == values.tolist()
    assert np.uint32 == values.dtype


@settings(deadline=None, max_examples=60)
@given(st.lists(some_lists, max_size=4), st.data())
def test_lists_are_given_as_they_came(batches: list[list[list[int]]], data: st.DataObject) -> None:
    lists = IntegerLists(np.int64)
    for batch in batches:
        values = [number for one in batch for number in one]
        lists.add(np.array(list(map(len, batch)), np.int64), np.array(values, np.int64))
    known = [one for batch in batches for one in batch]
    wanted = data.draw(st.lists(st.integers(0, len(known) - 1), max_size=6)) if known else []
    sizes, found = lists.of(np.array(wanted, np.int64))
    assert len(known) == len(lists)
    assert [len(known[number]) for number in wanted] == sizes.tolist()
    assert [value for number in wanted for value in known[number]] == found.tolist()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3)).map(sorted))
def test_the_first_of_each_kind_is_told(ordered: list[int]) -> None:
    expected = [n == 0 or ordered[n - 1] != number for n, number in enumerate(ordered)]
    assert expected == firsts(np.array(ordered, np.int64)).tolist()
