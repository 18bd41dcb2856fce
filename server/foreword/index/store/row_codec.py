"""The rows of many files as bytes, in columns: reading them back is left for when a row is asked for."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np

from foreword.index.store.facts import MARSHAL_VERSION
from foreword.index.store.outline_store import Row

_NUMBER = "<u4"
_N_COLUMNS = 6


def pack_rows(rows: Sequence[Row]) -> bytes:
    """Some rows as bytes."""
    counts = [(r.id, r.size, r.n_lines, r.n_definitions, r.n_references, r.n_terms) for r in rows]
    spoken = list(dict.fromkeys(row.spoken for row in rows))
    code_of = dict(zip(spoken, range(len(spoken)), strict=True))
    codes = np.array([code_of[row.spoken] for row in rows], _NUMBER)
    reasons = {place: row.reason for place, row in enumerate(rows) if row.reason is not None}
    failures = {place: row.failed for place, row in enumerate(rows) if row.failed is not None}
    # By columns: numpy then gives lists of whole columns, with no step in Python for a row.
    columns = np.array(counts, _NUMBER).T.tobytes()
    parts = (len(rows), columns, spoken, codes.tobytes(), reasons, failures)
    return marshal.dumps(parts, MARSHAL_VERSION)


def unpack_rows(packed: bytes) -> Iterator[Row]:
    """The rows that `pack_rows` made these bytes of."""
    parts = marshal.loads(packed)  # noqa: S302 - whoever keeps them sees to it that they are as written
    n_rows, columns, spoken, codes, reasons, failures = parts
    ids, *counts = np.frombuffer(columns, _NUMBER).reshape(_N_COLUMNS, n_rows).tolist()
    names = map(spoken.__getitem__, np.frombuffer(codes, _NUMBER).tolist())
    said = (_spread(n_rows, reasons), _spread(n_rows, failures))
    # what `Row._make` does, but without a call in Python for each
    return map(tuple.__new__, repeat(Row), zip(ids, names, *counts, *said, strict=True))


def _spread(n_rows: int, values: Mapping[int, str]) -> list[str | None]:
    found: list[str | None] = [None] * n_rows
    for place, value in values.items():
        found[place] = value
    return found
