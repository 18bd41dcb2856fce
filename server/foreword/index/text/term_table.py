"""The words of all files of a tree in a few flat arrays, searched by a scan, and kept while files come and go.

A scan over the hashes of 20,000 files takes tens of milliseconds, needs no inverted index to be kept up to date,
and its document frequencies are those of this tree alone: what other revisions have put into the store can't
change a result.

A table of a large tree takes long to copy, and one saved file must not make that necessary: what is gone is marked,
what comes is put behind. What is found, counted and measured is that of the live rows alone, so a table that was
changed says what one that is made anew would say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foreword.index.text.term_vectors import BITS_A_FIELD, N_FIELDS, STEPS

_FILTER_BITS = 16
FEW_HASHES = 6
"""For so many, comparing all hashes with each of them is quicker than looking all of them up."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TermTable:
    """Vectors of many rows, joined; positions 0 to n - 1 stand for rows.

    `lengths` are the numbers of words of the rows, `sizes` those of their terms; `hashes` and `counts` hold the
    terms of all rows, one row after the other, as `term_vectors` packs them.
    """

    row_ids: Ints
    lengths: Floats
    sizes: Ints
    hashes: NDArray[np.uint32]
    counts: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.row_ids)

    def taken(self, positions: Ints) -> TermTable:
        """A table of the rows at some positions, in their order."""
        sizes = self.sizes[positions]
        ends = np.cumsum(sizes)
        first = (np.cumsum(self.sizes) - self.sizes)[positions]
        terms = np.repeat(first - (ends - sizes), sizes) + np.arange(sizes.sum())
        return TermTable(
            self.row_ids[positions], self.lengths[positions], sizes, self.hashes[terms], self.counts[terms]
        )

    def joined(self, other: TermTable) -> TermTable:
        """A table of the rows of both."""
        return TermTable(
            np.concatenate((self.row_ids, other.row_ids)),
            np.concatenate((self.lengths, other.lengths)),
            np.concatenate((self.sizes, other.sizes)),
            np.concatenate((self.hashes, other.hashes)),
            np.concatenate((self.counts, other.counts)),
        )

    def find(self, hashes: Sequence[int]) -> tuple[Ints, Ints, Floats]:
        """Every occurrence of some terms: positions of rows, indexes into `hashes`, and counts by field (n x 2)."""
        if not hashes:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, N_FIELDS))
        wanted, first = np.unique(np.array(hashes, np.uint32), return_index=True)
        places = self._places_of(wanted)
        # A hash above all that are wanted has no place among them.
        found = np.minimum(np.searchsorted(wanted, self.hashes[places]), len(wanted) - 1)
        exact = wanted[found] == self.hashes[places]
        places, found = places[exact], found[exact]
        packed, steps = self.counts[places], np.array(STEPS, np.float64)
        counts = np.stack(
            [steps[(packed >> (BITS_A_FIELD * field)) & 15] for field in range(N_FIELDS)], axis=1
        )
        # To the right of equals: a row without terms ends where the one before it does, and has nothing.
        return np.searchsorted(np.cumsum(self.sizes), places, side="right"), first[found], counts

    def _places_of(self, wanted: NDArray[np.uint32]) -> Ints:
        """Where one of the hashes may stand, in order: but for a few, the low bits of all are looked up in a small table."""
        if len(wanted) <= FEW_HASHES:
            return np.sort(np.concatenate([np.flatnonzero(self.hashes == one) for one in wanted]))
        low_bits = (1 << _FILTER_BITS) - 1
        maybe = np.zeros(1 << _FILTER_BITS, bool)
        maybe[wanted & low_bits] = True
        return np.flatnonzero(maybe[self.hashes & low_bits])


def make_table(vectors: Sequence[tuple[int, bytes, bytes]], lengths: Mapping[int, int]) -> TermTable:
    """A table of rows given by id, hashes and counts; `lengths` gives the number of words of each row."""
    return TermTable(
        np.array([vector[0] for vector in vectors], np.int64),
        np.array([lengths[vector[0]] for vector in vectors], np.float64),
        np.array([len(vector[1]) // 4 for vector in vectors], np.int64),
        np.frombuffer(b"".join(vector[1] for vector in vectors), "<u4"),
        np.frombuffer(b"".join(vector[2] for vector in vectors), np.uint8),
    )


MAX_SHARE_OF_CHANGES = 0.1
"""When more rows than this share were put behind or are gone, the table is made of one piece again."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveTable:
    """`main` with `added` behind it; positions count through both, and `is_live` says which stand for a row."""

    main: TermTable
    added: TermTable | None
    row_ids: Ints
    is_live: NDArray[np.bool_]

    @property
    def n_rows(self) -> int:
        """How many rows are live."""
        return int(self.is_live.sum())

    @property
    def lengths(self) -> Floats:
        """The number of words at each position."""
        pieces = [piece.lengths for piece in self._pieces]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    @property
    def mean_length(self) -> float:
        """The number of words of a live row on average; 0 without any."""
        return float(self.lengths[self.is_live].mean()) if self.is_live.any() else 0.0

    def find(self, hashes: Sequence[int]) -> tuple[Ints, Ints, Floats]:
        """Every occurrence of some terms in live rows: positions, indexes into `hashes`, counts by field (n x 2)."""
        positions, which, counts = self.main.find(hashes)
        if self.added is not None:
            more, which_more, counts_more = self.added.find(hashes)
            positions = np.concatenate((positions, more + len(self.main)))
            which, counts = np.concatenate((which, which_more)), np.concatenate((counts, counts_more))
        live = self.is_live[positions]
        return positions[live], which[live], counts[live]

    def containing(self, hashes: Sequence[int]) -> Ints:
        """The row ids that have every one of some terms."""
        positions, _, _ = self.find(hashes)
        n_found = np.bincount(positions, minlength=len(self.row_ids))
        # A row has each term once, so as many finds as terms are all of them.
        found: Ints = self.row_ids[n_found == len(set(hashes))]
        return found

    def positions_of(self, row_ids: Ints) -> Ints:
        """The positions of some live rows."""
        live = np.flatnonzero(self.is_live)
        ordered: Ints = live[np.argsort(self.row_ids[live])]
        found: Ints = ordered[np.searchsorted(self.row_ids[ordered], row_ids)]
        return found

    def without(self, row_ids: Ints) -> Ints:
        """Which of some row ids it does not have, each once, in order."""
        return np.unique(row_ids[~np.isin(row_ids, self.row_ids[self.is_live])])

    def changed(self, kept: Ints, come: TermTable) -> LiveTable:
        """A table with those of its rows whose ids are in `kept`, and the rows of `come`."""
        added = come if self.added is None else self.added.joined(come)
        is_live = np.concatenate((self.is_live & np.isin(self.row_ids, kept), np.ones(len(come), bool)))
        n_changes = len(added) + len(is_live) - int(is_live.sum())
        if n_changes > MAX_SHARE_OF_CHANGES * len(self.main):
            return live_table(self.main.joined(added).taken(np.flatnonzero(is_live)))
        row_ids = np.concatenate((self.row_ids, come.row_ids)) if len(come) else self.row_ids
        return LiveTable(self.main, added if len(added) else None, row_ids, is_live)

    @property
    def _pieces(self) -> tuple[TermTable, ...]:
        return (self.main,) if self.added is None else (self.main, self.added)


def live_table(table: TermTable) -> LiveTable:
    """A table all of whose rows are live."""
    return LiveTable(table, None, table.row_ids, np.ones(len(table), bool))
