"""The files that one of several processes is to parse: first what nobody else has claimed, then what others leave.

this one   |--a--|--b--|      |--d--|--e--|.....|--f--|
another          |--c--|--c--|        |--f--x killed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from foreword.index.build.parse_workers import Wanted
from foreword.index.store.work_claims import Claims


class SharedWork:
    """Chunks of wanted files, claimed when they are taken: iterate once."""

    def __init__(self, claims: Claims, chunks: Iterable[Sequence[Wanted]]) -> None:
        self._claims = claims
        self._chunks = chunks
        self.n_stored = 0
        """How many of the files turned out to be stored by others."""

    def __iter__(self) -> Iterator[Sequence[Wanted]]:
        """Chunks to parse here; an empty one while all that is left is claimed by others."""
        left: list[Wanted] = []
        for chunk in self._chunks:
            mine, others = self._taken(chunk)
            left += others
            if mine:
                yield mine
        while left:
            mine, left = self._taken(left)
            yield mine

    def _taken(self, wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
        taken = self._claims.take([one.key for one in wanted])
        self.n_stored += len(taken.stored)
        mine = [one for one in wanted if one.key in taken.mine]
        return mine, [one for one in wanted if one.key not in taken.mine and one.key not in taken.stored]
