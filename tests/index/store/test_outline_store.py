from __future__ import annotations

import errno
import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from foreword.core.errors import Problem, StoreError
from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.index.store import outline_store
from foreword.index.store.facts import Facts, Key, ParsedBlob, make_facts, pack, unpack
from foreword.index.store.outline_store import Store, open_store
from foreword.index.store.resilient_file import DamagedStore, forget_unused
from foreword.index.store.store_file import VERSION

OUTLINE = Outline(
    (Definition("area", "function", "def area(r)", 1, 2, "Circle"),), {"area": 1, "radius": 300}
)


def key(blob: str, language: str = "python") -> Key:
    return Key(blob, language, "1")


def facts(blob: str, outline: Outline = OUTLINE) -> Facts:
    words = [name for name, count in outline.references.items() for _ in range(count)]
    (made,) = make_facts([ParsedBlob(key(blob), "python", "\n".join(words).encode(), outline.definitions)])
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "index.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened, problems = open_store(path)
    assert () == problems
    with opened:
        yield opened


@pytest.mark.parametrize(
    "outline",
    [
        EMPTY_OUTLINE,
        OUTLINE,
        Outline(references={"pi": 70_000}),
        Outline(failed="crash"),
        Outline(OUTLINE.definitions),
    ],
)
def test_an_outline_survives_packing(outline: Outline) -> None:
    counts = struct.pack(f"<{len(outline.references)}I", *outline.references.values())
    assert outline == unpack(pack(outline.definitions, " ".join(outline.references), counts, outline.failed))


def test_what_was_stored_is_there_after_opening_again(path: Path, store: Store) -> None:
    store.add([facts("a")])
    store.close()
    again, problems = open_store(path)
    with again:
        row = again.find([key("a")])[key("a")]
        assert ((), 301, 1, 2104) == (problems, row.n_lines, row.n_definitions, row.size)
        assert OUTLINE == again.outline(row.id)
        assert {row.id} == again.named("AREA")


def test_a_blob_has_a_row_for_each_language_and_grammar(store: Store) -> None:
    store.add([facts("a")])
    assert {key("a")} == store.find([key("a"), key("a", "ruby"), key("b"), Key("a", "python", "2")]).keys()


def test_what_a_store_knows_is_told_if_it_is_little(store: Store) -> None:
    assert set() == store.blobs(at_most=0)
    store.add([facts("a"), facts("b")])
    assert {"a", "b"} == store.blobs(at_most=2)
    assert store.blobs(at_most=1) is None


def test_storing_a_known_blob_again_changes_nothing(store: Store) -> None:
    store.add([facts("a"), facts("a")])
    before = store.find([key("a")])
    store.add([facts("a", EMPTY_OUTLINE)])
    assert before == store.find([key("a")])


def test_storing_gives_the_rows_that_are_new(store: Store) -> None:
    left_out = Facts(key("b"), "python", 7, reason="minified")
    new = store.add([facts("a"), facts("a"), left_out])
    assert store.find([key("a"), key("b")]) == new
    assert store.find([key("c")]) == store.add([facts("a")]) == {}
    assert {key("c")} == store.add([facts("b"), facts("c"), facts("a")]).keys()
    assert {new[key("a")].id, store.find([key("c")])[key("c")].id} == store.named("area")


def test_what_fails_half_way_leaves_nothing_and_the_next_is_stored(store: Store) -> None:
    with pytest.raises(OverflowError):
        store.add([facts("a"), facts("b")._replace(names=(2**70,))])
    assert {} == store.find([key("a"), key("b")])
    assert {key("c")} == store.add([facts("c")]).keys()


def test_a_left_out_blob_keeps_its_reason_and_nothing_else(store: Store) -> None:
    store.add([Facts(key("a"), "python", 7, reason="minified")])
    row = store.find([key("a")])[key("a")]
    assert ("minified", EMPTY_OUTLINE, []) == (row.reason, store.outline(row.id), store.vectors([row.id]))


@pytest.mark.parametrize("damage", [b"", b"this is no database at all" * 100])
def test_a_damaged_file_is_moved_aside_and_built_anew(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    opened, problems = open_store(path)
    with opened:
        opened.add([facts("a")])
        assert {key("a")} == opened.find([key("a")]).keys()
    assert bool(damage) == path.with_name("index.db.broken").exists() == bool(problems)


def test_a_store_that_turns_out_to_be_damaged_is_begun_anew_at_once(path: Path, store: Store) -> None:
    store.add([facts(f"{number:040}") for number in range(200)])
    n_before = store.generation
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE outlines SET packed = x'00' WHERE id = 7")
    with pytest.raises(DamagedStore, match="is built anew now: try again"):
        list(store.outlines(range(1, 200)))
    assert n_before + 1 == store.generation
    store.add([facts("a")])
    assert {key("a")} == store.find([key("a"), key(f"{7:040}")]).keys()
    assert ["was damaged" in problem.message for problem in store.take_problems()] == [True]


def test_who_finds_the_same_damage_later_goes_on_with_the_new_file(path: Path, store: Store) -> None:
    store.add([facts("a")])
    late, _ = open_store(path)
    with late:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("UPDATE vectors SET counts = x'00'")
        for one in (store, late):
            with pytest.raises(DamagedStore):
                one.vectors([1])
            if one is store:
                one.add([facts("b")])
        assert {key("b")} == late.find([key("a"), key("b")]).keys()


def test_a_store_of_another_format_is_moved_aside_and_said(path: Path, store: Store) -> None:
    store.add([facts("a")])
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    opened, problems = open_store(path)
    with opened:
        assert {} == opened.find([key("a")])
    assert [f"it has format {VERSION + 1}, not {VERSION}" in problem.message for problem in problems] == [
        True
    ]
    with closing(sqlite3.connect(path.with_name("index.db.broken"))) as kept:
        assert 1 == kept.execute("SELECT count(*) FROM blobs").fetchone()[0]


def test_stores_of_other_formats_go_when_nobody_has_written_to_them_for_long(tmp_path: Path) -> None:
    used, fresh, old = (tmp_path / f"a.{number}.sqlite" for number in (9, 10, 8))
    for file in (used, fresh, old):
        file.touch()
    for file in (used, old):
        os.utime(file, (1.0, 1.0))
    forget_unused((used, fresh, old), used)
    assert {used, fresh} == set(tmp_path.iterdir())


def test_a_lock_that_lasts_too_long_is_an_error_that_says_what_to_do(path: Path, store: Store) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        impatient, _ = open_store(path, timeout_s=0.05)
        with impatient:
            assert {} == impatient.find([key("a")])
            with pytest.raises(StoreError, match="locked by another process"):
                impatient.add([facts("a")])
        other.execute("ROLLBACK")
    store.add([facts("a")])


def test_where_nothing_can_be_written_the_store_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    opened, problems = open_store(tmp_path / "file" / "index.db")
    with opened:
        opened.add([facts("a")])
        assert opened.in_memory
        assert {key("a")} == opened.find([key("a")]).keys()
    assert ["kept in memory" in problem.message for problem in problems] == [True]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_store_is_read_and_goes_on_in_memory(path: Path, store: Store) -> None:
    store.add([facts("a")])
    store.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        opened, _ = open_store(path)
        with opened:
            opened.add([facts("b")])
            assert {key("a"), key("b")} == opened.find([key("a"), key("b")]).keys()
    finally:
        path.parent.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_where_files_can_not_be_locked_the_store_is_read_and_goes_on_in_memory(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    store.add([facts("a")])
    store.close()
    opened: list[tuple[Store, tuple[Problem, ...]]] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("DELETE FROM uses")
        monkeypatch.setattr("fcntl.lockf", no_locks)
        # In a thread, as a copy that waits for a lock that nobody can get would wait for ever.
        opening = Thread(target=lambda: opened.append(open_store(path)), daemon=True)
        opening.start()
        opening.join(60)
    ((found, problems),) = opened
    with found:
        found.add([facts("b")])
        assert {key("a"), key("b")} == found.find([key("a"), key("b")]).keys()
    assert ["no locks" in problem.message for problem in problems] == [True]


def test_a_full_disk_takes_what_is_there_into_memory(store: Store) -> None:
    store.add([facts("a")])
    row = store.find([key("a")])[key("a")]
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]  # noqa: SLF001 - there is no other way to fill a disk
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001 - as above
    store.add([facts(f"{number:040}") for number in range(300)])
    assert store.in_memory
    assert row == store.find([key("a")])[key("a")]
    assert 300 == len(store.find([key(f"{number:040}") for number in range(300)]))
    assert ["kept in memory" in problem.message for problem in store.take_problems()] == [True]


def test_two_processes_make_and_fill_one_store(path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from foreword.index.store.facts import Facts, Key\n"
        "from foreword.index.store.outline_store import open_store\n"
        "store, problems = open_store(Path(sys.argv[1]), timeout_s=30.0)\n"
        "with store:\n"
        "    for number in range(100):\n"
        "        store.add([Facts(Key(str(number), 'python', '1'), 'python', number)])\n"
        "sys.exit(bool(problems))\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    others = [subprocess.Popen(command) for _ in range(2)]
    assert [0, 0] == [other.wait(timeout=60) for other in others]
    opened, problems = open_store(path)
    with opened:
        assert () == problems
        assert 100 == len(opened.find([key(str(number)) for number in range(100)]))


def test_artifacts_are_kept_and_the_least_recently_used_go_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outline_store, "MAX_ARTIFACT_BYTES", 25)
    store.put_artifact("a", b"a" * 10)
    store.put_artifact("b", b"b" * 10)
    assert b"a" * 10 == store.get_artifact("a")
    store.put_artifact("c", b"c" * 10)
    assert [b"a" * 10, None, b"c" * 10] == [store.get_artifact(name) for name in "abc"]


def test_an_artifact_larger_than_all_is_kept_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline_store, "MAX_ARTIFACT_BYTES", 5)
    store.put_artifact("a", b"a")
    store.put_artifact("b", b"b" * 10)
    assert [None, b"b" * 10] == [store.get_artifact(name) for name in "ab"]
