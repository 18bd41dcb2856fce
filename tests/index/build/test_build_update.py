from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.build import build
from foreword.index.build.build import find_known, refresh, update
from foreword.index.build.indexed_tree import BuildReport, IndexedTree, changed_paths
from foreword.index.index import Index
from foreword.index.search.search import search
from foreword.index.store.facts import Key
from foreword.index.store.outline_store import Row, Store
from index_files import Bench, MemoryReader, make_bench

PATHS = st.sampled_from(["a.py", "b.py", "src/c.rs", "src/d.py", "tests/test_a.py", "notes.txt"])
TEXTS = st.sampled_from(
    ["def alpha():\n    return beta()\n", "fn beta() -> u8 { 1 }\n", "alpha beta\n", "", "\0binary"]
)
QUERIES = ("alpha beta", "`beta` in src", "notes.txt:1", "the tests of alpha")
CHANGES = st.lists(st.dictionaries(PATHS, st.one_of(st.none(), TEXTS), max_size=3), max_size=4)


def whole(bench: Bench) -> IndexedTree:
    index, report = bench.refresh()
    return IndexedTree(bench.tree(), index, report)


def said(index: Index, report: BuildReport, bench: Bench) -> object:
    """What an index and its report say, but for the time and what was parsed when."""
    return (
        index.paths,
        dict(index.blobs),
        [(index.outline(path), index.n_lines(path)) for path in index.paths],
        [search(index, query, bench.text, limit=50) for query in QUERIES],
        index.mentions("alpha"),
        replace(report, seconds=0.0, parsed=0, reused=report.parsed + report.reused),
    )


@settings(deadline=None, max_examples=20)
@given(st.dictionaries(PATHS, TEXTS, max_size=4), CHANGES)
def test_updates_give_what_a_fresh_build_gives(
    start: Mapping[str, str], changes: list[dict[str, str | None]]
) -> None:
    with TemporaryDirectory() as folder:
        bench = make_bench(Path(folder) / "i.db", start)
        with bench.store:
            before = whole(bench)
            for number, change in enumerate(changes):
                for path, text in change.items():
                    bench.files.pop(path, None)
                    if text is not None:
                        bench.files[path] = text.encode()
                tree = bench.tree()
                paths = changed_paths(before.tree, tree)
                if number % 2:
                    search(before.index, "alpha", bench.text)
                index, report = update(bench.store, before, tree, MemoryReader(bench.files), paths)
                assert said(*bench.refresh(), bench) == said(index, report, bench)
                before = IndexedTree(tree, index, report)


def test_an_update_parses_only_what_changed(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "i.db", {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    with bench.store:
        before = whole(bench)
        bench.files["b.py"] = b"b = 2\n"
        _, report = update(bench.store, before, bench.tree(), MemoryReader(bench.files), ["b.py"])
        assert (1, 1) == (report.parsed, report.reused)


def test_a_store_that_was_begun_anew_is_not_mistaken_for_the_old_one(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "i.db", {"a.py": "def a(): pass\n", "b.py": "def b(): pass\n"})
    with bench.store:
        before = whole(bench)
        bench.store.rebuild()
        bench.files["b.py"] = b"def c(): pass\n"
        index, report = update(bench.store, before, bench.tree(), MemoryReader(bench.files), ["b.py"])
        assert ["a"] == [one.name for one in index.outline("a.py").definitions]
        index, _ = refresh(bench.store, bench.tree(), MemoryReader(bench.files), previous=before.index)
        assert ["c"] == [one.name for one in index.outline("b.py").definitions]
        assert 2 == report.files


def test_what_is_known_is_found_without_reading(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "i.db", {"a.py": "def a(): pass\n"})
    with bench.store:
        bench.refresh()
        bench.files |= {"b.py": b"def b(): pass\n", "c.py": b"def c(): pass\n"}
        tree = bench.tree()
        index, report, unread = find_known(
            bench.store, tree, is_unreadable=lambda path, blob: (path, blob) == ("c.py", tree.blobs["c.py"])
        )
        assert ["a.py"] == list(index.paths)
        assert {"b.py"} == set(unread)
        assert 1 == report.unread
        assert ["c.py"] == [left.path for left in report.left_out]


def test_important_files_are_read_first(tmp_path: Path) -> None:
    names = [f"m{number:02}.py" for number in range(50)]
    bench = make_bench(tmp_path / "i.db", {name: f"{name[:-3]} = 1\n" for name in names})
    with bench.store:
        first = (names[40], names[7])
        refresh(bench.store, bench.tree(), MemoryReader(bench.files), first=first, n_workers=1)
        ids = {path: row.id for path, row in bench.index().rows.items()}
        assert [*first, names[0]] == sorted(ids, key=ids.__getitem__)[:3]


@pytest.mark.parametrize("n_known", [0, 3, 39, 40])
def test_what_is_known_is_found_whether_it_is_much_or_next_to_nothing(tmp_path: Path, n_known: int) -> None:
    names = [f"m{number:02}.py" for number in range(40)]
    bench = make_bench(tmp_path / "i.db", {name: f"{name[:-3]} = 1\n" for name in names[:n_known]})
    with bench.store:
        bench.refresh()
        bench.files |= {name: f"{name[:-3]} = 1\n".encode() for name in names}
        index, report, unread = find_known(bench.store, bench.tree())
        assert names[:n_known] == list(index.paths)
        assert (frozenset(names[n_known:]), n_known) == (unread, report.files)


class Asked(Store):
    """Notes of how many files it was asked, and how many of them it knew."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[tuple[int, int]] = []

    def find(self, keys: Iterable[Key]) -> dict[Key, Row]:
        wanted = list(keys)
        found = super().find(wanted)
        self.asked += [(len(wanted), len(found))] if wanted else []
        return found


def test_important_files_of_a_large_tree_are_there_before_the_others_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "MANY_FILES", 99)
    monkeypatch.setattr(build, "FIRST_FILES", 40)
    names = [f"m{number:03}.py" for number in range(100)]
    files = {name: f"def {name[:-3]}(): pass\n".encode() for name in names}
    told: list[tuple[int, int]] = []
    with Asked(tmp_path / "i.db") as store:
        bench = Bench(store, files)
        index, report = refresh(
            store,
            bench.tree(),
            MemoryReader(files),
            first=(*reversed(names[50:]), *names[:50]),
            on_progress=lambda done, total: told.append((done, total)),
        )
        assert [(40, 0), (100, 40)] == store.asked
        assert (100, 100, (100, 100)) == (report.parsed, report.symbols, told[-1])
        assert sorted(told) == told
        assert {100} == {total for _, total in told}
        assert names == list(index.paths)
