from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from index_files import Bench, make_bench

MakeBench = Callable[[Mapping[str, str]], Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[MakeBench]:
    """Makes benches whose stores are closed at the end."""
    with ExitStack() as stores:
        made: list[Bench] = []

        def make(files: Mapping[str, str]) -> Bench:
            made.append(make_bench(tmp_path / f"{len(made)}.db", files))
            return stores.enter_context(made[-1].store) and made[-1]

        yield make
