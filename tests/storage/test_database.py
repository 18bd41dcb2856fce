from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from foreword.core.errors import StoreError
from foreword.storage.database import Schema, SharedConnection, open_database, transaction

SCHEMA = "CREATE TABLE IF NOT EXISTS item (name TEXT);"


@contextmanager
def opened(path: Path, version: int = 1) -> Iterator[SharedConnection]:
    connection, problems = open_database(path, SCHEMA, version, busy_ms=50)
    assert () == problems
    with closing(connection):
        yield connection


def names(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM item ORDER BY name")]


def test_a_database_and_its_folders_are_made_when_they_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.sqlite"
    with opened(path) as connection, transaction(connection):
        connection.execute("INSERT INTO item VALUES ('one')")
    with opened(path) as connection:
        assert ["one"] == names(connection)


def fail_half_way(connection: SharedConnection) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO item VALUES ('half')")
        _ = 1 // 0


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "a.sqlite") as connection:
        with pytest.raises(ZeroDivisionError):
            fail_half_way(connection)
        assert [] == names(connection)
        with transaction(connection):
            connection.execute("INSERT INTO item VALUES ('whole')")
        assert ["whole"] == names(connection)


def test_a_damaged_file_with_a_high_number_is_not_taken_for_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with opened(path, version=7) as connection, transaction(connection):
        connection.executemany("INSERT INTO item VALUES (?)", [("x" * 500,)] * 50)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    connection, problems = open_database(path, SCHEMA, 1)
    with closing(connection):
        assert [] == names(connection)
    assert ["begun anew" in problem.message for problem in problems] == [True]


@pytest.mark.parametrize(
    "damage", [b"no database at all, but long enough to be one" * 50, b"SQLite format 3\0" + b"\xff" * 2_000]
)
def test_a_damaged_file_is_put_aside_with_its_journal(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(damage)
    (tmp_path / "a.sqlite-wal").write_bytes(b"stale")
    connection, problems = open_database(path, SCHEMA, 1)
    with closing(connection):
        assert [] == names(connection)
    assert 1 == len(problems)
    assert damage == (tmp_path / "a.sqlite.broken").read_bytes()


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").touch()
    with opened(tmp_path / "a.sqlite") as connection:
        assert [] == names(connection)


def test_a_database_that_is_locked_for_long_is_an_error_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with opened(path) as holder, opened(path) as other:
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("INSERT INTO item VALUES ('held')")
        with pytest.raises(StoreError, match="try again, or set FOREWORD_HOME"), transaction(other):
            pass
        with opened(path) as reader:
            assert [] == names(reader)
        holder.execute("COMMIT")
        assert ["held"] == names(other)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("INSERT INTO item VALUES ('held as well')")
        with pytest.raises(StoreError, match="locked by another process"):
            open_database(path, SCHEMA, 1, busy_ms=50)
        holder.execute("COMMIT")
    assert not (tmp_path / "a.sqlite.broken").exists()


def test_a_folder_that_can_not_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"can't write to .*: set FOREWORD_HOME$"):
        open_database(tmp_path / "file" / "a.sqlite", SCHEMA, 1)


def test_a_full_disk_is_an_error_in_one_line(tmp_path: Path) -> None:
    with opened(tmp_path / "a.sqlite") as connection:
        connection.execute("PRAGMA max_page_count = 4")
        with (
            pytest.raises(StoreError, match=r"^can't write Foreword's data \(.*full.*\)"),
            transaction(connection),
        ):
            connection.execute("INSERT INTO item VALUES (?)", ("x" * 100_000,))
        connection.execute("PRAGMA max_page_count = 1000")
        assert [] == names(connection)


def test_what_is_no_file_is_not_moved_out_of_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").mkdir()
    with pytest.raises(StoreError, match=r"a\.sqlite"):
        open_database(tmp_path / "a.sqlite", SCHEMA, 1)
    assert (tmp_path / "a.sqlite").is_dir()


def test_two_connections_see_what_the_other_one_wrote(tmp_path: Path) -> None:
    with opened(tmp_path / "a.sqlite") as one, opened(tmp_path / "a.sqlite") as other:
        with transaction(one):
            one.execute("INSERT INTO item VALUES ('one')")
        with transaction(other):
            other.execute("INSERT INTO item VALUES ('two')")
        assert ["one", "two"] == names(one)


def test_threads_that_share_a_connection_write_one_after_the_other(tmp_path: Path) -> None:
    with opened(tmp_path / "a.sqlite") as connection:

        def write(thread: int) -> None:
            for n in range(20):
                with transaction(connection):
                    connection.execute("INSERT INTO item VALUES (?)", (f"{thread}-{n}",))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(write, range(4)))
        assert sorted(f"{thread}-{n}" for thread in range(4) for n in range(20)) == names(connection)


def test_many_may_make_the_same_database_at_the_same_moment(tmp_path: Path) -> None:
    start = Barrier(6)

    def make(path: Path) -> tuple[object, ...]:
        start.wait(30)
        connection, problems = open_database(path, SCHEMA, 1)
        connection.close()
        return problems

    with ThreadPoolExecutor(6) as threads:
        for n in range(15):
            found = threads.map(make, [tmp_path / f"{n}.sqlite"] * 6)
            assert [()] * 6 == list(found)


STEPS = Schema(
    "CREATE TABLE IF NOT EXISTS t (a INTEGER, b TEXT, c TEXT);",
    version=3,
    steps={
        1: ("ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'b'",),
        2: ("ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'c'",),
    },
)


@pytest.mark.parametrize(
    ("tables", "version", "expected"),
    [
        ("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)", 1, (1, "b", "c")),
        ("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'mine')", 2, (1, "mine", "c")),
    ],
)
def test_an_older_file_is_brought_up_with_its_rows(
    tmp_path: Path, tables: str, version: int, expected: tuple[object, ...]
) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{tables}; PRAGMA user_version = {version};")
    for _ in range(2):
        connection, problems = open_database(path, STEPS)
        with closing(connection):
            assert () == problems
            assert [expected] == connection.execute("SELECT * FROM t").fetchall()
            assert 3 == connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_step_that_fails_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t (a INTEGER, c TEXT); PRAGMA user_version = 1;")
    connection, problems = open_database(path, STEPS)
    connection.close()
    assert "a.sqlite could not be read (duplicate column name: c)" in problems[0].message
    with closing(sqlite3.connect(tmp_path / "a.sqlite.broken")) as old:
        assert 1 == old.execute("PRAGMA user_version").fetchone()[0]
        assert ["a", "c"] == [row[1] for row in old.execute("PRAGMA table_info(t)")]


def test_processes_that_bring_a_file_up_at_once_do_it_once(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER); PRAGMA user_version = 1;"
        )

    def bring_up(_: int) -> tuple[object, ...]:
        connection, problems = open_database(path, STEPS)
        connection.close()
        return problems

    with ThreadPoolExecutor(8) as threads:
        assert [()] * 8 == list(threads.map(bring_up, range(8)))
