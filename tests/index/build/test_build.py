from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.errors import WorkspaceError
from foreword.core.exclusion import UNREADABLE
from foreword.core.outline import Outline
from foreword.core.tree import LeftOut, Source, make_tree
from foreword.index.build.build import refresh
from foreword.index.build.parse_workers import CHUNK_BYTES, FIRST_CHUNK, LOST, MAX_CHUNK, ParseJob, chunks_of
from foreword.index.index import Index
from foreword.index.page_rank import rank
from foreword.index.search.search import search
from foreword.index.store.facts import Key
from foreword.prefix.base.render import MapEntry, render_map
from index_files import Bench, FaultyExtractor, MemoryReader, make_bench

MakeBench = Callable[[Mapping[str, str]], Bench]

SHAPES = {
    "src/shapes.py": "class Circle:\n    def area(self):\n        return 3\n",
    "src/app.py": "from shapes import Circle\n\n\ndef main():\n    return Circle().area()\n",
    "README.md": "# Shapes\n\nA Circle has an area.\n",
    "run": "#!/usr/bin/env python\ndef start():\n    pass\n",
}


def test_a_first_build_reads_everything_and_says_what_it_found(bench: MakeBench) -> None:
    index, report = bench(SHAPES).refresh()
    assert ("README.md", "run", "src/app.py", "src/shapes.py") == index.paths
    assert (4, 4, 0) == (report.files, report.parsed, report.reused)
    assert {"python": 3, "markdown": 1} == report.languages
    assert sum(map(len, SHAPES.values())) == report.bytes
    assert sum(len(index.outline(path).definitions) for path in index.paths) == report.symbols
    assert sum(sum(index.outline(path).references.values()) for path in index.paths) == report.references
    assert ["start"] == [one.name for one in index.outline("run").definitions]


def test_a_second_build_reads_only_what_is_new(bench: MakeBench, tmp_path: Path) -> None:
    shapes = bench(SHAPES)
    shapes.refresh()
    shapes.files["src/app.py"] += b"# new\n"
    shapes.files["src/copy.py"] = shapes.files["src/shapes.py"]
    log = tmp_path / "log"
    _, report = refresh(shapes.store, shapes.tree(), MemoryReader(shapes.files, log))
    assert {"src/app.py"} == set(log.read_text(encoding="utf-8").split())
    assert (5, 1, 3) == (report.files, report.parsed, report.reused)


def test_one_blob_in_two_languages_is_parsed_as_both(bench: MakeBench) -> None:
    index, report = bench({"a.py": "class A: pass\n", "a.rb": "class A: pass\n"}).refresh()
    assert ("python", "ruby", 2) == (index.language("a.py"), index.language("a.rb"), report.parsed)


def test_what_the_contents_rule_out_is_listed_with_the_reason(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    shapes.files["logo.bin"] = b"\0\1\2" * 100
    tree = make_tree({**shapes.tree().blobs}, [LeftOut("big.py", "too large")])
    for _ in range(2):
        index, report = refresh(shapes.store, tree, MemoryReader(shapes.files))
        assert (LeftOut("big.py", "too large"), LeftOut("logo.bin", "binary")) == report.left_out
        assert "logo.bin" not in index.paths


def test_a_file_that_can_not_be_read_is_left_out_and_tried_again(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    tree = shapes.tree()
    text = shapes.files.pop("src/app.py")
    index, report = refresh(shapes.store, tree, MemoryReader(shapes.files))
    assert (LeftOut("src/app.py", UNREADABLE),) == report.left_out
    shapes.files["src/app.py"] = text
    index, report = refresh(shapes.store, tree, MemoryReader(shapes.files), previous=index)
    assert (1, ()) == (report.parsed, report.left_out)
    assert "src/app.py" in index.paths


def test_a_dirty_file_that_changes_while_it_is_read_is_not_taken_for_the_old_one(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    tree = shapes.tree(dirty=["src/app.py"])
    shapes.files["src/app.py"] = b"something else\n"
    _, report = refresh(shapes.store, tree, MemoryReader(shapes.files))
    assert (LeftOut("src/app.py", "changed while it was read"),) == report.left_out


def test_many_files_are_parsed_by_workers_with_progress(bench: MakeBench) -> None:
    many = bench({f"m{number}.py": f"def f{number}():\n    pass\n" for number in range(120)})
    seen: list[tuple[int, int]] = []
    tree, reader = many.tree(), MemoryReader(many.files)
    index, report = refresh(
        many.store, tree, reader, n_workers=2, on_progress=lambda done, total: seen.append((done, total))
    )
    assert (120, 120, (120, 120)) == (report.parsed, report.symbols, seen[-1])
    assert sorted(seen) == seen
    assert [("m7.py", "f7")] == [(path, one.name) for path, one in index.definitions("f7")]


def test_a_build_that_is_stopped_ends_its_workers_and_goes_on_another_time(bench: MakeBench) -> None:
    many = bench({f"m{number}.py": f"def f{number}():\n    pass\n" for number in range(120)})
    tree, reader = many.tree(), MemoryReader(many.files)

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(many.store, tree, reader, n_workers=2, on_progress=stop)
    _, report = refresh(many.store, tree, reader, n_workers=2)
    assert 120 == report.files
    assert 0 < report.parsed < 120


def test_only_the_files_at_fault_lose_their_outlines(bench: MakeBench) -> None:
    names = [*(f"fine{number}" for number in range(40)), "crash", "hang", "raise"]
    many = bench({f"{name}.py": f"{name}\n" for name in names})
    index, report = refresh(
        many.store,
        many.tree(),
        MemoryReader(many.files),
        n_workers=2,
        time_limit_s=1.5,
        extract=FaultyExtractor(),
    )
    assert (43, 40, ()) == (report.files, report.symbols, report.left_out)
    expected = {"crash.py": "crash", "hang.py": "time limit", "raise.py": "crash"}
    assert expected == {
        path: index.outline(path).failed for path in index.paths if index.outline(path).failed
    }
    assert [("hang.py", 1)] == [(one.path, one.start_line) for one in search(index, "hang", many.text)]


@pytest.mark.skipif(
    sys.platform != "linux", reason="workers are started by a process of their own on Linux alone"
)
def test_killed_workers_are_replaced_or_end_the_build_with_one_message(bench: MakeBench) -> None:
    many = bench({f"{name}.py": f"{name}\n" for name in ("strike", *(f"fine{n}" for n in range(120)))})
    outcome = ""
    try:
        index, _ = refresh(
            many.store, many.tree(), MemoryReader(many.files), n_workers=2, extract=FaultyExtractor()
        )
        outcome = index.outline("strike.py").failed or ""
    except WorkspaceError as error:
        outcome = str(error)
    assert outcome in {"crash", LOST}


@pytest.mark.parametrize(("fault", "expected"), [("raise", "crash"), ("hang", "time limit")])
def test_a_few_files_with_a_faulty_one_are_handed_to_a_worker(
    bench: MakeBench, fault: str, expected: str
) -> None:
    few = bench({"fine.py": "fine\n", "faulty.py": f"{fault}\n"})
    index, _ = refresh(
        few.store,
        few.tree(),
        MemoryReader(few.files),
        n_workers=1,
        time_limit_s=1.5,
        extract=FaultyExtractor(),
    )
    assert (None, expected) == (index.outline("fine.py").failed, index.outline("faulty.py").failed)


def test_a_store_that_breaks_between_two_builds_is_built_anew(
    bench: MakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "foreword.index.store.store_file.CHECKED_BYTES", 0
    )  # as for a large one: only a query finds it
    shapes = bench(SHAPES)
    shapes.refresh()
    shapes.store.close()
    database = tmp_path / "0.db"
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (database.stat().st_size - 4096))
    again = make_bench(database, SHAPES)
    with again.store:
        index, report = again.refresh()
        assert (4, 1) == (report.parsed, len(report.problems))
        assert ["area"] == [one.name for _, one in index.definitions("area")]


def test_an_outline_of_a_path_that_is_not_there_is_empty(bench: MakeBench) -> None:
    index = bench(SHAPES).index()
    assert (Outline(), 0, "") == (index.outline("no.py"), index.n_lines("no.py"), index.language("no.py"))


PATHS = st.sampled_from(["a.py", "b.py", "src/c.py", "src/d.rs", "tests/test_e.py", "notes.txt"])
TEXTS = st.sampled_from(
    [
        "def alpha():\n    return beta()\n",
        "def beta():\n    return 1\n",
        "class Gamma:\n    def alpha_beta(self):\n        return alpha()\n",
        "fn beta() -> u8 { gamma() }\n",
        "alpha beta gamma\n",
        "",
        "\0binary",
    ]
)
CHANGES = st.lists(st.dictionaries(PATHS, st.one_of(st.none(), TEXTS), max_size=4), max_size=4)


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(PATHS, TEXTS, max_size=5), CHANGES)
def test_any_sequence_of_changes_gives_the_index_map_and_search_results_of_a_fresh_build(
    start: Mapping[str, str], changes: list[dict[str, str | None]]
) -> None:
    with TemporaryDirectory() as folder:
        worn = make_bench(Path(folder) / "worn.db", start)
        with worn.store:
            index = worn.index()
            for change in changes:
                assert search(index, "alpha beta", worn.text) is not None
                for path, text in change.items():
                    worn.files.pop(path, None)
                    if text is not None:
                        worn.files[path] = text.encode()
                index, _ = worn.refresh(previous=index)
            fresh = make_bench(
                Path(folder) / "fresh.db", {path: data.decode() for path, data in worn.files.items()}
            )
            with fresh.store:
                assert picture(fresh.index(), fresh) == picture(index, worn)


def picture(index: Index, bench: Bench) -> object:
    """Everything that an index has to say, and a map of it."""
    ranking = rank(index)
    entries = [
        MapEntry(path, value, partial(ranking.definitions, path, index.outline(path)))
        for path, value in ranking.files
    ]
    return (
        render_map(entries, 50),
        index.paths,
        [(index.outline(path), index.n_lines(path), index.language(path)) for path in index.paths],
        [
            (index.definitions(name), index.mentions(name))
            for name in ("alpha", "beta", "GAMMA", "alpha_beta")
        ],
        ranking.files,
        [ranking.definitions(path, index.outline(path)) for path in index.paths],
        [search(index, query, bench.text) for query in ("alpha beta", "gamma in src", "b.py:1")],
    )


@pytest.mark.parametrize("blob", ["ä.py", "with space.py", "quote'.py"])
def test_odd_names_are_no_trouble(bench: MakeBench, blob: str) -> None:
    index = bench({blob: "def odd():\n    pass\n"}).index()
    assert [blob] == [path for path, _ in index.definitions("odd")]


@pytest.mark.parametrize("n_files", [0, 1, 7, 33, 500, 5_000])
@pytest.mark.parametrize("n_workers", [1, 2, 16])
def test_chunks_hold_every_file_once_and_grow(n_files: int, n_workers: int) -> None:
    wanted = [ParseJob(Source(f"{n}.py", str(n)), Key(str(n), "python", "1")) for n in range(n_files)]
    chunks = list(chunks_of(wanted, n_workers))
    sizes = [len(chunk) for chunk in chunks]
    assert wanted == [one for chunk in chunks for one in chunk]
    assert sorted(sizes[:-1]) == sizes[:-1]
    assert all(0 < size <= MAX_CHUNK for size in sizes)
    assert set(sizes[:n_workers]) <= set(range(FIRST_CHUNK + 1))


@pytest.mark.parametrize(
    ("mean_bytes", "largest"), [(0, MAX_CHUNK), (CHUNK_BYTES // 100, 100), (CHUNK_BYTES, FIRST_CHUNK)]
)
def test_of_small_files_there_are_more_in_a_chunk(mean_bytes: float, largest: int) -> None:
    wanted = [ParseJob(Source(f"{n}.py", str(n)), Key(str(n), "python", "1")) for n in range(20_000)]
    assert largest == max(len(chunk) for chunk in chunks_of(wanted, 1, lambda: mean_bytes))
