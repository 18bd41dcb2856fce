from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from index_files import Bench, make_bench

MakeBench = Callable[[Mapping[str, str]], Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[MakeBench]:
    """Makes benches whose stores are closed at the end."""
    with ExitStack() as stores:
        n_made = count()

        def make(files: Mapping[str, str]) -> Bench:
            made = make_bench(tmp_path / f"{next(n_made)}.db", files)
            stores.enter_context(made.store)
            return made

        yield make
