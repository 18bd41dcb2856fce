from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.text.term_hash import term_hash
from foreword.index.text.term_table import FEW_HASHES, LiveTable, TermTable, live_table, make_table
from foreword.index.text.term_vectors import file_vectors
from foreword.index.text.vocabulary import Vocabulary

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


WORDS = ("alpha", "beta", "gamma", "delta")


def live_rows(*row_ids: int) -> TermTable:
    """Rows whose words follow from their ids."""
    words = [
        {word: 1 + (row_id >> n) % 3 for n, word in enumerate(WORDS) if row_id >> n & 1} for row_id in row_ids
    ]
    files = [(" ".join(word for word in each for _ in range(each[word])).encode(), "") for each in words]
    _, terms = Vocabulary().read(files)
    vectors = list(file_vectors(Vocabulary().terms_of([()] * len(words)), terms, len(words)))
    return make_table(
        [(row_id, one.hashes, one.counts) for row_id, one in zip(row_ids, vectors, strict=True)],
        {row_id: one.n_terms for row_id, one in zip(row_ids, vectors, strict=True)},
    )


def said(one: LiveTable, row_ids: list[int]) -> object:
    """What a table says of its rows, whatever their positions."""
    positions, which, counts = one.find([term_hash(word) for word in WORDS])
    hits = sorted(zip(one.row_ids[positions].tolist(), which.tolist(), counts.tolist(), strict=True))
    at = one.positions_of(np.array(row_ids, np.int64))
    return (
        hits,
        one.n_rows,
        one.mean_length,
        sorted(one.containing([term_hash("alpha"), term_hash("beta")]).tolist()),
        one.row_ids[at].tolist(),
        one.lengths[at].tolist(),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sets(st.integers(1, 200), max_size=40), min_size=1, max_size=8))
def test_a_table_that_was_changed_says_what_a_new_one_says(steps: list[set[int]]) -> None:
    now = live_table(live_rows(*sorted(steps[0])))
    for step in steps:
        wanted = np.array(sorted(step), np.int64)
        now = now.changed(wanted, live_rows(*now.without(wanted).tolist()))
        assert said(live_table(live_rows(*sorted(step))), sorted(step)) == said(now, sorted(step))


def test_few_changes_leave_the_large_part_as_it_is() -> None:
    before = live_table(live_rows(*range(1, 101)))
    after = before.changed(np.array([*range(2, 101), 150], np.int64), live_rows(150))
    assert before.main is after.main


@pytest.mark.parametrize("n_gone", [50, 100])
def test_many_changes_make_one_piece_again(n_gone: int) -> None:
    before = live_table(live_rows(*range(1, 101)))
    after = before.changed(np.arange(n_gone + 1, 101), live_rows())
    assert (None, 100 - n_gone) == (after.added, len(after.main))
